"""Reading in trouble: forced colours, large text, 400 %, no motion, paper, and a language from right to left."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pypdf import PdfReader
from watching import walk

from conftest import ROOT, Served, pages_of

pytestmark = pytest.mark.browser

Serve = Callable[[Path, str], Served]
Open = Callable[..., Page]
FLOW = "waar-terecht/"
#: Home, cards, the flow, a table, a fold, the way out explained, and 'not found': each kind of part that a page has.
KINDS = ["", "wie/", FLOW, "mediator/", "wet/", "voorbereiden/", "en/klacht/", "weg/weg/"]
PHONE, DESK = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
#: A screen of 1280 by 1024, magnified four times.
MAGNIFIED = {"width": 320, "height": 256}
EVERY_FOLD = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"


@pytest.fixture(scope="module")
def served(sites: Path, serve_folder: Serve) -> Served:
    return serve_folder(sites / "lagelanden", "/vertrouwenspersoon/")


@pytest.fixture
def visited(sites: Path, request: pytest.FixtureRequest) -> list[str]:
    """One page of each kind, or all."""
    everything = [*pages_of(sites / "lagelanden"), KINDS[-1]]
    return everything if request.config.getoption("--complete") else KINDS


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def make(size: dict[str, int] = DESK, *, within: Browser = browser, **settings: Any) -> Page:
        contexts.append(within.new_context(viewport=size, **settings))  # type: ignore[arg-type]
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()


def answer(page: Page) -> None:
    """Asks for help now, and goes on to the advice; without effect on a page without a flow."""
    page.evaluate(
        """() => {
          const form = document.getElementById("flow");
          if (!form) return;
          form.querySelector("#veiligheid-bang").click();
          form.querySelector("#onderwerp-pesten").click();
          const [next, show] = ["next", "show"].map((name) => form.querySelector(`[data-${name}]`));
          while (!next.hidden) next.click();
          show.click();
          scrollTo(0, 0);
        }"""
    )


#: What is wrong with how a page is laid out: wider than the screen, cut off, or one thing over another.
LAYOUT = """() => {
  const name = (one) => one.id || one.className || one.tagName;
  const there = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1;
  const fixed = (one) => getComputedStyle(one).position === "fixed";
  const all = [...document.querySelectorAll("body *")].filter((one) => there(one) && !one.closest(".t-skip, svg"));
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page is wider than the screen");
  for (const one of all) {
    const box = one.getBoundingClientRect();
    if (box.right > innerWidth + 1 || box.left < -1) found.push(`${name(one)} is beside the screen`);
    const style = getComputedStyle(one);
    if (style.overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
      found.push(`${name(one)} is cut off`);
    if (style.overflowY === "hidden" && one.scrollHeight > one.clientHeight + 1 && one.clientHeight > 1)
      found.push(`${name(one)} is cut off`);
  }
  // Words and controls: none lies over another, but for what never moves.
  const leaves = all.filter((one) => one.matches("a, button, input, label, summary, h1, h2, h3, p, dt, dd, img, td")
    && !one.closest("[popover]:not(:popover-open):not(.t-menu)") && !fixed(one));
  // What is scrolled out of sight within a part of the page lies over nothing.
  const clipped = (box, one) => {
    let { left, right, top, bottom } = box;
    for (let at = one.parentElement; at !== document.body; at = at.parentElement)
      if (getComputedStyle(at).overflowY !== "visible") {
        const edge = at.getBoundingClientRect();
        top = Math.max(top, edge.top);
        bottom = Math.min(bottom, edge.bottom);
      }
    return { left, right, top, bottom };
  };
  const boxes = leaves.map((one) => [...one.getClientRects()].map((box) => clipped(box, one)));
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
  for (let i = 0; i < leaves.length; i++)
    for (let j = i + 1; j < leaves.length; j++)
      if (!leaves[i].contains(leaves[j]) && !leaves[j].contains(leaves[i])
        && boxes[i].some((a) => boxes[j].some((b) => over(a, b))))
        found.push(`${name(leaves[i])} and ${name(leaves[j])} lie over each other`);
  return [...new Set(found)];
}"""


def misplaced(page: Page) -> list[str]:
    """What is wrong with how a page is laid out, all folds open."""
    page.evaluate(EVERY_FOLD)
    found: list[str] = page.evaluate(LAYOUT)
    return found


def look(page: Page, served: Served, addresses: list[str], check: Callable[[Page], list[str]]) -> list[tuple[str, str]]:
    """What a check finds on pages, and in the flow at its advice."""
    found = []
    for address in addresses:
        page.goto(served.address + address)
        found += [(address, fault) for fault in check(page)]
        if FLOW in address:
            answer(page)
            found += [(f"{address} advice", fault) for fault in check(page)]
    return found


def in_both(check: Callable[[Page], list[str]]) -> Callable[[Page], list[str]]:
    """The same check in light and in dark."""

    def both(page: Page) -> list[str]:
        found = []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [f"{fault} in {scheme}" for fault in check(page)]
        return found

    return both


@pytest.mark.parametrize(
    ("style", "seen"),
    [
        ("main h1 { width: 200vw }", "is beside the screen"),
        ("main p { position: relative; top: -3em }", "lie over each other"),
        ("main ul { height: 1em; overflow: hidden }", "is cut off"),
        (".t-brand { white-space: nowrap; width: 4em; overflow: hidden }", "t-brand is cut off"),
    ],
)
def test_what_is_misplaced_is_seen(style: str, seen: str, served: Served, opened: Open) -> None:
    page = opened(PHONE, bypass_csp=True)
    page.goto(served.address)
    assert misplaced(page) == []
    page.add_style_tag(content=style)
    assert any(seen in fault for fault in misplaced(page))


# --- forced colours

#: What can not be seen where a system's own few colours take the place of all others.
LOST = """() => {
  const name = (one) => `${one.className || one.tagName} ${one.textContent.trim().slice(0, 30)}`;
  const there = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1;
  const clear = (colour) => /^rgba\\(.*, 0\\)$/.test(colour);
  const ground = (one) => {
    for (let at = one.parentElement; at; at = at.parentElement)
      if (!clear(getComputedStyle(at).backgroundColor)) return getComputedStyle(at).backgroundColor;
    return "rgb(255, 255, 255)";
  };
  const edged = (one) => ["Top", "Right", "Bottom", "Left"].every((side) => {
    const style = getComputedStyle(one), colour = style[`border${side}Color`];
    return style[`border${side}Style`] !== "none" && parseFloat(style[`border${side}Width`]) >= 1
      && !clear(colour) && colour !== ground(one);
  });
  const controls = "button, .t-button, .t-exit, .t-tool, .t-alarm__call, .t-search__words, .t-answers label, " +
    ".t-choices a, .t-card, .t-alarm, section.t-advice";
  const found = [...document.querySelectorAll(controls)]
    .filter((one) => there(one) && !edged(one)).map((one) => `no edge: ${name(one)}`);
  const links = [...document.querySelectorAll("main p a, main li a, .t-emergency a")].filter((one) =>
    there(one) && !one.matches(".t-button, .t-alarm__call") && !edged(one) &&
    !getComputedStyle(one).textDecorationLine.includes("underline"));
  found.push(...links.map((one) => `no line under a link: ${name(one)}`));
  found.push(...[...document.querySelectorAll("input[type=radio], input[type=checkbox]")].filter((one) =>
    there(one) && (getComputedStyle(one).appearance === "none" || getComputedStyle(one).forcedColorAdjust === "none"))
    .map((one) => `not the system's own: ${one.id}`));
  found.push(...[...document.querySelectorAll(".t-tool svg")].filter((one) => there(one)
    && getComputedStyle(one).fill === ground(one)).map((one) => `no picture: ${name(one.parentElement)}`));
  return found;
}"""


def lost(page: Page) -> list[str]:
    """What can not be seen with forced colours."""
    found: list[str] = page.evaluate(LOST)
    return found


def test_with_forced_colours_nothing_is_lost(served: Served, visited: list[str], opened: Open) -> None:
    page = opened(forced_colors="active")
    assert look(page, served, visited, in_both(lost)) == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(served.address)
    page.get_by_role("button", name="Menu").click()
    assert lost(page) == []
    page.keyboard.press("Escape")
    page.locator("[data-search-open]").click()
    assert lost(page) == []


@pytest.mark.parametrize("address", ["wie/", FLOW])
def test_with_forced_colours_one_sees_where_one_is(address: str, served: Served, opened: Open) -> None:
    page = opened(forced_colors="active")
    page.goto(served.address + address)
    answer(page)
    walked = walk(page)
    assert len(walked.stops) > 20
    assert (walked.unseen, walked.missed) == ([], [])


def test_with_forced_colours_one_sees_which_page_this_is(served: Served, opened: Open) -> None:
    """Not by the bar beside it alone: the system gives every entry of the menu one."""
    page = opened(forced_colors="active")
    page.goto(served.address + "wie/")
    weight = "(link) => getComputedStyle(link).fontWeight"
    assert page.locator(".t-menu [aria-current]").evaluate(weight) == "700"
    assert page.locator(".t-menu a:not([aria-current])").first.evaluate(weight) == "400"


def test_with_forced_colours_a_fold_shows_that_it_opens(served: Served, opened: Open) -> None:
    page = opened(forced_colors="active")
    page.goto(served.address + FLOW)
    colours = page.locator("main summary:visible").first.evaluate(
        "(fold) => [getComputedStyle(fold, '::after').backgroundColor, getComputedStyle(document.body).backgroundColor]"
    )
    assert colours[0] != colours[1]


@pytest.mark.parametrize(
    ("style", "seen"),
    [
        (".t-exit { border: 0 !important }", "no edge: t-exit"),
        (".t-answers label { border: 0 !important; background: #eee }", "no edge: LABEL"),
        (".t-card { forced-color-adjust: none; border-color: #fff !important }", "no edge: t-card"),
        ("a { text-decoration: none !important }", "no line under a link"),
        (".t-answers input { appearance: none }", "not the system's own: veiligheid-nee"),
        (".t-tool svg { forced-color-adjust: none; fill: #fff }", "no picture: t-tool Zoeken"),
    ],
)
def test_what_forced_colours_take_away_is_seen(style: str, seen: str, served: Served, opened: Open) -> None:
    page = opened(forced_colors="active", bypass_csp=True)
    page.goto(served.address + ("wie/" if "card" in style else FLOW))
    page.add_style_tag(content=style)
    assert any(fault.startswith(seen) for fault in lost(page)), lost(page)


def test_a_ring_that_forced_colours_take_away_is_seen(served: Served, opened: Open) -> None:
    """A shadow in place of an outline is a common way to draw one."""
    page = opened(forced_colors="active", bypass_csp=True)
    page.goto(served.address + "wie/")
    page.add_style_tag(content=":focus-visible { outline: 0 !important; box-shadow: 0 0 0 3px orange }")
    assert "no ring" in walk(page).unseen[0]


# --- large text


@pytest.fixture(scope="module")
def large(browser: Browser) -> Iterator[Browser]:
    """The browser of a reader who has set its text to 200 %."""
    chromium = browser.browser_type.launch(
        executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
        args=["--no-sandbox", "--blink-settings=defaultFontSize=32"],
    )
    yield chromium
    chromium.close()


SIZES = (
    "[...document.querySelectorAll('h1, main p, .t-exit, .t-tool, .t-emergency')].map((one) => "
    "parseFloat(getComputedStyle(one).fontSize))"
)


def test_text_of_200_percent_fits(served: Served, visited: list[str], large: Browser, opened: Open) -> None:
    page, usual = opened(within=large), opened()
    for one in (page, usual):
        one.goto(served.address)
    sizes = [one.evaluate(SIZES) for one in (page, usual)]
    # The title is already as large as a line of it may be on a narrow screen.
    assert all(one / other >= 1.6 for one, other in zip(*sizes, strict=True))
    assert sorted(one / other for one, other in zip(*sizes, strict=True))[1] == 2
    assert look(page, served, visited, misplaced) == []


def test_a_size_that_does_not_grow_is_seen(served: Served, large: Browser, opened: Open) -> None:
    page = opened(within=large, bypass_csp=True)
    page.goto(served.address)
    page.add_style_tag(content=".t-emergency { white-space: nowrap } .t-header { flex-wrap: nowrap; font-size: 60px }")
    assert "the page is wider than the screen" in misplaced(page)


# --- 400 %


def test_magnified_four_times_everything_fits_and_the_exit_leaves_room(
    served: Served, visited: list[str], opened: Open
) -> None:
    page = opened(MAGNIFIED)
    assert look(page, served, visited, misplaced) == []
    assert look(page, served, visited[:3], taken) == []


def taken(page: Page) -> list[str]:
    """What stays on a small screen and takes more than a quarter of it."""
    share: float = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility()
             && ["fixed", "sticky"].includes(getComputedStyle(one).position)).map((one) => one.getBoundingClientRect())
           .reduce((sum, box) => sum + box.width * box.height, 0) / (innerWidth * innerHeight)"""
    )
    return [f"{share:.0%} of the screen"] if share > 0.25 else []


