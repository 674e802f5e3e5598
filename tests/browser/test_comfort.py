"""The flow with a script: one question at a time, by mouse, keyboard and ear, on any screen and on paper."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from watching import NOTHING, STORED, Watch, referers, violations, walk

from conftest import EXAMPLES, ROOT, TODAY, Served
from flowing import draw
from terecht.flow.decide import Decider
from terecht.flow.knowledge import Knowledge
from terecht.load import load
from trust_table import Say

pytestmark = pytest.mark.browser

Serve = Callable[[Path, str], Served]
Open = Callable[..., Page]
FLOW = "waar-terecht/"
WIDTHS = {"phone": {"width": 320, "height": 640}, "desk": {"width": 1280, "height": 900}}
#: A screen of 1280 by 1024, magnified four times.
MAGNIFIED = {"width": 320, "height": 256}


@pytest.fixture(scope="module")
def served(sites: Path, serve_folder: Serve) -> Served:
    return serve_folder(sites / "snijders", "/")


@pytest.fixture(scope="module")
def served_large(sites: Path, serve_folder: Serve) -> Served:
    """An organisation with two languages and several vertrouwenspersonen."""
    return serve_folder(sites / "lagelanden", "/vertrouwenspersoon/")


@pytest.fixture
def open_flow(browser: Browser, served: Served) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def make(
        size: dict[str, int] = WIDTHS["desk"],
        *,
        site: Served = served,
        script: bool = True,
        language: str = "",
        before: str = "",
    ) -> Page:
        context = browser.new_context(viewport=size, java_script_enabled=script)  # type: ignore[arg-type]
        contexts.append(context)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        page.goto(site.address + language + FLOW)
        return page

    yield make
    for context in contexts:
        context.close()


def question(page: Page, name: str) -> Locator:
    return page.locator(f'[data-question="{name}"]')


def button(page: Page, name: str) -> Locator:
    return page.locator(f"[data-{name}]")


def choose(page: Page, *answers: str) -> None:
    """Gives answers, each at its question, going on to where it is asked."""
    for answer in answers:
        while not page.locator(f"#{answer}").is_visible():
            button(page, "next").click()
        page.locator(f"#{answer}").check()


def show(page: Page) -> None:
    """Goes on to the advice."""
    while button(page, "next").is_visible():
        button(page, "next").click()
    button(page, "show").click()


def rules(page: Page) -> list[str]:
    """The rules of the advice that shows, the first first."""
    shown = page.locator("#advies section:visible, #advies details.t-advice:visible")
    return [str(one.get_attribute("data-rule")) for one in shown.all()]


def now(page: Page) -> str:
    """The question that shows; there is exactly one."""
    expect(page.locator("fieldset:visible")).to_have_count(1)
    return str(page.locator("fieldset:visible").get_attribute("data-question"))


def test_one_question_at_a_time_with_the_focus_on_it(open_flow: Open) -> None:
    page = open_flow()
    assert now(page) == "veiligheid"
    expect(button(page, "previous")).to_be_hidden()
    seen = []
    while button(page, "next").is_visible():
        seen.append(now(page))
        expect(button(page, "show")).to_be_hidden()
        expect(page.locator("#advies")).to_be_hidden()
        button(page, "next").click()
        expect(question(page, now(page)).get_by_role("heading")).to_be_focused()
    seen.append(now(page))
    assert seen == ["veiligheid", "rol", "onderwerp", "betrokken", "wens"]
    expect(button(page, "show")).to_be_visible()
    for name in seen[-2::-1]:
        button(page, "previous").click()
        assert now(page) == name
        expect(question(page, name).get_by_role("heading")).to_be_focused()


def test_the_way_back_keeps_the_answers(open_flow: Open) -> None:
    page = open_flow()
    answers = ["rol-omstander", "onderwerp-pesten", "onderwerp-werkdruk", "betrokken-hr", "wens-stoppen"]
    choose(page, *answers)
    while button(page, "previous").is_visible():
        button(page, "previous").click()
    assert now(page) == "veiligheid"
    for answer in answers:
        expect(page.locator(f"#{answer}")).to_be_checked()


def test_what_does_not_apply_is_not_asked(served_large: Served, open_flow: Open) -> None:
    page = open_flow(site=served_large)
    choose(page, "rol-informatie")
    expect(button(page, "next")).to_be_hidden()
    button(page, "show").click()
    assert rules(page)[0] == "R05"
    button(page, "previous").click()
    assert now(page) == "rol"
    choose(page, "rol-beklaagde", "betrokken-vertrouwenspersoon")
    button(page, "next").click()
    assert now(page) == "betrokken_vp"
    expect(button(page, "next")).to_be_hidden()
    expect(button(page, "show")).to_be_visible()


def test_the_summary_leads_back_to_each_answer(open_flow: Open) -> None:
    page = open_flow()
    expect(button(page, "summary")).to_be_hidden()
    choose(page, "rol-zelf", "onderwerp-seksueel", "onderwerp-pesten", "wens-praten")
    show(page)
    lines = button(page, "summary").locator("li")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_have_text("Het overkomt mij Wijzig: Wat past bij jou?")
    expect(lines.nth(1)).to_contain_text("Seksueel gedrag of seksuele opmerkingen; Pesten, buitensluiten")
    assert rules(page)[0] == "R18"
    lines.nth(0).get_by_role("button", name="Wijzig: Wat past bij jou?").click()
    assert now(page) == "rol"
    expect(question(page, "rol").get_by_role("heading")).to_be_focused()
    expect(lines).to_have_count(2)
    choose(page, "rol-ontvanger")
    show(page)
    assert rules(page)[0] == "R06"
    expect(lines.nth(0)).to_contain_text("ik ben leidinggevende")
    # What is no longer asked, is no longer listed.
    expect(lines).to_have_count(2)


@pytest.mark.parametrize(
    ("answer", "rule"),
    [("gevaar_nu", "R01"), ("zelfdoding", "R02"), ("seksueel_geweld_recent", "R03"), ("bang", "R04")],
)
def test_help_for_now_shows_at_once_and_one_can_go_on(answer: str, rule: str, open_flow: Open) -> None:
    page = open_flow()
    cards = page.locator(".t-safety section:visible")
    expect(cards).to_have_count(0)
    choose(page, f"veiligheid-{answer}")
    expect(cards).to_have_count(1)
    assert cards.get_attribute("data-rule") == rule
    assert page.locator(".t-safety").get_attribute("aria-live") == "polite"
    button(page, "next").click()
    assert now(page) == "rol"
    expect(cards).to_have_count(1)
    show(page)
    expect(cards).to_have_count(1)


def test_the_advice_has_the_focus_and_then_asks_more(open_flow: Open) -> None:
    page = open_flow()
    after = page.locator(".t-after")
    choose(page, "onderwerp-seksueel")
    expect(after).to_be_hidden()
    show(page)
    expect(page.locator("#advies-titel")).to_be_focused()
    expect(page.locator("#advies-titel")).to_be_in_viewport()
    expect(after).to_be_visible()
    assert [one.get_attribute("data-question") for one in page.locator("fieldset:visible").all()] == [
        "politievraag",
        "werkrelatie",
    ]
    before = rules(page)
    choose(page, "politievraag-ja", "werkrelatie-zzp")
    assert {"A01", "A06"} <= set(rules(page)) - set(before)


def test_starting_again_clears_everything(open_flow: Open) -> None:
    page = open_flow()
    choose(page, "veiligheid-bang", "rol-zelf", "onderwerp-seksueel", "betrokken-hr", "wens-praten")
    show(page)
    choose(page, "politievraag-ja")
    for summary in page.locator("#flow summary:visible").all():
        summary.click()
    assert page.locator("#flow details[open]").count() > 1
    page.get_by_role("button", name="Wis mijn antwoorden").click()
    assert now(page) == "veiligheid"
    expect(question(page, "veiligheid").get_by_role("heading")).to_be_focused()
    assert page.locator("#flow :checked").count() == 0
    assert page.locator("#flow details[open]").count() == 0
    expect(button(page, "summary")).to_be_hidden()
    expect(page.locator(".t-advice:visible")).to_have_count(0)


@pytest.mark.parametrize("language", ["", "en/"])
def test_no_step_counts_down(language: str, served_large: Served, open_flow: Open) -> None:
    page = open_flow(site=served_large, language=language)
    while button(page, "next").is_visible():
        assert not re.search(r"\d+\s*(van|of|/|uit)\s*\d+|\d\s*%|\bstap\b|\bstep\b", page.locator("#flow").inner_text())
        button(page, "next").click()
    assert page.locator("progress, meter, [role=progressbar]").count() == 0


def test_enter_on_an_answer_stays_here(served: Served, open_flow: Open) -> None:
    page = open_flow()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    for answer in ("veiligheid-nee", "rol-zelf", "onderwerp-pesten"):
        choose(page, answer)
        page.locator(f"#{answer}").press("Enter")
        expect(page.locator(f"#{answer}")).to_be_checked()
    page.wait_for_timeout(100)
    # For a browser that would send a form without a button.
    assert page.locator("#flow").get_attribute("method") == "dialog"
    assert now(page) == "onderwerp"
    assert page.url == served.address + FLOW
    assert trouble == []


def test_paper_has_the_advice_and_not_what_was_answered(open_flow: Open) -> None:
    page = open_flow()
    choose(page, "rol-zelf", "onderwerp-pesten", "betrokken-leidinggevende", "wens-praten")
    show(page)
    page.emulate_media(media="print")
    expect(page.locator("fieldset:visible, [data-summary]:visible, input:visible, #flow button:visible")).to_have_count(
        0
    )
    expect(page.locator("#advies-titel")).to_be_visible()
    expect(page.locator('#advies section[data-rule="R18"]')).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    paper = page.locator("main").inner_text()
    hidden = page.locator("legend, label:has(:checked)").all_text_contents()
    assert len(hidden) == 12
    assert [words for words in hidden if words.strip() in paper] == []


def test_the_button_prints(open_flow: Open) -> None:
    page = open_flow(before="window.printed = 0; window.print = () => { window.printed += 1; }")
    expect(button(page, "print")).to_be_hidden()
    choose(page, "rol-informatie")
    show(page)
    button(page, "print").click()
    assert page.evaluate("window.printed") == 1


def test_the_script_knows_no_rule() -> None:
    structure = yaml.safe_load((ROOT / "docs/flow/structure.yml").read_text("utf-8"))
    ids = {one["id"] for part in ("questions", "safety", "rules", "additions", "outcomes") for one in structure[part]}
    ids |= {answer for one in structure["questions"] for answer in one.get("answers", [])}
    script = (ROOT / "overrides/assets/javascripts/flow.js").read_text("utf-8")
    assert len(ids) > 100
    assert set(re.findall(r"\w+", script)) & ids == set()


def press_until(page: Page, key: str, reached: Callable[[], bool]) -> None:
    for _ in range(60):
        if reached():
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} does not lead there")


def has_focus(page: Page, selector: str) -> Callable[[], bool]:
    return lambda: page.locator(f"{selector}:focus").count() == 1


@pytest.mark.trust(13)
@pytest.mark.parametrize("size", [WIDTHS["phone"], WIDTHS["desk"]], ids=["phone", "desk"])
def test_by_keyboard_from_the_top_to_the_advice(size: dict[str, int], open_flow: Open) -> None:
    page = open_flow(size)
    press_until(page, "Tab", has_focus(page, "#veiligheid-gevaar_nu"))
    press_until(page, "ArrowDown", has_focus(page, "#veiligheid-nee"))
    for answer, key in (
        ("rol-zelf", "ArrowDown"),
        ("onderwerp-pesten", "Tab"),
        ("betrokken-collega", "Tab"),
        ("wens-praten", "ArrowDown"),
    ):
        press_until(page, "Tab", has_focus(page, "[data-next]"))
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        press_until(page, key, has_focus(page, f"#{answer}"))
        page.keyboard.press("Space")
        expect(page.locator(f"#{answer}")).to_be_checked()
    press_until(page, "Tab", has_focus(page, "[data-show]"))
    page.keyboard.press("Enter")
    expect(page.locator("#advies-titel")).to_be_focused()
    assert rules(page)[0] == "R18"
    press_until(page, "Tab", has_focus(page, "#advies section a"))
    press_until(page, "Tab", has_focus(page, "#werkrelatie-in_dienst"))


@pytest.mark.parametrize("script", [True, False])
def test_each_question_and_answer_has_its_name(script: bool, open_flow: Open) -> None:  # noqa: FBT001
    """As the browser itself tells a screen reader; without a script every question that applies is there at once."""
    page = open_flow(script=script)
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    names = {
        role: [node["name"]["value"] for node in nodes if not node["ignored"] and node["role"]["value"] == role]
        for role in ("group", "radio", "checkbox")
    }
    asked = page.locator("fieldset:visible")
    # A fold is a group as well, and has no name.
    assert [name for name in names["group"] if name] == [
        text.strip() for text in asked.locator("h3").all_text_contents()
    ]
    for role in ("radio", "checkbox"):
        labels = asked.locator(f"label:visible:has([type={role}])").all_text_contents()
        assert names[role] == [text.strip() for text in labels]
    assert asked.count() == (1 if script else 6)


def states(page: Page) -> Iterator[str]:
    """The flow at the start, after a first answer that asks for help now, and at the advice."""
    yield "start"
    choose(page, "veiligheid-zelfdoding")
    yield "safety"
    choose(page, "rol-zelf", "onderwerp-seksueel", "onderwerp-conflict", "betrokken-leidinggevende", "wens-klacht")
    show(page)
    yield "advice"


@pytest.mark.parametrize("language", ["", "en/"])
@pytest.mark.parametrize("size", [WIDTHS["phone"], MAGNIFIED], ids=["phone", "magnified"])
def test_nothing_is_wider_than_the_screen(
    size: dict[str, int], language: str, served_large: Served, open_flow: Open
) -> None:
    page = open_flow(size, site=served_large, language=language)
    for state in states(page):
        page.locator("#flow details").evaluate_all("(all) => all.forEach((fold) => { fold.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, state
        wide = (
            "[...document.querySelectorAll('#flow *')].filter((one) => one.getBoundingClientRect().right > 320).length"
        )
        assert page.evaluate(wide) == 0, state


def test_with_forced_colours_one_sees_what_is_chosen_and_where_one_is(open_flow: Open) -> None:
    page = open_flow()
    page.emulate_media(forced_colors="active")
    for answer in ("veiligheid-nee", "onderwerp-pesten"):
        while not page.locator(f"#{answer}").is_visible():
            button(page, "next").click()
        control = page.locator(f"#{answer}")
        assert control.evaluate("(control) => getComputedStyle(control).appearance") == "auto"
        empty = control.screenshot()
        control.check()
        page.locator("h2").first.click()
        assert control.screenshot() != empty
        control.press("Tab")
        page.keyboard.press("Shift+Tab")
        expect(control).to_be_focused()
        ring = control.evaluate(
            """(control) => [control, control.closest('label')].map((one) => getComputedStyle(one)).some((style) =>
              style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2
              && style.outlineColor !== style.backgroundColor)"""
        )
        assert ring, answer


@pytest.mark.trust(12)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_at_help_for_now(width: str, open_flow: Open) -> None:
    """Before the last question; the first is a page like another, and the advice is looked at for each rule."""
    page = open_flow(WIDTHS[width])
    choose(page, "veiligheid-zelfdoding", "rol-zelf", "onderwerp-seksueel")
    assert violations(page, without="#flow *") == []


@pytest.mark.trust(12, fault="an answer without a name")
def test_axe_sees_an_answer_without_a_name(open_flow: Open) -> None:
    page = open_flow()
    page.locator("#veiligheid-nee").evaluate("(input) => input.closest('label').replaceWith(input)")
    assert "label" in [rule for rule, _ in violations(page)]


#: Where each example says that it lives, and the folders of its languages.
EXAMPLE_PATHS = {"lagelanden": "/vertrouwenspersoon/", "snijders": "/", "vuurvlinder": "/safe/"}
FOLDERS = {"lagelanden": ("", "en/"), "snijders": ("",), "vuurvlinder": ("", "nl/")}
ANSWER = """(chosen) => {
  const form = document.getElementById("flow");
  for (const input of form.querySelectorAll("input")) input.checked = chosen.includes(input.id);
  form.dispatchEvent(new Event("change"));
  const [next, show] = ["next", "show"].map((name) => form.querySelector(`[data-${name}]`));
  while (!next.hidden) next.click();
  show.click();
  form.querySelectorAll("details").forEach((fold) => { fold.open = true; });
}"""
PLACE = "[location.href, document.title, history.length, JSON.stringify(history.state)]"


def answers_by_rule(example: str, content: Knowledge, site: Path) -> dict[str, list[str]]:
    """For each rule that this organisation's readers can meet, the answers of one of them: the ids of inputs."""
    client, _ = load(ROOT / "organisations" / example, content, TODAY)
    assert client is not None
    html = (site / FLOW / "index.html").read_text("utf-8")
    ids = {part.partition('"')[0] for part in html.split(' id="')[1:]}
    possible = set(re.findall(r't-advice--(?:first|safety)" data-rule="(R\d+)"', html))
    decider = Decider(content.flow.table, client.organisation)
    chance = random.Random(example)
    found: dict[str, list[str]] = {}
    while set(found) != possible:
        raw = draw(content.flow.table, client.organisation, chance)
        raw = frozenset(pair for pair in raw if "-".join(pair) in ids)
        decision = decider.decide(raw)
        for rule in [decision.rule, *([decision.then.rule] if decision.then else [])]:
            found.setdefault(rule, sorted("-".join(pair) for pair in raw))
    return found


