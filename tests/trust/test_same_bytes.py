"""An organisation gives the same bytes and modes: alone, in company, at once with others, anywhere and at any time."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import ROOT, TODAY, build_all, origin
from terecht.merge.fragments import Fragments
from terecht.project import Project
from terecht.publish import Outlet, current
from trust_table import Say

#: The organisation with every key.
MANY_KEYS = "lagelanden"
#: One language each, since a build from nothing renders each page; two of them share a renderer, the other has its own.
LANGUAGES = {"lagelanden": "nl", "snijders": "nl", "vuurvlinder": "en"}
#: Says what time it was ten years ago, to every part of a program that asks Python.
TEN_YEARS_EARLIER = """\
import datetime
import time

_now = time.time
_local, _utc = time.localtime, time.gmtime
time.time = lambda: _now() - 10 * 366 * 86400
time.localtime = lambda at=None: _local(time.time() if at is None else at)
time.gmtime = lambda at=None: _utc(time.time() if at is None else at)


class Earlier(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls):
        return cls.utcfromtimestamp(time.time())


class EarlierDay(datetime.date):
    @classmethod
    def today(cls):
        return cls.fromtimestamp(time.time())


datetime.datetime, datetime.date = Earlier, EarlierDay
"""
#: What a program may let slip into a page, by the page that it is put on.
SLIPS: Mapping[str, tuple[str, str]] = {
    "the time": ("wie/index.html", "str(datetime.date.today().year)"),
    "the time zone": ("wet/index.html", "time.strftime('%z')"),
    "the order of a set": ("over/index.html", "' '.join({str(number) for number in range(50)})"),
    "the path of the project": ("klacht/index.html", "str(root)"),
    "the home of a user": ("geheim/index.html", "os.path.expanduser('~')"),
    "the locale": ("vragen/index.html", "str(os.environ.get('LC_ALL'))"),
    "the number of jobs": ("veilig/index.html", "' '.join(sys.argv).partition('--jobs')[2]"),
}
MODE = "404.html"
_SLIPPING = """
import os, sys, time, datetime
from pathlib import Path
from terecht import workshop

_stage = workshop.stage


def stage(outlet, organisation, origin, files, shared, store):
    root = Path.cwd()
    files = dict(files)
    for path, slip in SLIPS:
        files[path] += os.fsencode(eval(slip))
    release = _stage(outlet, organisation, origin, files, shared, store)
    os.umask(mask := os.umask(0))
    (release.site / MODE).chmod(0o666 & ~mask)
    return release


workshop.stage = stage
"""


@dataclass(frozen=True)
class Circumstances:
    """What should make no difference to a build."""

    place: str = "here"
    home: str = "home"
    umask: int = 0o022
    jobs: int = 1
    variables: Mapping[str, str] = field(
        default_factory=lambda: {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    )
    earlier: bool = False


@dataclass
class Build:
    """A copy of the project somewhere, what it publishes, and the command that does it."""

    root: Path
    circumstances: Circumstances
    program: str = ""

    @property
    def output(self) -> Path:
        return self.root.parent / "out" / "site"

    def start(self, *ids: str, jobs: int | None = None) -> subprocess.Popen[str]:
        like = self.circumstances
        home = self.root.parent / like.home
        started = self.root.parent / "at the start of Python"
        for folder in (home, started):
            folder.mkdir(exist_ok=True)
        program = (TEN_YEARS_EARLIER if like.earlier else "") + self.program
        (started / "sitecustomize.py").write_text(program, "utf-8")
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        first = [str(started), *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.Popen(
            [
                *(
                    sys.executable,
                    "-m",
                    "terecht",
                    "build",
                    *ids,
                    "--root",
                    str(self.root),
                    "--output",
                    str(self.output),
                ),
                *("--jobs", str(jobs or like.jobs)),
            ],
            cwd=self.root if like.place == "here" else home,
            env={**kept, "HOME": str(home), "USER": like.home, "PYTHONPATH": os.pathsep.join(first), **like.variables},
            umask=like.umask,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *ids: str) -> Build:
        finished(self.start(*ids))
        return self


def finished(command: subprocess.Popen[str]) -> None:
    report, _ = command.communicate(timeout=600)
    assert command.returncode == 0, report


def copy_of_the_project(folder: Path, place: str) -> Path:
    """Our content and the examples, each in one language, without anything that was rendered before."""
    root = folder / place / "project"
    for name in ("docs", "overrides", "organisations"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    for name, language in LANGUAGES.items():
        file = root / "organisations" / name / "organisation.yml"
        text = file.read_text("utf-8")
        one_language = re.sub(r"^languages: .*$", f"languages: [{language}]", text, flags=re.MULTILINE)
        file.write_text(one_language, "utf-8")
    shutil.rmtree(root / "organisations" / MANY_KEYS / "docs" / "en")
    return root


Shape = dict[str, tuple[int, str]]


def shape_of(output: Path, organisation: str) -> Shape:
    """Mode and hash of each file and folder of the site that readers see, and of its manifest."""
    release = current(Outlet(output), organisation)
    assert release is not None
    paths = [release.folder, *release.folder.rglob("*")]
    return {path.relative_to(release.folder).as_posix(): (path.stat().st_mode, _hash(path)) for path in paths}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def differing(one: Shape, other: Shape) -> list[str]:
    """The paths that are not there in both, or not the same; the manifest's hashes follow those of the files."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