def test_what_takes_the_screen_is_seen(served: Served, opened: Open) -> None:
    page = opened(MAGNIFIED, bypass_csp=True)
    page.goto(served.address)
    page.add_style_tag(content="header { position: sticky; top: 0 }")
    assert taken(page) != []


# --- motion


def moving(page: Page) -> list[str]:
    """What moves or fades for a reader who asked for no motion."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("html, body, body *")].filter((one) => one.checkVisibility())
           .flatMap((one) => ["", "::before", "::after", "::backdrop"]
             .map((part) => [one, getComputedStyle(one, part || null)])).filter(([, style]) =>
               `${style.transitionDuration},${style.animationDuration}`.split(",").some((time) => parseFloat(time) > 0)
               || style.scrollBehavior === "smooth").map(([one]) => one.className || one.tagName)
           .concat(document.getAnimations().map((one) => `${one.constructor.name} runs`))"""
    )
    return found


def test_nothing_moves_for_who_asked_for_no_motion(served: Served, visited: list[str], opened: Open) -> None:
    page = opened(reduced_motion="reduce")
    assert look(page, served, visited, moving) == []
    page.locator("[data-search-open]").click()
    assert moving(page) == []


@pytest.mark.parametrize(
    "style",
    [
        ".t-button { transition: color 1s !important }",
        "html { scroll-behavior: smooth !important }",
        "@keyframes turn { to { rotate: 1turn } } .t-exit { animation: turn 9s !important }",
    ],
)
def test_what_moves_is_seen(style: str, served: Served, opened: Open) -> None:
    page = opened(reduced_motion="reduce", bypass_csp=True)
    page.goto(served.address)
    page.add_style_tag(content=style)
    assert moving(page) != []


