"""The flow without JavaScript: the page shows what ``decide`` decides, whatever is chosen or was left behind."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from conftest import ROOT, Served, build_all
from flowing import MADE, NAMES, client_named, draw, folder_of
from terecht.flow.answers import read_answers
from terecht.flow.conditions import Answers
from terecht.flow.decide import Decider
from terecht.flow.knowledge import Knowledge
from terecht.flow.scenarios import Scenario, load_scenarios
from terecht.flow.table import MANAGERS, UNKNOWN
from terecht.load.organisation import Organisation
from terecht.project import Project
from trust_table import Say

pytestmark = pytest.mark.browser

Serve = Callable[[Path, str], Served]
STORIES = ROOT / "docs/flow/scenarios.yml"
#: Sampled sets of answers over all organisations; those at a boundary come on top.
SAMPLED = 2_100
#: Sets that go to the page at once.
BATCH = 50

SHOW = """
(sets) => {
  const form = document.getElementById("flow");
  const inputs = [...form.querySelectorAll("input")];
  const seen = (part) => part.getClientRects().length > 0;
  const shown = (selector, key) => [...form.querySelectorAll(selector)].filter(seen).map((part) => part.dataset[key]);
  const cards = (kind) =>
    [...form.querySelectorAll(`.t-advice--${kind}`)]
      .filter(seen)
      .map((card) => [card.dataset.rule, card.dataset.outcome]);
  return sets.map((chosen) => {
    for (const input of inputs) input.checked = chosen.includes(input.id);
    return {
      safety: cards("safety"),
      first: cards("first"),
      also: cards("also").map(([, outcome]) => outcome),
      contacts: shown("[data-contact]", "contact"),
      lines: shown("[data-line]", "line"),
      questions: shown("[data-question]", "question"),
      advice: document.getElementById("advies").innerText,
    };
  });
}
"""


@dataclass(frozen=True)
class Place:
    """An organisation, and the page of its flow."""

    organisation: Organisation
    address: str
    folder: Path


@pytest.fixture(scope="module")
def places(
    project: Project, content: Knowledge, tmp_path_factory: pytest.TempPathFactory, serve_folder: Serve
) -> Callable[[str], Place]:
    """The examples, the organisations that are made up, and those of the stories, each built once when asked for."""
    top = tmp_path_factory.mktemp("flow")
    organisations = top / "organisations"
    organisations.mkdir()
    written = {f"nummer-{number}": text for number, text in enumerate(MADE.values())}
    raw = yaml.load(STORIES.read_text("utf-8"), yaml.BaseLoader)["organisations"]  # noqa: S506  strings alone
    written |= {f"verhaal-{name}": yaml.dump(facts, allow_unicode=True) for name, facts in raw.items()}
    for name, text in written.items():
        (organisations / name).mkdir()
        (organisations / name / "organisation.yml").write_text(text, "utf-8")
    stories, _ = load_scenarios(STORIES, STORIES.name)
    assert stories is not None
    built: dict[str, Place] = {}

    def place(name: str) -> Place:
        if name not in built:
            story = name.removeprefix("verhaal-") if name.startswith("verhaal-") else None
            folder = organisations / name if story else folder_of(name, organisations)
            where = Project(project.root, folder.parent, project.today)
            (outcome,) = build_all(where, top / "site", folder.name)
            assert outcome.result == "built", outcome.findings
            site = top / "site" / folder.name
            organisation = (
                stories.organisations[story] if story else client_named(name, organisations, content).organisation
            )
            built[name] = Place(organisation, serve_folder(site, "/").address, site)
        return built[name]

    return place


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def show(page: Page, place: Place, sets: Iterable[Answers]) -> Iterator[tuple[Answers, dict[str, Any]]]:
    """What the page shows for each set of answers, one after the other, on a page that is not opened anew."""
    page.goto(f"{place.address}waar-terecht/")
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    todo = list(sets)
    for start in range(0, len(todo), BATCH):
        batch = todo[start : start + BATCH]
        ids = [[f"{question}-{answer}" for question, answer in raw] for raw in batch]
        yield from zip(batch, page.evaluate(SHOW, ids), strict=True)


def compare(page: Page, place: Place, content: Knowledge, sets: Iterable[Answers]) -> int:
    """Holds what the page shows against ``decide``, for each set of answers; gives how many there were."""
    decider = Decider(content.flow.table, place.organisation)
    names = {contact.id: contact.name for contact in place.organisation.contacts}
    count = 0
    for raw, shown in show(page, place, sets):
        decision = decider.decide(raw)
        first = decision.then or decision
        assert shown["first"] == [[first.rule, first.outcome]], sorted(raw)
        assert shown["safety"] == ([[decision.rule, decision.outcome]] if decision.then else []), sorted(raw)
        assert tuple(shown["also"]) == decision.also, sorted(raw)
        assert set(shown["contacts"]) - set(MANAGERS) == set(decision.contacts), sorted(raw)
        assert set(shown["lines"]) == set(decision.national), sorted(raw)
        assert shown["questions"] == [question.id for question in decider.asked(raw)], sorted(raw)
        for hidden in decision.hidden:
            assert names[hidden] not in shown["advice"], (hidden, sorted(raw))
        count += 1
    return count


@pytest.mark.trust(4)
@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_what_decide_decides(
    name: str, places: Callable[[str], Place], page: Page, content: Knowledge, measured: Say
) -> None:
    """Raw answers: those to questions that are not asked, and 'weet ik niet' beside others, included."""
    place = places(name)
    chance = random.Random(f"page {name}")
    possible = ids_on(place)
    sets = [draw(content.flow.table, place.organisation, chance) for _ in range(SAMPLED // len(NAMES))]
    on_page = [frozenset(pair for pair in raw if "-".join(pair) in possible) for raw in sets]
    agreed = compare(page, place, content, on_page)
    assert agreed == SAMPLED // len(NAMES)
    measured(4, f"flow of {name}: the outcome of {agreed} of {len(sets)} sets of answers")


def ids_on(place: Place) -> frozenset[str]:
    """The ids of the inputs: an answer that this organisation can not have is not on its page."""
    html = (place.folder / "waar-terecht/index.html").read_text("utf-8")
    return frozenset(part.partition('"')[0] for part in html.split(' id="')[1:])


def stories() -> dict[str, Scenario]:
    found, _ = load_scenarios(STORIES, STORIES.name)
    assert found is not None
    return {scenario.id: scenario for scenario in found.scenarios}


def around(raw: Answers, content: Knowledge, possible: frozenset[str]) -> set[Answers]:
    """The set itself, and every set that is one answer away: one more, one less, or another one."""
    sets = {raw}
    for question in content.flow.table.questions:
        given = frozenset(pair for pair in raw if pair[0] == question.id)
        sets.add(raw - given)
        for answer in (*question.answers, UNKNOWN):
            one = (question.id, answer)
            if "-".join(one) in possible:
                sets.add(raw ^ {one} if question.several else (raw - given) | {one})
    return sets


@pytest.mark.parametrize("organisation", ["vol", "klein", "toneel", "stad"])
def test_the_page_agrees_at_every_boundary_of_every_story(
    organisation: str, places: Callable[[str], Place], page: Page, content: Knowledge
) -> None:
    place = places(f"verhaal-{organisation}")
    possible = ids_on(place)
    sets: set[Answers] = set()
    for scenario in stories().values():
        if scenario.organisation == organisation:
            raw = read_answers(scenario.answers, content.flow.table, place.organisation)
            sets |= around(frozenset(pair for pair in raw if "-".join(pair) in possible), content, possible)
    assert compare(page, place, content, sorted(sets, key=sorted)) >= 50


@pytest.mark.trust(4, fault="the flow of another organisation")
def test_a_page_of_another_organisation_does_not_agree(
    places: Callable[[str], Place], page: Page, content: Knowledge
) -> None:
    """The comparison sees a page that shows other people."""
    place, other = places("everyone"), places("only hr")
    chance = random.Random(2)
    sets = [draw(content.flow.table, other.organisation, chance) for _ in range(20)]
    with pytest.raises(AssertionError):
        compare(page, Place(other.organisation, place.address, place.folder), content, sets)


@pytest.mark.parametrize("name", NAMES)
def test_the_browser_reads_every_rule_and_each_only_hides(
    name: str, places: Callable[[str], Place], page: Page
) -> None:
    place = places(name)
    page.goto(f"{place.address}waar-terecht/")
    read = page.evaluate(
        "() => [...[...document.styleSheets].find((sheet) => sheet.href.endsWith('flow.css')).cssRules]"
        ".map((rule) => rule.style.cssText)"
    )
    written = (place.folder / "assets/flow.css").read_text("utf-8").splitlines()
    assert len(read) == len(written) > 50
    assert set(read) == {"display: none;"}
    # The vertrouwenspersonen are numbers in it; a contact's id may be the word of an answer, such as hr.
    assert not any("betrokken_vp-" in line for line in written)


@pytest.mark.trust(4)
@pytest.mark.parametrize("name", list(stories()))
def test_a_story_takes_one_tap_to_the_flow_and_one_for_each_answer(
    name: str, places: Callable[[str], Place], page: Page, content: Knowledge
) -> None:
    """From home, without JavaScript, on a phone; the first contact, or else the first line, is there to be tapped."""
    scenario = stories()[name]
    place = places(f"verhaal-{scenario.organisation}")
    raw = read_answers(scenario.answers, content.flow.table, place.organisation)
    decision = Decider(content.flow.table, place.organisation).decide(raw)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(place.address)
    page.locator("main a[href$='waar-terecht/']").first.click()
    for question, answers in scenario.answers.items():
        for answer in answers:
            if answer != UNKNOWN and f"{question}-{answer}" in ids_on(place):
                page.locator(f"label:has(#{question}-{answer})").click()
    if decision.then:
        card = page.locator(f".t-advice--safety[data-outcome={decision.outcome}]")
        expect(card.locator("a[href^='tel:']:visible, a[href^='https:']:visible").first).to_be_visible()
    first = decision.then or decision
    card = page.locator(f".t-advice--first[data-outcome={first.outcome}]:visible")
    expect(card).to_have_count(1)
    if scenario.first_contact:
        contact = card.locator(f"[data-contact={scenario.first_contact}]:visible").first
        expect(contact.locator("a").first).to_be_visible()
    else:
        expect(card.locator("a:visible").first).to_be_visible()
