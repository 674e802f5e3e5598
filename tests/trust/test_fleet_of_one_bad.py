"""One bad organisation among many: all others are built, it alone is named, and its old site stays as it was."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conftest import MINIMAL, ROOT, build_all
from terecht import cli, fleet, publish, workshop
from terecht.findings import Refused
from terecht.flow.knowledge import Knowledge
from terecht.load import load
from terecht.project import Project
from terecht.publish import Outlet
from terecht.publish.manifest import Origin
from terecht.render import Rendered
from terecht.render.engine import Engine
from trust_table import Say

#: How many organisations there are: in an ordinary run, with `--complete`, and for the faults.
SOME, ALL, FEW = 40, 1000, 3
BAD = "org-0001"


@pytest.fixture(autouse=True)
def _content_is_read_once(content: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "usable_content", lambda _: content)


@dataclass(frozen=True)
class Fleet:
    """Organisations, each in one language with one contact, and where their sites go."""

    folder: Path
    size: int

    @property
    def ids(self) -> list[str]:
        """Their names."""
        return [f"org-{number:04}" for number in range(self.size)]

    @property
    def output(self) -> Path:
        """Where they are published."""
        return self.folder / "site"

    def write(self, identifier: str, old: str = "", new: str = "", *, name: str = "") -> None:
        """The file of one of them, with something in it replaced."""
        folder = self.folder / "organisations" / identifier
        folder.mkdir(parents=True, exist_ok=True)
        text = MINIMAL.replace("Voorbeeld", name or f"Voorbeeld {identifier}").replace(old, new)
        (folder / "organisation.yml").write_text(text, "utf-8")

    def build(self, *ids: str) -> tuple[int, list[str]]:
        """The exit code of ``terecht build``, and its lines."""
        folders = ["--organisations", self.folder / "organisations", "--output", self.output]
        arguments = ["build", *ids, "--root", ROOT, *folders, "--progress", "none"]
        result = CliRunner().invoke(cli.main, [str(one) for one in arguments])
        ended = isinstance(result.exception, SystemExit | None)
        return result.exit_code if ended else -1, [*result.output.splitlines(), *([] if ended else ["Traceback"])]


def tree(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def with_old_site(folder: Path, size: int) -> Fleet:
    """A fleet of which one is published already, and is then broken; the others are new."""
    fleet = Fleet(folder, size)
    for identifier in fleet.ids:
        fleet.write(identifier)
    code, lines = fleet.build(BAD)
    assert code == 0, lines
    return fleet


def complaints(fleet: Fleet, named: str, *, unchanged: int = 0) -> Iterator[str]:
    """What is wrong when all are built and one can not be; ``named`` is how the line about it starts."""
    old = tree(fleet.output / BAD)
    code, lines = fleet.build()
    built = fleet.size - 1 - unchanged
    if code != 1 or lines[-1:] != [f"{built} built, {unchanged} unchanged, 1 failed"]:
        yield f"ended with {code}: {lines[-1:]}"
    about = [line for line in lines if BAD in line]
    if len(about) != 1 or not about[0].startswith(named):
        yield f"said {about}"
    if others := [line for line in lines if ": T" in line and BAD not in line]:
        yield f"named as well: {others}"
    if tree(fleet.output / BAD) != old:
        yield "the old site is another"
    outlet = Outlet(fleet.output)
    published = {*publish.published(outlet)}
    for identifier in fleet.ids:
        # What is a stranger's is no site; that it is as it was is asked above.
        if identifier == BAD and not outlet.link(BAD).is_symlink():
            continue
        if identifier not in published or publish.verify(outlet, identifier):
            yield f"{identifier} is not whole"


def broken(fleet: Fleet) -> str:
    """The bad one gets a key that does not exist; how the line about it starts."""
    fleet.write(BAD, "phone", "phne", name="Gebroken")
    file = os.path.relpath(fleet.folder / "organisations" / BAD / "organisation.yml")
    shown = fleet.folder / "organisations" / BAD / "organisation.yml" if file.startswith("..") else file
    return f"{shown}:8:5: T012 unknown key 'phne'; did you mean 'phone'?"


@pytest.mark.trust(31)
def test_one_bad_organisation_among_many(tmp_path: Path, measured: Say, request: pytest.FixtureRequest) -> None:
    size = ALL if request.config.getoption("--complete") else SOME
    fleet = with_old_site(tmp_path, size)
    assert list(complaints(fleet, broken(fleet))) == []
    measured(31, f"among {size}: {size - 1} built, 1 named, its old site the same bytes")


@pytest.mark.trust(31)
def test_one_that_can_not_be_published_among_few(tmp_path: Path, measured: Say) -> None:
    """It fails in the last stage: something lies in the place of its site, which is not touched."""
    fleet = with_old_site(tmp_path, 2 * FEW)
    (fleet.output / BAD).unlink()
    (fleet.output / BAD).mkdir()
    (fleet.output / BAD / "dierbaar.txt").write_text("x")
    fleet.write(BAD, name="Anders")
    named = f"{fleet.output / BAD}:1:1: T091 {fleet.output / BAD} is there already, and terecht has not made it; "
    assert list(complaints(fleet, named)) == []
    assert tree(fleet.output / BAD) == {"dierbaar.txt": b"x"}
    measured(31, f"among {fleet.size} with a stranger in its place: {fleet.size - 1} built, 1 named")


@pytest.mark.trust(31)
def test_one_whose_disk_fails_while_it_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it has changed can not be seen then: it is built, and what is wrong with the disk is said by that."""
    fleet = with_old_site(tmp_path, FEW)
    asked = publish.origin_of

    def failing(outlet: Outlet, organisation: str) -> Origin | None:
        if organisation == BAD:
            raise OSError(5, "Input/output error", str(outlet.link(organisation)))
        return asked(outlet, organisation)

    monkeypatch.setattr("terecht.fleet.planning.origin_of", failing)
    code, lines = fleet.build()
    assert (code, lines[-1]) == (0, f"{FEW} built, 0 unchanged, 0 failed")


