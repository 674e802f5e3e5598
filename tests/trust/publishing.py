"""Kills a publisher at any of its calls to the operating system, or fails the call, and says what is wrong then."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from publisher import three_files

from conftest import MINIMAL, ROOT
from terecht import publish
from terecht.findings import Unusable
from terecht.publish import KEPT, Outlet

#: The calls that change a file or a folder, opening and locking included; not every machine has all (``?``). A close
#: that fails has closed all the same, which strace can not play.
CHANGING = (
    *("?open", "openat", "?creat", "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "flock"),
    *("?mkdir", "mkdirat", "?rmdir", "?unlink", "unlinkat", "?rename", "?renameat", "renameat2"),
    *("?symlink", "symlinkat", "?link", "linkat", "?chmod", "fchmod", "fchmodat", "copy_file_range", "sendfile"),
)
#: Those that only look, which a broken disk fails as well.
LOOKING = ("?stat", "?lstat", "?newfstatat", "statx", "?readlink", "readlinkat", "getdents64")
#: What the operating system says, in its own words.
ERRORS = {
    "ENOSPC": "No space left on device",
    "EROFS": "Read-only file system",
    "EIO": "Input/output error",
}
#: The names that the organisation of these tests has had, one release each, and the one that is being published.
EARLIER, OLD, NEW, LATER = ("Een", "Twee"), "Drie", "Nieuw", "Later"
#: What lies beside the releases.
STATE = ("releases", "shared", "inputs")
#: What waits for the next change of the site to be cleared away: half deleted releases, and one more than are kept.
WAITING = ("gone-", "0")
_CALL = re.compile(r"^\d+ +(\w+)\((.*)", re.MULTILINE)
_SAID = re.compile(
    r"^(?P<place>\S+/site/een):1:1: T091 (?P<what>the site can not be written|the new site is there, but [a-z ]+): "
    r"(?P<reason>[^:;]+)(?:: (?P<file>[^;]+))?; (?P<help>.+)$",
    re.MULTILINE,
)


def strace() -> str:
    """The program that fails calls."""
    found = shutil.which("strace")
    if found is None:
        pytest.fail("strace is missing; 'make test' installs it")
    return found


@dataclass(frozen=True)
class Call:
    """One call to the operating system: the ``nth`` of its name, counted from the moment of publishing."""

    name: str
    nth: int
    text: str

    def killed(self) -> str:
        """What has strace kill the process instead of this call."""
        return f"inject={self.name}:signal=SIGKILL:when={self.nth}"

    def failing(self, error: str) -> str:
        """What has strace answer this call with an error."""
        return f"inject={self.name}:error={error}:when={self.nth}"

    def __str__(self) -> str:
        return f"{self.name} {self.nth}: {self.text}"


def calls_in(trace: str) -> tuple[Call, ...]:
    """The calls of publishing: those until the first word that is printed."""
    seen: Counter[str] = Counter()
    calls = []
    for name, rest in _CALL.findall(trace):
        if name == "write" and rest.startswith("1,"):
            break
        seen[name] += 1
        calls.append(Call(name, seen[name], rest))
    return tuple(calls)


@dataclass(frozen=True)
class Ended:
    """How a publisher ended, what it printed, and what strace wrote down."""

    code: int
    said: str
    trace: str = ""


@dataclass(frozen=True)
class Place:
    """A folder with one organisation, and where its site is published."""

    folder: Path

    @property
    def outlet(self) -> Outlet:
        """Where it is published."""
        return Outlet(self.folder / "site")

    @property
    def releases(self) -> Path:
        return self.outlet.releases("een")

    def name(self, name: str) -> None:
        """The organisation gets another name, so that its site is another one."""
        file = self.folder / "organisations/een/organisation.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(MINIMAL.replace("Voorbeeld", name), "utf-8")

    def seen(self) -> dict[str, bytes]:
        """What readers get: every file, through the link."""
        site = self.outlet.link("een")
        return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}

    def left(self, *allowed: str) -> list[str]:
        """What lies there that a finished build does not leave, apart from names that start with this."""
        output = [path.name for path in self.outlet.output.iterdir() if path.name != "een"]
        state = [path.name for path in self.outlet.state.iterdir() if path.name not in STATE]
        releases = sorted(path.name for path in self.releases.iterdir() if path.name != ".lock")
        numbered = [name for name in releases if name.isdigit()]
        odd = [*numbered[:-KEPT], *(name for name in releases if name not in numbered)]
        return [*output, *state, *(name for name in odd if not name.startswith(allowed))]

    def copy(self, folder: Path) -> Place:
        return Place(Path(shutil.copytree(self.folder, folder, symlinks=True)))


class Publisher:
    """The command of ``publisher.py``, with a fault planted in it or none."""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        program = [sys.executable, str(Path(__file__).with_name("publisher.py"))]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self) -> None:
        self.process.communicate()

    def build(self, place: Place, *inject: str, traced: Sequence[str] = ()) -> Ended:
        """``terecht build``; with ``inject`` under strace, which fails a call, with ``traced`` writes these down."""
        strace()
        words = [place.folder / "out", place.folder / "err"]
        trace = place.folder / "trace"
        trace.unlink(missing_ok=True)
        arguments = ["build", "--root", ROOT, "--organisations", place.folder / "organisations"]
        arguments += ["--output", place.outlet.output, "--progress", "none", "--jobs", "1"]
        asked = {"arguments": [str(one) for one in arguments], "fault": self.fault}
        answer = self._ask({**asked, "out": str(words[0]), "err": str(words[1])})
        if "waits" in answer:
            with self._watched(answer["waits"], trace, inject, traced):
                os.kill(answer["waits"], signal.SIGCONT)
                answer = self._answer()
        said = "".join(path.read_text("utf-8") for path in words)
        return Ended(answer["ended"], said, trace.read_text("utf-8") if trace.exists() else "")

    @contextlib.contextmanager
    def _watched(self, process: int, trace: Path, inject: Sequence[str], traced: Sequence[str]) -> Iterator[None]:
        if not inject and not traced:
            yield
            return
        names = ",".join(traced) or ",".join(one.split("=")[1].split(":")[0] for one in inject)
        what = [option for one in (f"trace={names}", "signal=none", *inject) for option in ("-e", one)]
        command = [strace(), "-f", "-s", "8", "-o", str(trace), *what, "-p", str(process)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as watching:
            assert watching.stderr is not None
            said = watching.stderr.readline()
            if "attached" not in said:
                os.kill(process, signal.SIGKILL)
                pytest.fail(f"strace may not watch another process here: {said}")
            yield

    def _ask(self, asked: dict[str, Any]) -> dict[str, int]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, int]:
        assert self.process.stdout is not None
        answer: dict[str, int] = json.loads(self.process.stdout.readline())
        return answer


def prepared(publisher: Publisher, folder: Path) -> Place:
    """A place where the old site is shown and two earlier ones are kept, and the organisation has its new name."""
    place = Place(folder)
    for name in (*EARLIER, OLD):
        place.name(name)
        ended = publisher.build(place)
        assert ended.code == 0, ended.said
    place.name(NEW)
    return place


def after_a_kill(place: Place, publisher: Publisher) -> list[str]:
    """What is wrong when a publisher was killed: with what readers see, or with the runs that follow."""
    return [*_not_whole(place), *_next_runs(place, publisher)]


def after_an_error(place: Place, ended: Ended, error: str, publisher: Publisher) -> list[str]:
    """What is wrong when a call failed: with what was said, with what readers see, or with the runs that follow."""
    return [*_not_whole(place), *_badly_said(place, ended, error), *_next_runs(place, publisher)]


def _not_whole(place: Place) -> list[str]:
    seen = place.seen()
    return [] if seen in (three_files(OLD), three_files(NEW)) else [f"readers see {seen}"]


def _badly_said(place: Place, ended: Ended, error: str) -> Iterator[str]:
    new = place.seen() == three_files(NEW)
    if "Traceback" in ended.said:
        yield f"a traceback: {ended.said}"
    if ended.code == 0:
        # The call that failed was not needed after all: then everything is as after any build.
        yield from [] if new and not place.left() else [f"nothing is said, and there lies {place.left()}"]
        return
    said = _SAID.search(ended.said)
    if said is None or said["reason"] != ERRORS[error] or Path(said["place"]) != place.outlet.link("een"):
        yield f"ended with {ended.code}, and said {ended.said}"
    elif said["what"].startswith("the new") != new or ("still there" in said["help"]) == new:
        yield f"readers see the {'new' if new else 'old'} site, and said is {said[0]}"
    elif left := place.left(*(WAITING if new else ())):
        yield f"it left {left}"


def _next_runs(place: Place, publisher: Publisher) -> Iterator[str]:
    """The next run does what this one should have done; later ones sweep, and go back to what readers saw."""
    yield from _run(place, publisher, NEW, "draft-", *WAITING)
    for draft in place.releases.glob("draft-*"):
        os.utime(draft, (0, 0))
    place.name(LATER)
    yield from _run(place, publisher, LATER)
    for name in (NEW, OLD):
        try:
            publish.rollback(place.outlet, "een")
            whole = not publish.verify(place.outlet, "een") and place.seen() == three_files(name)
        except (Unusable, OSError) as error:
            yield f"rolling back ended in {error!r}"
        else:
            yield from [] if whole else [f"rolled back, readers see {place.seen()} and not {name}"]


def _run(place: Place, publisher: Publisher, name: str, *allowed: str) -> Iterator[str]:
    ended = publisher.build(place)
    if ended.code != 0:
        yield f"the next run ended with {ended.code}: {ended.said}"
    if place.seen() != three_files(name):
        yield f"after the next run readers see {place.seen()}"
    if left := place.left(*allowed):
        yield f"the next run left {left}"