# --- paper


def printed(page: Page) -> str:
    sheets = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    return "".join("".join(sheet.extract_text().split()) for sheet in sheets)


#: What a page is printed for, and what paper has no use for.
ON_PAPER = ("Bel112", "Bel113", "SamiraBakker", "0612345670", "s.bakker@lagelanden.example", "Vertrouwenspersoon")
NOT_ON_PAPER = ("Verlaatdezesite", "Zoeken", "English", "Naardeinhoud", "Mijnsituatie")


def wrong_on_paper(page: Page) -> list[str]:
    text = printed(page)
    return [words for words in ON_PAPER if words not in text] + [words for words in NOT_ON_PAPER if words in text]


def test_paper_has_the_people_and_the_numbers_and_no_buttons(served: Served, opened: Open) -> None:
    page = opened()
    page.goto(served.address + "wie/")
    assert wrong_on_paper(page) == []


def test_paper_that_is_the_screen_is_seen(served: Served, opened: Open) -> None:
    page = opened(bypass_csp=True)
    page.goto(served.address + "wie/")
    page.add_style_tag(
        content=".t-exit, .t-header__tools, .t-menu { display: block !important } .t-card { display: none }"
    )
    wrong = set(wrong_on_paper(page))
    assert {"Verlaatdezesite", "Zoeken", "English", "Mijnsituatie", "SamiraBakker", "0612345670"} <= wrong


