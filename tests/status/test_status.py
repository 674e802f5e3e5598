"""The fleet at a glance: one line a client, and a client that can not be read hides no other."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from conftest import MINIMAL
from terecht import __version__, inputs, status
from terecht.cli import main
from terecht.project import Project
from terecht.status import OwnPages, Review, Row
from terecht.status.table import HEADINGS, plain, pretty, summary

Make = Callable[..., Project]
ROW = Row(
    "waterschap",
    "Waterschap De Lage Landen",
    ("nl", "en"),
    Review("2026-05-01", "2026-11-01", overdue=True),
    1,
    12,
    {"nl": 0, "en": 3},
    OwnPages(2, {"behind": 1, "never compared": 2}),
    "behind",
    4,
    "0.1.0",
)


def run(project: Project, *arguments: str) -> Result:
    output = ("--output", str(project.root / "site"))
    done = CliRunner().invoke(main, [*arguments, "--root", str(project.root), *output])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def rows(project: Project, *ids: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in json.loads(run(project, "status", *ids, "--format", "json").stdout)}


def own_page(project: Project, path: str) -> None:
    page = project.organisations / path
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("# Titel\n\nTekst.\n", "utf-8")


def test_each_client_has_a_line(small: Make) -> None:
    project = small(
        een=MINIMAL.replace("[nl]", "[nl, en]"),
        twee=MINIMAL.replace("phone", "phne"),
        drie=MINIMAL.replace("contacts:", "review:\n  date: 2020-01-02\n  next: 2021-01-02\ncontacts:"),
    )
    own_page(project, "een/docs/nl/wie.md")
    own_page(project, "een/docs/nl/bezoek.md")
    own_page(project, "een/docs/en/bezoek.md")
    page = project.root / "docs/nl/klacht.md"
    page.write_text(page.read_text("utf-8") + "\nNog iets.\n", "utf-8")
    found = rows(project)
    assert list(found) == ["drie", "een", "twee"]
    assert found["een"]["languages"] == ["nl", "en"]
    assert found["een"]["behind"] == {"nl": 0, "en": 1}
    assert found["een"]["own_pages"] == {"added": 2, "replaced": {"never compared": 1}}
    assert (found["een"]["errors"], found["een"]["published"]) == (0, "no")
    assert (found["twee"]["errors"], found["twee"]["name"], found["twee"]["own_pages"]) == (1, None, None)
    assert found["drie"]["review"] == {"date": "2020-01-02", "next": "2021-01-02", "overdue": True}

    done = run(project, "status")
    assert done.exit_code == 0
    heading, *lines = done.stdout.splitlines()
    assert heading.split("  ")[0] == "client"
    assert [line.split()[0] for line in lines] == ["drie", "een", "twee"]
    assert "3 clients: 1 can not be built, 1 overdue, 1 with a replaced page to compare, 3 not published" in done.output


def test_what_is_published_is_told_from_what_is_waiting(small: Make) -> None:
    project = small(een=MINIMAL, twee=MINIMAL)
    run(project, "build", "een", "--progress", "none", "--jobs", "1")
    (project.root / "site/twee").mkdir()
    found = rows(project)
    assert (found["een"]["published"], found["een"]["version"]) == ("up to date", __version__)
    assert found["twee"]["published"] == "taken"
    (project.organisations / "een/organisation.yml").write_text(MINIMAL.replace("12345678", "12345687"), "utf-8")
    assert rows(project, "een")["een"]["published"] == "behind"
    assert f"{__version__}, behind" in run(project, "status", "een").stdout


def test_a_replaced_page_that_is_not_translated_is_not_behind(small: Make) -> None:
    project = small(een=MINIMAL.replace("[nl]", "[en]"))
    (project.root / "docs/en/wie.md").unlink()
    assert rows(project)["een"]["behind"] == {"en": 1}
    own_page(project, "een/docs/en/wie.md")
    assert rows(project)["een"]["behind"] == {"en": 0}


@pytest.mark.parametrize(
    ("error", "said"),
    [(PermissionError(13, "Permission denied", "x"), "x: Permission denied"), (ValueError("oei"), "ValueError: oei")],
)
def test_a_client_that_can_not_be_looked_at_hides_no_other(
    small: Make, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    project = small(een=MINIMAL, twee=MINIMAL)
    run(project, "build", "--progress", "none", "--jobs", "1")

    def broken(folder: Path) -> inputs.Inputs:
        if folder.name == "een":
            raise error
        return inputs.own_inputs(folder)

    monkeypatch.setattr(status, "own_inputs", broken)
    done = run(project, "status")
    assert done.exit_code == 1
    assert f"can not be looked at: {said}" in done.stdout
    assert "up to date" in done.stdout.splitlines()[2]


def test_an_unknown_client_ends_with_2(small: Make) -> None:
    done = run(small(een=MINIMAL), "status", "en")
    assert done.exit_code == 2
    assert "T046 there is no organisation 'en'; did you mean 'een'?" in done.output


def test_a_pipe_gets_one_line_a_client_whole() -> None:
    heading, line = plain([ROW])
    assert heading.split("  ")[0] == HEADINGS[0]
    assert re.split(r"  +", line) == [
        *("waterschap", "Waterschap De Lage Landen", "nl en", "2026-05-01, overdue", "1 error, 12 warnings"),
        *("en: 3", "2 added, replaced: 1 behind, 2 never compared", "0.1.0, behind"),
    ]


@pytest.mark.parametrize("width", [80, 140])
def test_a_terminal_shows_everything(width: int) -> None:
    console = Console(width=width, force_terminal=True, color_system=None)
    with console.capture() as capture:
        console.print(pretty([ROW], width))
    shown = capture.get()
    assert all(len(line) <= width for line in shown.splitlines())
    for word in ("waterschap", "Landen", "nl en", "overdue", "12 warnings", "en: 3", "2 added", "1 behind", "0.1.0"):
        assert word in shown


def test_a_value_can_not_speak_to_the_terminal() -> None:
    (_, line) = plain([Row("een", "rood\x1b[31m")])
    assert "rood\\x1b[31m" in line


def test_a_fleet_without_work() -> None:
    well = Row("een", "Een", ("nl",), behind={"nl": 0}, own_pages=OwnPages(0, {"fresh": 1}), published="up to date")
    assert summary([well]) == "1 client: all is well"
