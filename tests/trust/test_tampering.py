"""Whatever is done to a published site, ``terecht verify`` names it, and nothing else."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from terecht.cli import main
from terecht.publish import manifest
from trust_table import Say

#: Whose site is changed, and whose files come to lie in it.
OURS, OTHER = "vuurvlinder", "snijders"
#: How many files of each type an ordinary run changes; `--complete` changes each.
SAMPLE = 2


@dataclass(frozen=True)
class Tampering:
    """Something that is done to a site, and the lines that have to say so: ``path: word``, or half a sentence."""

    what: str
    do: Callable[[Path, Path], None]
    said: tuple[str, ...]
    code: int = 1


@dataclass(frozen=True)
class Published:
    """Two sites that can be tampered with and put back."""

    folder: Path

    @property
    def output(self) -> Path:
        """What is served."""
        return self.folder / "site"

    @property
    def site(self) -> Path:
        """The files of the site that is tampered with."""
        return (self.output / OURS).resolve()

    def put_back(self, kept: Path) -> None:
        """Everything is as it was published."""
        shutil.rmtree(self.folder)
        shutil.copytree(kept, self.folder, symlinks=True)


@pytest.fixture(scope="module")
def kept(sites: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tampering") / "kept"
    for name in (OURS, OTHER):
        release = (sites / name).resolve().parent
        shutil.copytree(release, folder / "site.terecht/releases" / name / release.name)
        (folder / "site").mkdir(exist_ok=True)
        (folder / "site" / name).symlink_to(f"../site.terecht/releases/{name}/{release.name}/site")
    return folder


@pytest.fixture
def published(kept: Path, tmp_path: Path) -> Published:
    shutil.copytree(kept, tmp_path / "published", symlinks=True)
    return Published(tmp_path / "published")


def verify(published: Published, *arguments: str) -> tuple[int, str]:
    """The exit code and the words of the command."""
    result = CliRunner().invoke(main, ["verify", "--output", str(published.output), *arguments])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, result.output


def not_found(kept: Path, published: Published, cases: Iterable[Tampering]) -> Iterator[str]:
    """The tamperings that are not said, or that are said with something else beside."""
    for case in cases:
        case.do(published.site, published.output)
        code, out = verify(published)
        lines = out.replace(f"{published.output}/", "").splitlines()
        found = len(lines) == len(case.said) and all(said in line for said, line in zip(case.said, lines, strict=True))
        if not found or code != case.code:
            yield f"{case.what}: ended with {code} and said {lines}"
        published.put_back(kept)


def changed_by_a_byte(path: str, at: float, *, keeping_time: bool = True) -> Tampering:
    """One byte of a file becomes another one: same size, and the time at which it was written."""

    def do(site: Path, _output: Path) -> None:
        file = site / path
        times = file.stat()
        data = bytearray(file.read_bytes())
        data[int(at * len(data))] ^= 1
        file.write_bytes(data)
        if keeping_time:
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    return Tampering(f"a byte of {path}", do, (f"{OURS}/{path}: changed",))


def bytes_changed(site: Path, *, complete: bool) -> list[Tampering]:
    """Files of each type, each with one byte changed: the first, the last, or one between."""
    chance = random.Random(32)
    by_type: dict[str, list[str]] = {}
    for file in sorted(path for path in site.rglob("*") if path.is_file() and path.stat().st_size):
        by_type.setdefault(file.suffix or file.name, []).append(file.relative_to(site).as_posix())
    chosen = [
        path
        for paths in by_type.values()
        for path in (paths if complete else chance.sample(paths, min(SAMPLE, len(paths))))
    ]
    return [changed_by_a_byte(path, chance.choice((0, chance.random(), 1 - 1e-9))) for path in chosen]


#: What is done to a site by hand, in the order of this file.
BY_HAND: list[Tampering] = []
PAGE, STYLE = "wie/index.html", "assets/brand.css"
GONE, OTHER_BYTES = f"{OURS}/{PAGE}: missing", f"{OURS}/{PAGE}: changed"
DAMAGED, STRANGE = f"the manifest of '{OURS}' is missing or damaged", f"{OURS} is a link to somewhere else"
Do = Callable[[Path, Path], None]


def by_hand(what: str, *said: str, code: int = 1) -> Callable[[Do], Do]:
    """Puts a tampering among those by hand, with the lines that it must get."""

    def put(do: Do) -> Do:
        BY_HAND.append(Tampering(what, do, said, code))
        return do

    return put


@by_hand("a file removed", GONE)
def _(site: Path, _output: Path) -> None:
    (site / PAGE).unlink()


@by_hand("a file cut", OTHER_BYTES)
def _(site: Path, _output: Path) -> None:
    (site / PAGE).write_bytes((site / PAGE).read_bytes()[:-1])


@by_hand("a file lengthened", OTHER_BYTES)
def _(site: Path, _output: Path) -> None:
    (site / PAGE).write_bytes((site / PAGE).read_bytes() + b"\n")


@by_hand("a file emptied", OTHER_BYTES)
def _(site: Path, _output: Path) -> None:
    (site / PAGE).write_bytes(b"")


@by_hand("a file that became a link to the same", OTHER_BYTES)
def _(site: Path, output: Path) -> None:
    (site / PAGE).rename(output.parent / "elders")
    (site / PAGE).symlink_to(output.parent / "elders")


@by_hand("a file that became a pipe", OTHER_BYTES)
def _(site: Path, _output: Path) -> None:
    (site / PAGE).unlink()
    os.mkfifo(site / PAGE)


@by_hand("a file that became a folder", GONE, f"{OURS}/{PAGE}: added")
def _(site: Path, _output: Path) -> None:
    (site / PAGE).unlink()
    (site / PAGE).mkdir()


@by_hand("a folder that became a link to the same", GONE, f"{OURS}/wie: added")
def _(site: Path, output: Path) -> None:
    (site / "wie").rename(output.parent / "wie")
    (site / "wie").symlink_to(output.parent / "wie")


@by_hand("two files swapped", f"{OURS}/klacht/index.html: changed", OTHER_BYTES)
def _(site: Path, _output: Path) -> None:
    (site / PAGE).rename(site / "x")
    (site / "klacht/index.html").rename(site / PAGE)
    (site / "x").rename(site / "klacht/index.html")


@by_hand("another client's file", f"{OURS}/{STYLE}: changed")
def _(site: Path, output: Path) -> None:
    shutil.copy2(output / OTHER / STYLE, site / STYLE)


@by_hand("another case in a name", GONE, f"{OURS}/wie/Index.html: added")
def _(site: Path, _output: Path) -> None:
    (site / PAGE).rename(site / "wie/Index.html")


@by_hand("a file added", f"{OURS}/mee.html: added")
def _(site: Path, _output: Path) -> None:
    (site / "mee.html").write_bytes(b"<p>x")


@by_hand("a hidden, empty file added", f"{OURS}/wie/.htaccess: added")
def _(site: Path, _output: Path) -> None:
    (site / "wie/.htaccess").write_bytes(b"")


@by_hand("a file in new folders added", f"{OURS}/nieuw/diep/x.js: added")
def _(site: Path, _output: Path) -> None:
    (site / "nieuw/diep").mkdir(parents=True)
    (site / "nieuw/diep/x.js").write_bytes(b"alert(1)")


@by_hand("an empty folder added", f"{OURS}/nieuw/leeg: added")
def _(site: Path, _output: Path) -> None:
    (site / "nieuw/leeg").mkdir(parents=True)


@by_hand("a link to a folder added", f"{OURS}/etc: added")
def _(site: Path, _output: Path) -> None:
    (site / "etc").symlink_to("/etc")


@by_hand("a link to nothing added", f"{OURS}/nergens: added")
def _(site: Path, _output: Path) -> None:
    (site / "nergens").symlink_to("er-is-niets")


@by_hand("the manifest removed", DAMAGED, code=2)
def _(site: Path, _output: Path) -> None:
    record(site).unlink()


@by_hand("the manifest emptied", DAMAGED, code=2)
def _(site: Path, _output: Path) -> None:
    record(site).write_bytes(b"")


@by_hand("a manifest of another kind", DAMAGED, code=2)
def _(site: Path, _output: Path) -> None:
    record(site).write_bytes(b'{"files": []}')


@by_hand("a manifest that is too deep", DAMAGED, code=2)
def _(site: Path, _output: Path) -> None:
    record(site).write_bytes(b"[" * 200_000)


@by_hand("a file taken from the manifest", f"{OURS}/{PAGE}: added")
def _(site: Path, _output: Path) -> None:
    with recorded(site) as files:
        del files[PAGE]


@by_hand("a hash changed in the manifest", OTHER_BYTES)
def _(site: Path, _output: Path) -> None:
    with recorded(site) as files:
        files[PAGE]["sha256"] = "0" * 64


@by_hand("a file put into the manifest", f"{OURS}/nergens.html: missing")
def _(site: Path, _output: Path) -> None:
    with recorded(site) as files:
        files["nergens.html"] = {"size": 0, "sha256": "0" * 64}


@by_hand("the whole release of another client", f"made for '{OTHER}'", code=2)
def _(site: Path, output: Path) -> None:
    shutil.rmtree(site.parent)
    shutil.copytree((output / OTHER).resolve().parent, site.parent)


@by_hand("the link to another client", STRANGE, code=2)
def _(_site: Path, output: Path) -> None:
    (output / OURS).unlink()
    (output / OURS).symlink_to((output / OTHER).resolve())


@by_hand("the link to a copy elsewhere", STRANGE, code=2)
def _(site: Path, output: Path) -> None:
    shutil.copytree(site, output.parent / "elders")
    (output / OURS).unlink()
    (output / OURS).symlink_to(output.parent / "elders")


@by_hand("a link in a circle", f"'{OURS}' is not published", code=2)
def _(_site: Path, output: Path) -> None:
    (output / OURS).unlink()
    (output / OURS).symlink_to(output / OURS / "x/site")


@by_hand("a folder in the place of the link", f"{OURS} is there already, and terecht has not made it", code=2)
def _(site: Path, output: Path) -> None:
    (output / OURS).unlink()
    shutil.copytree(site, output / OURS)


def record(site: Path) -> Path:
    """The manifest of the release that a site belongs to."""
    return site.with_name("manifest.json")


@contextmanager
def recorded(site: Path) -> Iterator[dict[str, dict[str, Any]]]:
    """The files of the manifest, to change."""
    known = json.loads(record(site).read_bytes())
    yield known["files"]
    record(site).write_text(json.dumps(known))


@pytest.mark.trust(32)
def test_every_tampering_is_named_and_nothing_else(
    kept: Path, published: Published, measured: Say, request: pytest.FixtureRequest
) -> None:
    assert verify(published) == (0, "")
    bytes_ = bytes_changed(published.site, complete=request.config.getoption("--complete"))
    cases = [*bytes_, *BY_HAND]
    assert list(not_found(kept, published, cases)) == []
    assert verify(published) == (0, "")
    measured(32, f"{len(cases)} of {len(cases)} found: {len(bytes_)} times one byte, {len(cases) - len(bytes_)} others")


def _sizes_only(path: Path, known: manifest.FileRecord) -> bool:
    return path.is_file() and path.stat().st_size == known.size


def _through_links(path: Path, known: manifest.FileRecord) -> bool:
    data = path.read_bytes() if path.is_file() else b""
    return bool(manifest.record_of(data) == known)


def _only_pages(site: Path) -> Iterator[str]:
    yield from (path.relative_to(site).as_posix() for path in site.rglob("*.html"))


FAULTS = {
    "sizes only": ("_same", _sizes_only, f"a byte of {PAGE}"),
    "links followed": ("_same", _through_links, "a file that became a link to the same"),
    "no look at what is added": ("_present", _only_pages, "a file in new folders added"),
}


@pytest.mark.parametrize(
    "fault", [pytest.param(name, marks=pytest.mark.trust(32, fault=f"verify: {name}")) for name in FAULTS]
)
def test_a_careless_check_is_seen(
    fault: str, kept: Path, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, careless, what = FAULTS[fault]
    monkeypatch.setattr(manifest, name, careless)
    cases = [case for case in (changed_by_a_byte(PAGE, 0.5), *BY_HAND) if case.what == what]
    assert len(list(not_found(kept, published, cases))) == 1


def test_the_command_itself_ends_with_1_and_names_the_file(published: Published) -> None:
    changed_by_a_byte("index.html", 0.5).do(published.site, published.output)
    terecht = Path(sys.executable).with_name("terecht")
    done = subprocess.run(
        [terecht, "verify", "--output", published.output], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, f"{published.output}/{OURS}/index.html: changed\n", "")


def test_what_is_not_promised(published: Published) -> None:
    """Modes and times are no content; and who can rewrite the manifest as well is not found out, as `compare` says."""
    page = published.site / PAGE
    page.chmod(0o600)
    os.utime(page, (0, 0))
    assert verify(published) == (0, "")
    page.write_bytes(b"x")
    with recorded(published.site) as files:
        files[PAGE] = vars(manifest.record_of(b"x"))
    assert verify(published) == (0, "")


def test_the_json_names_a_file_whatever_its_name(published: Published) -> None:
    name = "regel\neen\udcff"
    (published.site / name).write_bytes(b"")
    code, out = verify(published, "--format", "json")
    assert code == 1
    assert json.loads(out) == {OURS: {"changed": [], "missing": [], "added": [name]}}
