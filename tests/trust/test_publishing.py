"""Publishing that is killed or fails at any of its calls: readers see the old site or the new one, whole."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from publisher import three_files
from publishing import (
    CHANGING,
    EARLIER,
    ERRORS,
    LOOKING,
    NEW,
    OLD,
    Call,
    Place,
    Publisher,
    after_a_kill,
    after_an_error,
    calls_in,
    prepared,
    strace,
)

from conftest import ROOT, origin
from terecht import publish
from terecht.publish import Outlet
from trust_table import Say

#: How many calls an ordinary run kills, and fails with each error; `--complete` tries every one.
SAMPLE = 5
TERECHT = Path(sys.executable).with_name("terecht")


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    publisher = Publisher()
    yield publisher
    publisher.close()


@pytest.fixture(scope="module")
def start(publisher: Publisher, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return prepared(publisher, tmp_path_factory.mktemp("publish") / "start")


def calls_of(publisher: Publisher, start: Place, folder: Path, names: Iterable[str] = CHANGING) -> tuple[Call, ...]:
    """Every call of these names that publishing makes from this start on."""
    calls = calls_in(publisher.build(start.copy(folder / "traced"), traced=tuple(names)).trace)
    assert calls
    return calls


def some_of(calls: tuple[Call, ...], seed: int, request: pytest.FixtureRequest) -> tuple[Call, ...]:
    """All of them, or as many as an ordinary run has time for."""
    complete = request.config.getoption("--complete")
    return calls if complete else tuple(random.Random(seed).sample(calls, min(SAMPLE, len(calls))))


def killed(publisher: Publisher, start: Place, calls: Iterable[Call], folder: Path) -> Iterator[str]:
    """What is wrong after a kill at each of these calls."""
    for number, call in enumerate(calls):
        place = start.copy(folder / f"killed-{number}")
        ended = publisher.build(place, call.killed())
        assert ended.code == -9, f"{call} was not reached: {ended}"
        yield from (f"killed at {call}: {wrong}" for wrong in after_a_kill(place, publisher))


def failed(publisher: Publisher, start: Place, calls: Iterable[Call], error: str, folder: Path) -> Iterator[str]:
    """What is wrong after an error at each of these calls."""
    for number, call in enumerate(calls):
        place = start.copy(folder / f"{error}-{number}")
        ended = publisher.build(place, call.failing(error))
        assert "INJECTED" in ended.trace, f"{call} was not reached: {ended}"
        yield from (f"{error} at {call}: {wrong}" for wrong in after_an_error(place, ended, error, publisher))


@pytest.mark.trust(29)
def test_killed_at_any_call_the_old_or_the_new_site_is_whole(
    publisher: Publisher, start: Place, tmp_path: Path, measured: Say, request: pytest.FixtureRequest
) -> None:
    every = calls_of(publisher, start, tmp_path)
    calls = some_of(every, 29, request)
    assert list(killed(publisher, start, calls, tmp_path)) == []
    measured(29, f"killed at {len(calls)} of {len(every)} calls: old or new, and the next run needs no cleaning")


@pytest.mark.trust(29)
def test_killed_at_any_call_of_the_first_time(
    publisher: Publisher, tmp_path: Path, measured: Say, request: pytest.FixtureRequest
) -> None:
    """Nothing was there: readers see nothing, or the new site."""
    empty = Place(tmp_path / "empty")
    empty.name("Nieuw")
    every = calls_of(publisher, empty, tmp_path)
    calls = some_of(every, 129, request)
    for number, call in enumerate(calls):
        place = empty.copy(tmp_path / str(number))
        assert publisher.build(place, call.killed()).code == -9
        assert place.seen() in ({}, place_when_done(publisher, place))
    measured(29, f"the first time, killed at {len(calls)} of {len(every)} calls: nothing or the new site")


def place_when_done(publisher: Publisher, place: Place) -> dict[str, bytes]:
    """What readers see after one more run, of a copy."""
    again = place.copy(place.folder.with_name(f"{place.folder.name}-again"))
    ended = publisher.build(again)
    assert ended.code == 0, ended.said
    assert again.left("draft-") == []
    assert len(again.seen()) == 3
    return again.seen()


@pytest.mark.trust(30)
@pytest.mark.parametrize("error", ERRORS)
def test_an_error_at_any_call_is_said_and_the_old_site_is_whole(
    error: str,
    publisher: Publisher,
    start: Place,
    tmp_path: Path,
    measured: Say,
    request: pytest.FixtureRequest,
) -> None:
    """Only a broken disk fails calls that do no more than look."""
    every = calls_of(publisher, start, tmp_path, (*CHANGING, *(LOOKING if error == "EIO" else ())))
    calls = some_of(every, len(error), request)
    assert list(failed(publisher, start, calls, error, tmp_path)) == []
    measured(30, f"{error} at {len(calls)} of {len(every)} calls: said, and whole")


@pytest.fixture
def faulty(request: pytest.FixtureRequest) -> Iterator[Publisher]:
    """A publisher with the fault of this test."""
    publisher = Publisher(request.param)
    yield publisher
    publisher.close()


def with_fault(trust: int, fault: str, what: str, name: str, seen: str) -> Any:
    """A case: the fault, the calls that are killed or failed, and what must be seen then."""
    return pytest.param(fault, name, seen, marks=pytest.mark.trust(trust, fault=what), id=fault.replace(" ", "-"))


@pytest.mark.parametrize(
    ("faulty", "name", "seen"),
    [
        with_fault(29, "straight", "writes what readers see", "write", "readers see"),
        with_fault(29, "old first", "takes the old site away first", "symlink", "readers see"),
        with_fault(29, "leaving drafts", "never sweeps", "write", "the next run left"),
    ],
    indirect=["faulty"],
)
def test_a_publisher_that_can_not_be_killed_is_seen(
    faulty: Publisher, name: str, seen: str, start: Place, tmp_path: Path
) -> None:
    calls = [call for call in calls_of(faulty, start, tmp_path) if call.name.startswith(name)]
    assert any(seen in wrong for wrong in killed(faulty, start, calls[::-1], tmp_path))


@pytest.mark.parametrize(
    ("faulty", "name", "seen"),
    [
        with_fault(30, "straight", "writes what readers see", "write", "readers see"),
        with_fault(30, "swallowing", "goes on after an error", "openat", "readers see"),
        with_fault(30, "traceback", "a traceback", "mkdir", "a traceback"),
        with_fault(30, "leaving drafts", "leaves its draft", "write", "it left"),
    ],
    indirect=["faulty"],
)
def test_a_publisher_that_hides_errors_is_seen(
    faulty: Publisher, name: str, seen: str, start: Place, tmp_path: Path
) -> None:
    calls = [call for call in calls_of(faulty, start, tmp_path) if call.name.startswith(name)]
    assert any(seen in wrong for wrong in failed(faulty, start, calls, "ENOSPC", tmp_path))


#: One call in the middle of each: writing files, finishing them, making folders, and the switch itself.
TRUE = {"SIGKILL": "chmod", "ENOSPC": "write", "EROFS": "mkdir", "EIO": "rename"}


def terecht(place: Place, *watched: str) -> tuple[int, str]:
    """The true command, as a user has it, under strace when something is to be watched."""
    folders = ["--organisations", place.folder / "organisations", "--output", place.outlet.output]
    under = [strace(), "-f", "-o", place.folder / "trace", *watched] if watched else []
    command = [*under, TERECHT, "build", "--root", ROOT, *folders, "--progress", "none"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def middle(calls: list[str], path: str) -> int:
    """Which of these calls is the middle one of those in which the path is named; the first is 1."""
    of_path = [number for number, line in enumerate(calls, 1) if path in line]
    return of_path[len(of_path) // 2]


@pytest.mark.trust(29, 30)
def test_the_true_command_with_a_kill_and_with_each_error(tmp_path: Path) -> None:
    place = Place(tmp_path / "place")
    place.name("Oud")
    assert terecht(place)[0] == 0
    old = place.seen()
    place.name("Nieuw")
    traced = place.copy(tmp_path / "traced")
    assert terecht(traced, "-y", "-e", f"trace={','.join(TRUE.values())}")[0] == 0
    calls = (traced.folder / "trace").read_text("utf-8").splitlines()
    for how, name in TRUE.items():
        call = Call(name, middle([line for line in calls if f" {name}(" in line], str(traced.outlet.output)), "")
        inject = call.killed() if how == "SIGKILL" else call.failing(how)
        code, said = terecht(place, "-e", f"trace={name}", "-e", "signal=none", "-e", inject)
        assert (code, said) == (-9, "") if how == "SIGKILL" else code == 1, f"{how} at {call}: {code}, {said}"
        assert place.seen() == old
        if how != "SIGKILL":
            assert f"{place.outlet.output}/een:1:1: T091 the site can not be written: {ERRORS[how]}" in said
            assert "the site that was there is still there" in said
            assert "Traceback" not in said
    assert terecht(place)[0] == 0
    assert place.seen() == traced.seen()
    assert place.left("draft-") == []


def test_half_a_release_is_never_gone_back_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is withdrawn is out of reach before the first of its files is deleted."""
    outlet = Outlet(tmp_path / "site")
    for name in (*EARLIER, OLD):
        publish.switch(outlet, publish.stage(outlet, "een", origin(name), three_files(name)))

    def fails_halfway(folder: Path) -> None:
        (folder / "site/index.html").unlink()
        raise OSError(5, "Input/output error", str(folder))

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", fails_halfway)
        with pytest.raises(OSError, match="Input/output error"):
            publish.rollback(outlet, "een")
    assert Place(tmp_path).seen() == three_files(EARLIER[-1])
    publish.switch(outlet, publish.stage(outlet, "een", origin(NEW), three_files(NEW)))
    assert Place(tmp_path).left() == []
    publish.rollback(outlet, "een")
    assert Place(tmp_path).seen() == three_files(EARLIER[-1])
