"""Places that will not have a site: full, read-only, a link, a file. Each is named in words, with a way out."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from publishing import Place, Publisher, strace

from conftest import ROOT
from terecht import publish
from terecht.publish import Outlet

TERECHT = Path(sys.executable).with_name("terecht")
#: A small disk that holds what is published already and hardly more; what became of it is copied away again.
SMALL_DISK = """
mount -t tmpfs -o size="$0" none "$1"; cp -a "$2/." "$1"
disk="$1" kept="$2"; shift 2
code=0; "$@" || code=$?
rm -r "$kept"; cp -a "$disk" "$kept"
exit $code
"""
READ_ONLY = 'mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; exec "$@"'


def command(place: Place, output: Path | None = None) -> list[str]:
    """The true command."""
    folders = ["--organisations", place.folder / "organisations", "--output", output or place.outlet.output]
    return [str(word) for word in (TERECHT, "build", "--root", ROOT, *folders, "--progress", "none")]


def run(words: list[str]) -> tuple[int, list[str]]:
    """The exit code, and what was said."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, (done.stdout + done.stderr).splitlines()


@cache
def own_mounts() -> list[str]:
    """How this user gets mounts of his own; nothing when he may not."""
    ways = [["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]]
    mounting = ["sh", "-ec", "mount -t tmpfs none /mnt"]
    may = [
        way for way in ways if shutil.which("unshare") and not subprocess.run([*way, *mounting], check=False).returncode
    ]
    return may[0] if may else []


def with_errors(place: Place, error: str, *calls: str) -> list[str]:
    """Where there are no mounts of one's own: the same answers, from strace."""
    return [
        strace(),
        "-f",
        "-qq",
        "-o",
        str(place.folder / "trace"),
        *(f"--inject={call}:error={error}" for call in calls),
    ]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A place with the old site, and something new to publish."""
    place = Place(tmp_path / "place")
    place.name("Oud")
    code, said = run(command(place))
    assert code == 0, said
    place.name("Nieuw")
    return place


def is_named(place: Place, code: int, said: list[str], reason: str, way_out: str) -> None:
    """One line names the place, the reason and the way out, and ends with 1."""
    assert code == 1, said
    (line,) = [line for line in said if ": T091 " in line]
    assert line.startswith(f"{place.outlet.output}/een:1:1: T091 the site can not be written: {reason}")
    assert line.endswith(f"; the site that was there is still there; {way_out}")


def test_a_read_only_place_is_named(place: Place) -> None:
    old = place.seen()
    mounts = own_mounts()
    target = str(place.folder)
    before = [*mounts, "sh", "-ec", READ_ONLY, target] if mounts else with_errors(place, "EROFS", "?mkdir", "mkdirat")
    code, said = run([*before, *command(place)])
    is_named(place, code, said, "Read-only file system: ", "the disk is read-only; name another folder with --output")
    assert place.seen() == old
    assert run(command(place))[0] == 0
    assert place.seen() != old


def test_a_nearly_full_place_is_named(place: Place, tmp_path: Path) -> None:
    old = place.seen()
    size = sum(-(-len(data) // 4096) * 4096 for data in old.values())
    disk = tmp_path / "disk"
    disk.mkdir()
    mounts = own_mounts()
    if mounts:
        kept = place.copy(tmp_path / "kept").folder
        on_disk = Place(disk)
        small = ["sh", "-ec", SMALL_DISK, str(size * 3 // 2 + 300_000), str(disk), str(kept)]
        code, said = run([*mounts, *small, *command(on_disk)])
        is_named(on_disk, code, said, "No space left on device", "make room on the disk, and build again")
        after = Place(kept)
    else:
        code, said = run([*with_errors(place, "ENOSPC", "?mkdir", "mkdirat"), *command(place)])
        is_named(place, code, said, "No space left on device", "make room on the disk, and build again")
        after = place
    assert after.seen() == old
    assert after.left() == []
    assert run(command(after))[0] == 0
    assert after.seen() != old
    assert not publish.verify(after.outlet, "een")


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    publisher = Publisher()
    yield publisher
    publisher.close()


def test_a_served_folder_on_another_disk_is_named(publisher: Publisher, tmp_path: Path) -> None:
    place = Place(tmp_path / "place")
    place.name("Nieuw")
    ended = publisher.build(place, "inject=rename:error=EXDEV:when=2")
    assert "the one beside it that ends in .terecht have to be on one disk" in ended.said
    is_named(place, ended.code, ended.said.splitlines(), "Invalid cross-device link", _ONE_DISK)
    assert place.left() == []


_ONE_DISK = "the folder and the one beside it that ends in .terecht have to be on one disk"


def _file(output: Path) -> None:
    output.write_text("x")


def _link_to_a_file(output: Path) -> None:
    output.with_name("bestand").write_text("x")
    output.symlink_to("bestand")


def _link_to_itself(output: Path) -> None:
    output.symlink_to(output.name)


def _file_beside(output: Path) -> None:
    output.with_name(f"{output.name}.terecht").write_text("x")


def _link_in_its_place(output: Path) -> None:
    output.mkdir()
    (output / "een").symlink_to("/etc")


def _folder_in_its_place(output: Path) -> None:
    (output / "een").mkdir(parents=True)


#: What lies there, how the command ends, and what it says about it.
PLACES: dict[str, tuple[Callable[[Path], None], int, str]] = {
    "a file": (_file, 2, "site is not a folder; name another with --output"),
    "a link to a file": (_link_to_a_file, 2, "site is not a folder; name another with --output"),
    "a link to itself": (_link_to_itself, 2, "site is a link to itself; name another folder with --output"),
    "a file beside it": (_file_beside, 1, "site.terecht/releases; the site that was there is still there; "),
    "a link to elsewhere": (_link_in_its_place, 1, "site/een is a link to somewhere else; move it away"),
    "a folder": (_folder_in_its_place, 1, "site/een is there already, and terecht has not made it; move it away"),
}


@pytest.mark.parametrize("what", PLACES)
def test_a_place_that_is_something_else_is_named(what: str, publisher: Publisher, tmp_path: Path) -> None:
    make, code, said = PLACES[what]
    place = Place(tmp_path / "place")
    place.name("Nieuw")
    make(place.outlet.output)
    before = {path: path.lstat().st_mode for path in place.outlet.output.rglob("*")}
    ended = publisher.build(place)
    assert ended.code == code, ended.said
    assert said in ended.said
    assert "Traceback" not in ended.said
    assert {path: path.lstat().st_mode for path in place.outlet.output.rglob("*")} == before


@pytest.mark.parametrize("there", [True, False], ids=["to a folder", "to nothing yet"])
def test_a_link_is_the_folder_that_it_leads_to(there: bool, publisher: Publisher, tmp_path: Path) -> None:  # noqa: FBT001
    place = Place(tmp_path / "place")
    place.name("Nieuw")
    target = tmp_path / "data/www"
    target.parent.mkdir()
    if there:
        target.mkdir()
    place.outlet.output.symlink_to(target)
    ended = publisher.build(place)
    assert ended.code == 0, ended.said
    assert len(place.seen()) == 3
    assert sorted(path.name for path in target.parent.iterdir()) == ["www", "www.terecht"]
    assert not publish.verify(Outlet.at(place.outlet.output), "een")
