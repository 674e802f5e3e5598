"""Our own content is checked as strictly as an organisation's file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import MINIMAL, TODAY
from terecht.flow.knowledge import Knowledge
from terecht.project import Project, read_content

Make = Callable[..., Project]


def found(project: Project) -> list[str]:
    return [
        f"{Path(finding.path).name}:{finding.line} {finding.code} {finding.message}"
        for finding in read_content(project)[1]
    ]


def edit(project: Project, path: str, old: str, new: str) -> None:
    file = project.root / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_our_content_has_no_findings(project: Project) -> None:
    assert found(project) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("docs/nl/index.md", "{: #nu-doen }", "", "index.md:{line} T083 a heading without an id"),
        (
            "docs/en/index.md",
            "{: #nu-doen }",
            "{: #nu }",
            "index.md:{line} T083 'nu' is not the heading that belongs here",
        ),
        (
            "docs/nl/index.md",
            "{: #nu-doen }",
            "{: #praten }",
            "index.md:{line} T083 the id 'praten' stands here twice",
        ),
        (
            "docs/nl/index.md",
            "title: Start",
            "titel: Start",
            "index.md:2 T082 the front matter is 'title: …' and nothing else",
        ),
        ("docs/nl/index.md", "---\ntitle", "title", "index.md:1 T082 the page has no front matter"),
        ("docs/words/nl.yml", "menu: Menu\n", "", "nl.yml:1 T085 the word 'menu' is missing"),
        ("docs/words/en.yml", "menu: Menu\n", "menu: [Menu]\n", "en.yml:4 T021 one text is needed here"),
        ("mkdocs.yml", "      - wie.md\n", "", "mkdocs.yml:1 T086 the menu forgets 'wie.md'"),
        ("mkdocs.yml", "- wie.md\n", "- wei.md\n", "mkdocs.yml:1 T086 the menu names 'wei.md', which does not exist"),
        ("mkdocs.yml", "- weten:\n", "- wetne:\n", "nl.yml:1 T085 the word 'section_wetne' is missing"),
        ("mkdocs.yml", "nav:\n", "nav: [\n", "T009 this is not YAML"),
        ("mkdocs.yml", "nav:\n", "menu:\n", "T086 there is no menu"),
        ("overrides/partials/menu.html", "endfor", "endfr", "T082 this template can not be read"),
        ("docs/data/helplines.yml", "id: zelfdoding_113", "id: zelfdoding", "T087 every page shows 'zelfdoding_113'"),
        ("mkdocs.yml", "  - index.md\n", "", "mkdocs.yml:1 T086 the menu does not start with 'index.md'"),
        ("docs/nl/index.md", "(mediator.md)", "(mediatr.md)", "T064 there is no page 'mediatr.md'"),
        ("docs/en/wat-doet.md", "(geheim.md#", "(geheim.md#ge", "T064 'geheim.md' has no heading 'geuitzonderingen'"),
        ("overrides/partials/menu.html", "words.menu", "words.meny", "menu.html:{line} T085 there is no word 'meny'"),
        ("docs/data/laws.yml", "kind: bill", "kind: plan", "T022 'plan' is not possible here"),
        ("docs/data/laws.yml", "confidence: M", "confidence: U", "laws.yml:{line} T022 'U' is not possible here"),
        ("docs/data/laws.yml", "id: sv_161", "id: sv_160", "laws.yml:{line} T040 the id 'sv_160' stands here twice"),
        ("docs/nl/wet.md", '"sv_160"', '"sv_166"', "wet.md:{line} T080 'law_notes' does not know 'sv_166'"),
        ("docs/nl/wie.md", "Jij kiest", "Je kiest", "wie.md:3 W113 the translation is behind"),
        ("docs/en/wie.md", "source: ", "bron: ", "wie.md:2 T082 the front matter is 'title: …' and 'source: …'"),
        ("docs/words/nl.yml", "skip:", "oud: Oud\nskip:", "nl.yml:1 T085 the word 'oud' is used nowhere"),
        (
            "docs/data/helplines.yml",
            "confidence: H",
            "confidence: zeker",
            "T022 'zeker' is not possible here",
        ),
        ("docs/data/helplines.yml", "checked_on:", "checkedon:", "T012 unknown key 'checkedon'"),
    ],
)
def test_a_mistake_of_ours_is_a_finding(small: Make, path: str, old: str, new: str, expected: str) -> None:
    project = small(klein=MINIMAL)
    before = (project.root / path).read_text("utf-8").partition(old)[0]
    edit(project, path, old, new)
    place = expected.format(line=before.count("\n") + 1)
    assert any(place in line for line in found(project)), found(project)


def test_a_page_that_is_not_translated_is_a_finding_and_stops_nothing(small: Make) -> None:
    project = small(klein=MINIMAL)
    (project.root / "docs/en/wie.md").unlink()
    content, findings = read_content(project)
    assert content is not None
    assert [(finding.code, finding.message) for finding in findings] == [("W112", "there is no translation in 'en'")]


def test_helplines_and_laws_that_are_due_for_a_check_are_warned_about(project: Project) -> None:
    later = Project(project.root, project.organisations, TODAY + dt.timedelta(days=400))
    warned = [line for line in found(later) if " W111 " in line]
    content, _ = read_content(project)
    assert content is not None
    assert len(warned) == len(content.helplines) + len(content.laws)


def test_every_heading_has_the_same_id_in_each_language(content: Knowledge) -> None:
    for name in content.pages:
        by_language = [[found[1:] for found in content.templates[language, name].headings] for language in ("nl", "en")]
        assert by_language[0] == by_language[1], name


def test_112_and_113_are_marked_fit(content: Knowledge) -> None:
    for name, phone in (("alarm_112", "112"), ("zelfdoding_113", "113")):
        assert content.helplines[name].phone == phone
        assert content.helplines[name].phone_marked_fit == "yes"


def test_no_number_is_fit_without_a_source_or_with_low_confidence(content: Knowledge) -> None:
    for line in content.helplines.values():
        if line.phone_marked_fit == "yes":
            assert line.source_url, line.id
            assert line.confidence in {"H", "M"}, line.id


def test_what_may_change_soon_is_checked_soon(content: Knowledge) -> None:
    """A bill is looked at again within half a year: the sentence about it is dated, and grows old."""
    bills = [law for law in content.laws.values() if law.kind == "bill"]
    assert len(bills) == 2
    for bill in bills:
        days = dt.date.fromisoformat(bill.check_again) - dt.date.fromisoformat(bill.checked_on)
        assert days <= dt.timedelta(days=183), bill.id


def test_every_law_is_shown_on_the_page_about_the_law(content: Knowledge) -> None:
    text = content.template("nl", "wet").text
    assert {law for law in content.laws if f'"{law}"' in text} == set(content.laws)