# --- from right to left


@pytest.fixture(scope="module")
def turned(sites: Path, serve_folder: Serve, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A site in a made-up language: our own words, from right to left."""
    folder = tmp_path_factory.mktemp("turned") / "site"
    shutil.copytree(sites / "lagelanden", folder)
    for page in folder.rglob("*.html"):
        text = page.read_text("utf-8")
        assert text.count('<html lang="nl" dir="ltr"') + text.count('<html lang="en" dir="ltr"') == 1
        page.write_text(re.sub(r'(?<!<bdi )dir="ltr"', 'dir="rtl"', text), "utf-8")
    return serve_folder(folder, "/vertrouwenspersoon/")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_right_to_left_everything_fits(
    size: dict[str, int], turned: Served, visited: list[str], opened: Open
) -> None:
    assert look(opened(size), turned, visited, in_both(misplaced)) == []


#: How far things are from the side where a line starts.
STARTS = """() => {
  const turn = getComputedStyle(document.body).direction === "rtl", wide = document.documentElement.clientWidth;
  const found = [".t-brand", ".t-header__tools", ".t-exit", ".t-menu", "main", "h1", ".t-answers input"]
    .map((name) => [name, document.querySelector(name)]).filter(([, one]) => one.checkVisibility())
    .map(([name, one]) => [name, one.getBoundingClientRect()]);
  return Object.fromEntries(found.map(([name, box]) => [name, Math.round(turn ? wide - box.right : box.left)]));
}"""
#: A bar, an edge or a shadow that stands on one side only, told from the start of the line.
ONE_SIDED = """() => {
  const turn = getComputedStyle(document.body).direction === "rtl";
  const found = {};
  for (const one of document.querySelectorAll("body, body *")) {
    if (!one.checkVisibility() || one.closest("svg")) continue;
    for (const part of ["", "::before", "::after"]) {
      const style = getComputedStyle(one, part || null);
      const sides = (name) => ["Left", "Right"].map((side) => style[name.replace("*", side)]);
      const pairs = ["margin*", "padding*", "border*Width", "border*Color"].map(sides);
      const shadow = style.boxShadow.replace(/^rgba?\\(.*?\\) /, "").split("px ")[0];
      if (turn) pairs.forEach((pair) => pair.reverse());
      const name = `${Object.keys(found).length} ${one.tagName} ${one.className} ${part}`;
      found[name] = [...pairs, Number(shadow) ? (turn ? -shadow : +shadow) : 0];
    }
  }
  return found;
}"""


def not_mirrored(page: Page, plain: Served, turned: Served, address: str) -> list[str]:
    """What does not stand on the other side when the language runs the other way."""
    both: list[dict[str, Any]] = []
    for site in (plain, turned):
        page.goto(site.address + address)
        page.locator("#veiligheid-bang").check()
        both.append(page.evaluate(ONE_SIDED) | page.evaluate(STARTS))
    one, other = both
    return [name for name in one if not alike(one[name], other.get(name))]


def alike(one: Any, other: Any) -> bool:
    """A line of words ends elsewhere, by a pixel or so."""
    return abs(one - other) <= 2 if isinstance(one, int | float) and isinstance(other, int | float) else one == other


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_right_to_left_everything_is_on_the_other_side(
    size: dict[str, int], served: Served, turned: Served, opened: Open
) -> None:
    assert not_mirrored(opened(size), served, turned, FLOW) == []


@pytest.mark.parametrize(
    ("style", "seen"),
    [
        (".t-exit { inset-inline: auto; right: 1rem }", ".t-exit"),
        (".t-answers label { padding-left: 3rem }", ".t-answers input"),
        ("label:has(:checked) { box-shadow: inset 5px 0 0 red }", " LABEL "),
    ],
)
def test_what_stays_on_its_side_is_seen(style: str, seen: str, served: Served, turned: Served, opened: Open) -> None:
    page = opened(bypass_csp=True)
    page.route(
        "**/terecht.*.css",
        lambda route: route.fulfill(response=(answer := route.fetch()), body=f"{answer.text()}\n{style}"),
    )
    assert any(seen in name for name in not_mirrored(page, served, turned, FLOW))


def test_our_stylesheet_names_no_side() -> None:
    assert sides((ROOT / "overrides/assets/stylesheets/terecht.css").read_text("utf-8")) == []


def sides(css: str) -> list[str]:
    """The declarations that mean left or right whatever the language."""
    named = re.findall(
        r"[\w-]*\b(?:left|right)\b[\w-]*\s*:[^;]*;|(?:text-align|float|clear)\s*:\s*(?:left|right)\b", css
    )
    shadows = [one for one in re.findall(r"box-shadow:\s*(?:inset\s+)?(-?[\d.]+)", css) if float(one)]
    four = re.findall(r"(?:margin|padding|inset|border-width):\s*(\S+ \S+ \S+ \S+);", css)
    return named + shadows + [one for one in four if one.split()[1] != one.split()[3]]


@pytest.mark.parametrize(
    "css",
    [
        "p { margin-left: 1px; }",
        "p { left: 0; }",
        "p { text-align: right; }",
        "p { box-shadow: inset 0.25rem 0 0 red; }",
        "p { padding: 0 1px 0 2px; }",
    ],
)
def test_a_side_is_seen(css: str) -> None:
    assert sides(css) != []


#: Whether the digits of a number stand from left to right, after words in a language that does not.
FORWARD = """(link, whole) => {
  const number = link.querySelector("bdi");
  link.firstChild.data = "\u0627\u062a\u0635\u0644 ";
  if (!whole) number.replaceWith(number.textContent);
  link.normalize();
  const words = (whole ? number : link).lastChild;
  const placed = [];
  for (let at = whole ? 0 : 5; at < words.length; at++) {
    const range = document.createRange();
    range.setStart(words, at);
    range.setEnd(words, at + 1);
    if (/\\d/.test(range)) placed.push(range.getBoundingClientRect().left);
  }
  return placed.length === 10 && placed.every((left, at) => at === 0 || placed[at - 1] < left);
}"""


@pytest.mark.parametrize("isolated", [True, False])
def test_a_number_reads_forward_after_arabic(turned: Served, opened: Open, *, isolated: bool) -> None:
    """Because it is isolated: as a part of the line its groups of digits change places."""
    page = opened()
    page.goto(turned.address + "wie/")
    link = page.locator('main a.t-button[href="tel:+31612345670"]').first
    assert link.evaluate(FORWARD, isolated) is isolated