@pytest.mark.trust(1, 2, 5, 10, 11, 12, 13)
@pytest.mark.parametrize("example", EXAMPLES)
def test_one_state_of_the_flow_for_each_rule(
    example: str,
    sites: Path,
    content: Knowledge,
    serve_folder: Serve,
    browser: Browser,
    request: pytest.FixtureRequest,
    measured: Say,
) -> None:
    """A sample of rules: one for each language, width and colours, or with --complete all of them in each."""
    served = serve_folder(sites / example, EXAMPLE_PATHS[example])
    by_rule = answers_by_rule(example, content, sites / example)
    chance = random.Random(f"rules of {example}")
    rounds = [
        (folder, width, scheme) for folder in FOLDERS[example] for width in WIDTHS for scheme in ("light", "dark")
    ]
    looked, stops, seen = 0, 0, set()
    for folder, width, scheme in rounds:
        rules_now = list(by_rule) if request.config.getoption("--complete") else chance.sample(list(by_rule), 1)
        context = browser.new_context(viewport=WIDTHS[width], color_scheme=scheme)  # type: ignore[arg-type]
        watch = Watch(context, urlsplit(served.address).netloc)
        for rule in rules_now:
            state = (folder, width, scheme, rule, by_rule[rule])
            watch.page.goto(served.address + folder + FLOW)
            before = watch.page.evaluate(PLACE)
            watch.page.evaluate(ANSWER, by_rule[rule])
            card = f':is(.t-advice--first, .t-advice--safety)[data-rule="{rule}"]:visible'
            expect(watch.page.locator(card)).to_have_count(1)
            walked = walk(watch.page)
            assert (walked.unseen, walked.missed) == ([], []), state
            assert watch.page.evaluate(PLACE) == before, state
            assert watch.page.evaluate(STORED) == NOTHING, state
            assert watch.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
            assert violations(watch.page, without="#flow *") == [], state
            looked += 1
            stops += len(walked.stops)
            seen.add(rule)
        assert (watch.outside, watch.trouble, referers(served.requests)) == ([], [], []), (folder, width, scheme)
        context.close()
    visits = f"{example}: {looked} states of the flow, {len(seen)} of {len(by_rule)} rules"
    for number in (1, 2, 5, 10, 11, 12):
        measured(number, f"{visits}, 0")
    measured(13, f"{visits}, 0 of {stops} stops")


@pytest.mark.trust(13, fault="an answer that Tab skips")
def test_an_answer_out_of_reach_is_seen(open_flow: Open) -> None:
    page = open_flow()
    choose(page, "onderwerp-pesten")
    page.locator("#onderwerp-pesten").evaluate("(input) => { input.tabIndex = -1; }")
    assert walk(page).missed == ["onderwerp-pesten"]


@pytest.mark.trust(3)
def test_without_storage_all_works(open_flow: Open) -> None:
    page = open_flow(
        before="""for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
             Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } });"""
    )
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.reload()
    choose(page, "veiligheid-bang", "rol-zelf", "onderwerp-pesten")
    show(page)
    assert rules(page)[0] == "R18"
    page.get_by_role("button", name="Wis mijn antwoorden").click()
    assert now(page) == "veiligheid"
    assert trouble == []