def _ends_all(fleet: Fleet, loads: Callable[..., Any]) -> Callable[..., Any]:
    def loading(folder: Path, *others: Any) -> Any:
        client, findings = loads(folder, *others)
        if client is None:
            raise SystemExit(1)
        return client, findings

    del fleet
    return loading


def _withdraws(fleet: Fleet, loads: Callable[..., Any]) -> Callable[..., Any]:
    def loading(folder: Path, *others: Any) -> Any:
        client, findings = loads(folder, *others)
        if client is None:
            (fleet.output / folder.name).unlink()
        return client, findings

    return loading


def _says_nothing(fleet: Fleet, loads: Callable[..., Any]) -> Callable[..., Any]:
    def loading(folder: Path, *others: Any) -> Any:
        client, findings = loads(folder, *others)
        return client, [] if client is None else findings

    del fleet
    return loading


FAULTS = {
    "one error ends all": _ends_all,
    "withdraws the old site": _withdraws,
    "says nothing": _says_nothing,
}


@pytest.mark.parametrize("fault", [pytest.param(name, marks=pytest.mark.trust(31, fault=name)) for name in FAULTS])
def test_a_build_that_is_stopped_by_one_is_seen(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = with_old_site(tmp_path, FEW)
    named = broken(fleet)
    monkeypatch.setattr(workshop, "load", FAULTS[fault](fleet, load))
    assert list(complaints(fleet, named)) != []


def test_a_process_that_renders_and_is_killed_is_said(
    small: Callable[..., Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a system without memory."""
    project = small(een=MINIMAL)
    answer = Engine.answer

    def killed(engine: Engine) -> Rendered:
        engine._program.kill()  # noqa: SLF001
        return answer(engine)

    monkeypatch.setattr(Engine, "answer", killed)
    with pytest.raises(Refused, match="T090 the process that renders the pages died; is there enough memory"):
        build_all(project, tmp_path / "site")
