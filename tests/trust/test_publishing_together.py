"""Many builders and many readers at the same time: one whole site, and nothing that a page names is ever away."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path, PurePosixPath

import pytest

from conftest import MINIMAL, ROOT, origin
from terecht import publish
from terecht.publish import KEPT, Outlet, Release

TERECHT = Path(sys.executable).with_name("terecht")
BUILDERS, ROUNDS = 20, 5
#: How often a site is switched while so many files are read, at least: in an ordinary run, and complete.
SOME, ALL = (20, 1_000), (200, 10_000)
#: Waits for a line, and then publishes sites whose files all hold its number and the round.
BUILDER = """
import sys
from pathlib import Path
from terecht import publish
from terecht.publish.manifest import Origin
sys.stdin.readline()
outlet, number = publish.Outlet(Path(sys.argv[1])), sys.argv[2]
for round in range(int(sys.argv[3])):
    text = f"{number} {round} ".encode() * 2000
    files = {"index.html": text, "wie/index.html": text, "assets/brand.css": text}
    publish.switch(outlet, publish.stage(outlet, "een", Origin("0", text[:9].decode()), files))
"""
_NAMED = re.compile(rb'(?:href|src)="([^":#?]+)')


def seen(outlet: Outlet) -> dict[str, bytes]:
    site = outlet.link("een")
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_twenty_builders_at_once_leave_one_whole_site(tmp_path: Path) -> None:
    outlet = Outlet(tmp_path / "site")
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", BUILDER, str(outlet.output), str(number), str(ROUNDS)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(BUILDERS)
    ]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("\n")
        program.stdin.flush()
    ended = [(program.communicate()[1], program.returncode) for program in programs]
    assert ended == [("", 0)] * BUILDERS
    assert len(seen(outlet)) == 3
    assert len({*seen(outlet).values()}) == 1
    assert not publish.verify(outlet, "een")
    left = sorted(path.name for path in outlet.releases("een").iterdir() if path.name != ".lock")
    assert len(left) <= KEPT
    assert all(name.isdigit() for name in left)


def test_the_true_command_many_times_at_once(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    builders = BUILDERS if request.config.getoption("--complete") else BUILDERS // 5
    file = tmp_path / "organisations/een/organisation.yml"
    file.parent.mkdir(parents=True)
    file.write_text(MINIMAL, "utf-8")
    folders = ["--organisations", tmp_path / "organisations", "--output", tmp_path / "site"]
    command = [TERECHT, "build", "--force", "--root", ROOT, *folders, "--progress", "none", "--jobs", "1"]
    words = [str(word) for word in command]
    programs = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(builders)]
    for program in programs:
        said, _ = program.communicate()
        assert (program.returncode, said.splitlines()[-1]) == (0, "1 built, 0 unchanged, 0 failed")
    assert not publish.verify(Outlet(tmp_path / "site"), "een")


def out_of_order(outlet: Outlet, chance: random.Random) -> Iterator[str]:
    """What is wrong when builders that were ready in one order switch in another."""
    publish.switch(outlet, publish.stage(outlet, "een", origin("0"), {"index.html": b"0"}))
    staged = [publish.stage(outlet, "een", origin(str(n)), {"index.html": str(n).encode()}) for n in range(1, 9)]
    newest = 0
    for number in chance.sample(range(1, 9), 8):
        try:
            publish.switch(outlet, staged[number - 1])
        except FileNotFoundError as error:
            yield f"{number} can not be shown: {error}"
        newest = max(newest, number)
        if seen(outlet) != {"index.html": str(newest).encode()}:
            yield f"after {number} readers see {seen(outlet)} and not {newest}"


def test_in_whatever_order_builders_switch_the_newest_stays(tmp_path: Path) -> None:
    for seed in range(30):
        assert list(out_of_order(Outlet(tmp_path / str(seed)), random.Random(seed))) == []


def test_what_readers_never_saw_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    outlet = Outlet(tmp_path / "site")
    publish.switch(outlet, publish.stage(outlet, "een", origin("0"), {"index.html": b"seen"}))
    publish.stage(outlet, "een", origin("1"), {"index.html": b"of a builder that was killed"})
    publish.switch(outlet, publish.stage(outlet, "een", origin("2"), {"index.html": b"new"}))
    publish.rollback(outlet, "een")
    assert seen(outlet) == {"index.html": b"seen"}


def test_a_builder_that_deletes_what_others_will_show_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def keep_the_last(outlet: Outlet, shown: Release, _before: Release | None) -> None:
        numbered = sorted(path for path in outlet.releases("een").iterdir() if path.name.isdigit())
        for folder in numbered[:-KEPT]:
            if folder != shown.folder:
                shutil.rmtree(folder)

    monkeypatch.setattr(publish, "_let_go", keep_the_last)
    wrong = (out_of_order(Outlet(tmp_path / str(seed)), random.Random(seed)) for seed in range(30))
    assert any(wrong for wrong in chain.from_iterable(wrong))


Files = Mapping[str, bytes]


def versions(sites: Path) -> tuple[Files, Files]:
    """A real site, and the same one with something else on every page."""
    site = sites / "vuurvlinder"
    old = {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    return old, {path: data + b"\n" for path, data in old.items()}


def switched(outlet: Outlet, files: Files) -> None:
    """As a build does it."""
    publish.switch(outlet, publish.stage(outlet, "een", origin("0"), files))


def copied(outlet: Outlet, files: Files) -> None:
    """As one who has never heard of readers does it."""
    shutil.rmtree(outlet.link("een"), ignore_errors=True)
    for path, data in files.items():
        file = outlet.link("een") / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


class Reading:
    """Reads pages, and whatever each of them names, while somebody puts one version in the place of the other."""

    def __init__(self, outlet: Outlet, both: tuple[Files, Files], put: Callable[[Outlet, Files], None]) -> None:
        self.outlet = outlet
        self.both = both
        self.put = put
        self.switches = self.reads = 0
        self.wrong: list[str] = []

    def run(self, switches: int, reads: int) -> None:
        """Until it was switched and read so often, or something is wrong."""
        self.put(self.outlet, self.both[0])
        writer = threading.Thread(target=self._write, args=(switches, reads))
        writer.start()
        # The page for 'not found' names files by the path of the address, which is not that of a folder.
        pages = sorted(path for path in self.both[0] if path.endswith("index.html"))
        chance = random.Random(29)
        while writer.is_alive():
            page = chance.choice(pages)
            text = self._read(page)
            for name in _NAMED.findall(text):
                if asset := self._asset(page, name.decode()):
                    self._read(asset)
        writer.join()

    def _write(self, switches: int, reads: int) -> None:
        while not self.wrong and (self.switches < switches or self.reads < reads):
            self.switches += 1
            self.put(self.outlet, self.both[self.switches % 2])

    def _asset(self, page: str, name: str) -> str | None:
        """The file that a page names, when it is no other page."""
        path = PurePosixPath(page).parent
        for part in name.split("/"):
            path = path.parent if part == ".." else path / part
        return str(path) if path.suffix else None

    def _read(self, path: str) -> bytes:
        self.reads += 1
        try:
            data = (self.outlet.link("een") / path).read_bytes()
        except OSError as error:
            self.wrong.append(f"{path}: {error}")
            return b""
        if data not in (self.both[0].get(path), self.both[1].get(path)):
            self.wrong.append(f"{path} is torn: {len(data)} bytes")
        return data


def test_every_file_is_whole_and_there_while_the_site_is_switched(
    sites: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Names of files do not change from one version to the next here: a page may get a picture of the next one."""
    wanted = ALL if request.config.getoption("--complete") else SOME
    reading = Reading(Outlet(tmp_path / "site"), versions(sites), switched)
    reading.run(*wanted)
    assert reading.wrong == []
    assert reading.switches >= wanted[0]
    assert reading.reads >= wanted[1]


def test_a_publisher_that_copies_into_the_site_is_seen(sites: Path, tmp_path: Path) -> None:
    reading = Reading(Outlet(tmp_path / "site"), versions(sites), copied)
    reading.run(*ALL)
    assert reading.wrong != []