Make = Callable[..., Build]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes a copy of the project, to be built in these circumstances."""

    def made(like: Circumstances = Circumstances(), program: str = "") -> Build:
        return Build(copy_of_the_project(tmp_path_factory.mktemp("same"), like.place), like, program)

    return made


@pytest.fixture(scope="module")
def alone(make: Make) -> Build:
    return make().run(MANY_KEYS)


@pytest.fixture(scope="module")
def company(make: Make) -> Build:
    """All examples in one go, the first one last."""
    return make().run(*sorted(LANGUAGES, reverse=True))


@pytest.mark.trust(27)
def test_alone_and_after_others(alone: Build, company: Build, measured: Say) -> None:
    ours = shape_of(alone.output, MANY_KEYS)
    found = differing(ours, shape_of(company.output, MANY_KEYS))
    assert found == []
    measured(
        27, f"{len(found)} of {len(ours)} files and folders differ after {len(LANGUAGES) - 1} others, rendered anew"
    )


@pytest.mark.trust(27)
def test_two_commands_at_once(make: Make, company: Build, measured: Say) -> None:
    """They share a cache that is empty at first, and an output; in one of them two processes render."""
    build = make()
    first, second, third = LANGUAGES
    for command in [build.start(first, third, jobs=2), build.start(second)]:
        finished(command)
    shapes = {name: (shape_of(company.output, name), shape_of(build.output, name)) for name in LANGUAGES}
    found = [f"{name}/{path}" for name, pair in shapes.items() for path in differing(*pair)]
    assert found == []
    many = sum(len(shape) for shape, _ in shapes.values())
    measured(27, f"{len(found)} of {many} of {len(shapes)} sites differ when built one after the other and at once")


@pytest.mark.trust(27, fault="a merge that remembers")
def test_a_merge_that_remembers_is_seen(company: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(company.root, company.root / "organisations", TODAY)
    kept: dict[str, str] = {}
    emergency = Fragments.emergency
    monkeypatch.setattr(Fragments, "emergency", lambda self: kept.setdefault(self.language, emergency(self)))
    build_all(project, tmp_path / "site", "snijders", MANY_KEYS)
    found = differing(shape_of(company.output, MANY_KEYS), shape_of(tmp_path / "site", MANY_KEYS))
    assert "site/index.html" in found
    assert "site/assets/brand.css" not in found


@pytest.mark.trust(27, fault="a renderer that counts")
def test_a_renderer_that_counts_is_seen(company: Build, make: Make) -> None:
    """As a plugin would that numbers what it has rendered: here, on what is kept of it."""
    build = make()
    shutil.copytree(company.root / ".terecht", build.root / ".terecht")
    for number, path in enumerate(sorted((build.root / ".terecht").rglob("*.json"))):
        path.write_text(path.read_text("utf-8").replace("<article", f'<article id=\\"n{number}\\"'), "utf-8")
    build.run(MANY_KEYS)
    found = differing(shape_of(company.output, MANY_KEYS), shape_of(build.output, MANY_KEYS))
    assert "site/wie/index.html" in found


ELSEWHERE = Circumstances(
    place="ergens anders/dépôt met spaties",
    home="iemand-anders",
    umask=0o077,
    jobs=3,
    variables={
        "PYTHONHASHSEED": "4711",
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "POSIX",
        "LANGUAGE": "tr",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    },
    earlier=True,
)
HERE = Circumstances()
EACH: Mapping[str, Circumstances] = {
    "path": Circumstances(place=ELSEWHERE.place),
    "home": Circumstances(home=ELSEWHERE.home),
    "umask": Circumstances(umask=0o077),
    "open umask": Circumstances(umask=0o000),
    "jobs": Circumstances(jobs=3),
    "hash seed": Circumstances(variables={**HERE.variables, "PYTHONHASHSEED": "4711"}),
    "time zone": Circumstances(variables={**HERE.variables, "TZ": "Pacific/Kiritimati"}),
    "locale": Circumstances(
        variables={**HERE.variables, "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ),
    "time": Circumstances(earlier=True),
}


@pytest.mark.trust(28)
def test_elsewhere_earlier_and_by_somebody_else(alone: Build, make: Make, measured: Say) -> None:
    """All at once, from nothing: what makes no difference together makes none alone, unless two undo each other."""
    ours = shape_of(alone.output, MANY_KEYS)
    found = differing(ours, shape_of(make(ELSEWHERE).run(MANY_KEYS).output, MANY_KEYS))
    assert found == []
    measured(28, f"{len(found)} of {len(ours)} files, folders and modes differ with {len(EACH)} changes at once")


@pytest.mark.trust(28)
@pytest.mark.parametrize("what", EACH)
def test_each_alone(what: str, request: pytest.FixtureRequest, alone: Build, make: Make, measured: Say) -> None:
    """So that what differs is known by its name."""
    if not request.config.getoption("--complete"):
        pytest.skip("all of them at once is tried every time; one by one when all is to be run")
    found = differing(shape_of(alone.output, MANY_KEYS), shape_of(make(EACH[what]).run(MANY_KEYS).output, MANY_KEYS))
    assert found == []
    measured(28, f"{len(found)} with another {what}")


@pytest.mark.trust(28)
def test_the_way_to_the_pages_has_the_same_modes_under_any_umask(tmp_path: Path) -> None:
    from terecht import publish

    modes = []
    for number, umask in enumerate((0o022, 0o077)):
        outlet = Outlet(tmp_path / str(number) / "site")
        (tmp_path / str(number)).mkdir()
        before = os.umask(umask)
        try:
            publish.switch(outlet, publish.stage(outlet, "een", origin("x"), {"index.html": b"x"}))
        finally:
            os.umask(before)
        way = (outlet.output, outlet.state, outlet.releases("een").parent, outlet.releases("een"))
        modes.append([path.stat().st_mode for path in way])
    assert modes[0] == modes[1]


@pytest.fixture(scope="module")
def slipped(alone: Build, make: Make) -> list[str]:
    """What differs between two builds of a program that lets things slip, with all that was rendered before."""
    program = f"MODE = {MODE!r}\nSLIPS = {list(SLIPS.values())!r}\n{_SLIPPING}"
    builds = [make(HERE, program), make(ELSEWHERE, program)]
    for build in builds:
        shutil.copytree(alone.root / ".terecht", build.root / ".terecht")
        build.run(MANY_KEYS)
    return differing(*(shape_of(build.output, MANY_KEYS) for build in builds))


@pytest.mark.trust(28, fault="time, zone, hash order, path, home, locale, jobs on a page")
@pytest.mark.parametrize("slip", SLIPS)
def test_what_slips_into_a_page_is_seen(slip: str, slipped: list[str]) -> None:
    assert f"site/{SLIPS[slip][0]}" in slipped


@pytest.mark.trust(28, fault="a mode of the umask")
def test_a_mode_that_follows_the_umask_is_seen(slipped: list[str]) -> None:
    assert f"site/{MODE}" in slipped
    expected = {f"site/{path}" for path in (MODE, *(path for path, _ in SLIPS.values()))}
    assert set(slipped) == {*expected, "manifest.json"}
