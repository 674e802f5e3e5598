"""A page that takes the place of a shared one: told when that changes, shown what, and accepted with a reason."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conftest import MINIMAL
from terecht.cli import main
from terecht.load.replaced_pages import MAX_REASON, read_record
from terecht.project import Project

Make = Callable[..., Project]
OLD, NEW = "Jij kiest met wie je praat.", "Jij kiest zelf met wie je praat."


def run(project: Project, *arguments: str) -> Result:
    done = CliRunner().invoke(main, [*arguments, "--root", str(project.root)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def warnings(project: Project) -> list[str]:
    """The codes of what is said about replaced pages."""
    words = [line.split() for line in run(project, "check", "een").output.splitlines()]
    return [code for _, code, *_ in words if code in {"W115", "W116", "W117", "W118"}]


@pytest.fixture
def project(small: Make) -> Project:
    """An organisation with a page of its own in the place of 'wie'."""
    made = small(een=MINIMAL)
    page = made.organisations / "een/docs/nl/wie.md"
    page.parent.mkdir(parents=True)
    page.write_text("# Onze mensen\n\nBel Jip.\n", "utf-8")
    return made


def change(project: Project, old: str, new: str) -> None:
    shared = project.root / "docs/nl/wie.md"
    text = shared.read_text("utf-8")
    assert old in text
    shared.write_text(text.replace(old, new), "utf-8")


def record(project: Project) -> Path:
    return project.organisations / "een/replaces/nl/wie.md"


def test_a_page_is_kept_fresh(project: Project) -> None:
    assert warnings(project) == ["W115"]
    shown = run(project, "accept", "een", "wie")
    assert shown.exit_code == 1
    assert "nobody has compared it with" in shown.output
    assert not record(project).exists()

    assert run(project, "accept", "een", "wie", "--reason", 'Zegt  "hetzelfde": alles.').exit_code == 0
    assert warnings(project) == []
    shown = run(project, "accept", "een", "wie")
    assert shown.exit_code == 0
    assert 'when it was accepted: Zegt "hetzelfde": alles.' in shown.output

    change(project, OLD, NEW)
    assert warnings(project) == ["W116"]
    shown = run(project, "accept", "een", "wie.md", "--language", "nl")
    assert shown.exit_code == 1
    changed = [line for line in shown.output.splitlines() if line.startswith(("+", "-"))][2:]
    assert [line.split(". ")[0] for line in changed] == [f"-{OLD[:-1]}", f"+{NEW[:-1]}"]

    assert run(project, "accept", "een", "wie", "--reason", "Nog steeds").exit_code == 0
    assert warnings(project) == []
    assert sorted(path.name for path in record(project).parent.iterdir()) == ["wie.md"]


def test_a_title_is_part_of_what_a_shared_page_says(project: Project) -> None:
    run(project, "accept", "een", "wie", "--reason", "Gelezen")
    change(project, "title: Wie is er voor je?", "title: Wie er is")
    assert warnings(project) == ["W116"]
    assert "+title: Wie er is" in run(project, "accept", "een", "wie").output


def test_how_lines_end_is_no_change(project: Project) -> None:
    run(project, "accept", "een", "wie", "--reason", "Gelezen")
    record(project).write_bytes(record(project).read_bytes().replace(b"\n", b"\r\n"))
    assert warnings(project) == []


def test_another_hash_or_day_alone_accepts_nothing(project: Project) -> None:
    run(project, "accept", "een", "wie", "--reason", "Gelezen")
    change(project, OLD, NEW)
    text = record(project).read_text("utf-8")
    lines = ["accepted: 2030-01-01" if line.startswith("accepted:") else line for line in text.splitlines()]
    record(project).write_text("\n".join(lines), "utf-8")
    assert warnings(project) == ["W116"]


def test_records_stop_no_site_and_change_no_site(project: Project, tmp_path: Path) -> None:
    output = ("--output", str(tmp_path / "site"), "--progress", "none", "--jobs", "1")
    record(project).parent.mkdir(parents=True)
    record(project).write_bytes(b"\xff")
    assert warnings(project) == ["W118"]
    assert "1 built" in run(project, "build", *output).output
    before = (tmp_path / "site/een/index.html").read_bytes()
    record(project).unlink()
    run(project, "build", *output)
    assert (tmp_path / "site/een/index.html").read_bytes() == before


def test_each_language_is_accepted_by_itself(project: Project) -> None:
    file = project.organisations / "een/organisation.yml"
    file.write_text(MINIMAL.replace("[nl]", "[nl, en]"), "utf-8")
    page = project.organisations / "een/docs/en/wie.md"
    page.parent.mkdir()
    page.write_text("# Our people\n\nCall Jip.\n", "utf-8")
    both = run(project, "accept", "een", "wie", "--reason", "Gelezen")
    assert both.exit_code == 2
    assert "the page is replaced in en, nl; accept each by itself, with --language" in both.output
    assert run(project, "accept", "een", "wie", "--language", "en", "--reason", "Read").exit_code == 0
    assert warnings(project) == ["W115"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("een", "wei"), "'een' replaces no shared page by docs/<language>/wei.md; did you mean 'wie'?"),
        (("een", "wie", "--language", "en"), "replaces no shared page by docs/en/wie.md; it does in another language"),
        (("een", "../../geheim"), "replaces no shared page by"),
        (("een", "wie", "--language", "../.."), "replaces no shared page by"),
        (("een", "wie", "--reason", " "), "the reason says nothing; say why the page can stay"),
        (("een", "wie", "--reason", "a\u202eb"), "the reason holds an invisible character"),
        (("een", "wie", "--reason", "a" * (MAX_REASON + 1)), "the reason has 501 characters; 500 is the most"),
        (("eén", "wie"), "T046 there is no organisation 'eén'; did you mean 'een'?"),
    ],
)
def test_what_can_not_be_accepted(project: Project, arguments: tuple[str, ...], said: str) -> None:
    done = run(project, "accept", *arguments)
    assert done.exit_code == 2
    assert said in done.output
    assert not record(project).parent.parent.exists()


@pytest.mark.parametrize("taken", ["replaces", "replaces/nl", "replaces/nl/wie.md"])
def test_no_link_is_followed(project: Project, tmp_path: Path, taken: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "nl").mkdir(parents=True)
    (elsewhere / "nl/mediator.md").write_text("of another client", "utf-8")
    link = project.organisations / "een" / taken
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere / taken.partition("/")[2])
    done = run(project, "accept", "een", "wie", "--reason", "Gelezen")
    assert done.exit_code == 2
    assert "move it away" in done.output
    assert [path.name for path in elsewhere.rglob("*")] == ["nl", "mediator.md"]
    assert link.is_symlink()


def test_a_file_that_is_no_record_is_not_written_over(project: Project) -> None:
    record(project).parent.mkdir(parents=True)
    record(project).write_text("Aantekeningen.\n", "utf-8")
    done = run(project, "accept", "een", "wie", "--reason", "Gelezen")
    assert done.exit_code == 2
    assert "is there already, and is not a record; move it away, and accept again" in done.output
    assert record(project).read_text("utf-8") == "Aantekeningen.\n"


def test_a_pipe_in_the_place_of_a_record_is_not_waited_for(project: Project) -> None:
    record(project).parent.mkdir(parents=True)
    os.mkfifo(record(project))
    assert warnings(project) == ["W118"]
    assert run(project, "accept", "een", "wie", "--reason", "Gelezen").exit_code == 2


def test_a_disk_that_is_full_leaves_the_old_record(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    run(project, "accept", "een", "wie", "--reason", "Gelezen")
    before = record(project).read_bytes()

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = run(project, "accept", "een", "wie", "--reason", "Opnieuw")
    assert done.exit_code == 2
    assert "No space left on device" in done.output
    assert record(project).read_bytes() == before
    assert [path.name for path in record(project).parent.iterdir()] == ["wie.md"]


def test_a_record_holds_the_day_the_reason_and_the_whole_page(project: Project) -> None:
    run(project, "accept", "een", "wie", "--reason", "Gelezen")
    read, findings = read_record(record(project).read_bytes(), "wie.md")
    assert findings == []
    assert read is not None
    assert (read.reason, read.title) == ("Gelezen", "Wie is er voor je?")
    assert (project.root / "docs/nl/wie.md").read_text("utf-8").endswith(read.text)


def test_an_own_page_that_is_gone_leaves_an_orphan(project: Project) -> None:
    run(project, "accept", "een", "wie", "--reason", "Gelezen")
    (project.organisations / "een/docs/nl/wie.md").unlink()
    assert warnings(project) == ["W117"]
    record(project).unlink()
    assert warnings(project) == []
