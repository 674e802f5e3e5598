"""The way out: always in sight, at once, and Back shows no answers (TRUST 19)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect

from conftest import EXAMPLES, Served, asset_in, pages_of
from trust_table import Say

pytestmark = pytest.mark.browser

Serve = Callable[[Path, str], Served]
EXIT = "https://www.knmi.nl/"
FLOW = "waar-terecht/"
#: Home, the flow in two languages, a page in English, the page that explains the exit, and 'not found'.
PAGES = ["", FLOW, f"en/{FLOW}", "en/wie/", "veilig/", "weg/weg/"]
EXAMPLE_PATHS = {"lagelanden": "/vertrouwenspersoon/", "snijders": "/", "vuurvlinder": "/safe/"}
WIDTHS = {"phone": {"width": 320, "height": 640}, "desk": {"width": 1280, "height": 900}}
ANSWERS = ("veiligheid-bang", "rol-omstander")


@pytest.fixture(scope="module")
def served(sites: Path, serve_folder: Serve) -> Served:
    return serve_folder(sites / "lagelanden", "/vertrouwenspersoon/")


@pytest.fixture(scope="module")
def keeping(browser: Browser) -> Iterator[Browser]:
    """A browser that keeps pages for the button Back, as it does outside of tests."""
    chromium = browser.browser_type.launch(
        executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield chromium
    chromium.close()


class Outside:
    """The other site: it answers at once, or when it is no longer held."""

    def __init__(self, context: BrowserContext) -> None:
        self.held: list[Route] | None = None
        self.visits = 0
        self.referers: list[str] = []
        context.route(f"{EXIT}**", self._visit)

    @contextmanager
    def holding(self) -> Iterator[None]:
        self.held = []
        yield
        for route in self.held:
            self._answer(route)
        self.held = None

    def _visit(self, route: Route) -> None:
        self.visits += route.request.is_navigation_request()
        self.referers += [value for name, value in route.request.headers.items() if name == "referer"]
        if self.held is None:
            self._answer(route)
        else:
            self.held.append(route)

    def _answer(self, route: Route) -> None:
        route.fulfill(content_type="text/html", body="<title>Weer</title><p>Het weer")


@pytest.fixture
def reader(browser: Browser) -> Iterator[Callable[..., tuple[Page, Outside]]]:
    """Opens a page for a reader, in a browser of choice, with the other site at hand."""
    contexts: list[BrowserContext] = []

    def make(*, script: bool = True, width: str = "desk", within: Browser = browser) -> tuple[Page, Outside]:
        context = within.new_context(java_script_enabled=script, viewport=WIDTHS[width])  # type: ignore[arg-type]
        contexts.append(context)
        return context.new_page(), Outside(context)

    yield make
    for context in contexts:
        context.close()


Reader = Callable[..., tuple[Page, Outside]]


def answer(page: Page) -> None:
    for name in ANSWERS:
        while not page.locator(f"#{name}").is_visible():
            page.locator("[data-next]").click()
        page.locator(f"#{name}").check()


def leave_by_click(page: Page, link: str = ".t-exit") -> None:
    page.locator(link).click(no_wait_after=True)


def leave_by_keys(page: Page) -> None:
    for key in ("ShiftLeft", "ShiftRight", "ShiftLeft"):
        page.keyboard.press(key)


Leave = Callable[[Page], None]
WAYS = [leave_by_click, leave_by_keys]


def out_of_sight(page: Page) -> list[str]:
    """What is wrong with the way out at the top, halfway and at the end of a page."""
    found = []
    for place in ("0", "document.documentElement.scrollHeight / 2", "document.documentElement.scrollHeight"):
        page.evaluate(f"scrollTo(0, {place})")
        box = page.locator(".t-exit").bounding_box()
        if box is None:
            return ["hidden"]
        if min(box["width"], box["height"]) < 44:
            found.append("small")
        middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
        on_top = page.evaluate("([x, y]) => document.elementFromPoint(x, y)?.closest('a')?.className", middle)
        if on_top != "t-exit":
            found.append("covered, or beside the screen")
    return found


@pytest.mark.trust(19)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_exit_is_in_sight_uncovered_and_large_enough(
    example: str,
    width: str,
    sites: Path,
    serve_folder: Serve,
    reader: Reader,
    request: pytest.FixtureRequest,
    measured: Say,
) -> None:
    served = serve_folder(sites / example, EXAMPLE_PATHS[example])
    page, _ = reader(width=width)
    pages = pages_of(sites / example)
    if not request.config.getoption("--complete"):
        pages = PAGES[:-1] if example == "lagelanden" else ["", FLOW]
    for address in [*pages, PAGES[-1]]:
        page.goto(served.address + address)
        assert out_of_sight(page) == [], address
    measured(19, f"{example}, {width}: in sight on {len(pages) + 1} of {len(pages) + 1} pages")


@pytest.mark.parametrize(
    ("style", "seen"),
    [
        pytest.param("display: none", "hidden", marks=pytest.mark.trust(19, fault="no way out")),
        pytest.param(
            "min-height: 0; height: 30px", "small", marks=pytest.mark.trust(19, fault="a way out too small for a thumb")
        ),
        pytest.param(
            "position: absolute",
            "covered, or beside the screen",
            marks=pytest.mark.trust(19, fault="a way out that scrolls away"),
        ),
        pytest.param(
            "z-index: -1",
            "covered, or beside the screen",
            marks=pytest.mark.trust(19, fault="a way out under the page"),
        ),
    ],
)
def test_an_exit_out_of_sight_is_seen(style: str, seen: str, served: Served, reader: Reader) -> None:
    page, _ = reader()
    page.goto(served.address)
    page.locator(".t-exit").evaluate("(link, style) => { link.style = style; }", style)
    assert seen in out_of_sight(page)


@pytest.mark.trust(19)
@pytest.mark.parametrize("script", [True, False])
def test_the_exit_is_among_the_first_three_stops(script: bool, served: Served, reader: Reader) -> None:  # noqa: FBT001
    page, _ = reader(script=script)
    for address in PAGES:
        page.goto(served.address + address)
        stops = []
        for _ in range(3):
            page.keyboard.press("Tab")
            stops.append(page.evaluate("document.activeElement.className"))
        assert "t-exit" in stops, (address, stops)


@pytest.mark.trust(4, 11, 19)
def test_without_a_script_the_exit_is_a_plain_link(served: Served, reader: Reader, measured: Say) -> None:
    page, outside = reader(script=False)
    for address in PAGES:
        page.goto(served.address + address)
        page.locator(".t-exit").click()
        expect(page).to_have_url(EXIT)
    assert outside.visits == len(PAGES)
    assert outside.referers == []
    measured(11, f"{len(outside.referers)} of {outside.visits} times left without a script")


@pytest.mark.trust(11, 19)
@pytest.mark.parametrize("leave", WAYS)
def test_one_leaves_from_every_page_and_back_does_not_return(
    leave: Leave, served: Served, reader: Reader, measured: Say
) -> None:
    page, outside = reader()
    for address in PAGES:
        page.goto(served.address + "wet/")
        page.goto(served.address + address)
        if FLOW in address:
            answer(page)
        assert entries_added(page, leave) == 0, address
        page.go_back()
        expect(page).to_have_url(served.address + "wet/")
    assert outside.referers == []
    measured(11, f"{len(outside.referers)} of {outside.visits} times left with a script")


def entries_added(page: Page, leave: Leave) -> int:
    """How many entries leaving adds to the history: each is a way back."""
    before = int(page.evaluate("history.length"))
    leave(page)
    expect(page).to_have_url(EXIT)
    return int(page.evaluate("history.length")) - before


@pytest.mark.trust(19, fault="a way out that Back undoes")
@pytest.mark.parametrize("leave", WAYS)
def test_an_exit_that_adds_to_the_history_is_seen(leave: Leave, served: Served, reader: Reader, sites: Path) -> None:
    page, _ = reader()
    script = asset_in(sites / "lagelanden", "assets/javascripts/leave.js").read_text("utf-8")
    body = script.replace("location.replace(", "location.assign(")
    page.route("**/leave.*.js", lambda route: route.fulfill(body=body, content_type="text/javascript"))
    page.goto(served.address)
    assert entries_added(page, leave) == 1


@pytest.mark.trust(11, fault="a way out that says where one was")
def test_a_referer_on_the_way_out_is_seen(served: Served, reader: Reader) -> None:
    page, outside = reader(script=False)
    page.goto(served.address)
    page.evaluate("document.querySelectorAll('meta[name=referrer]').forEach((one) => { one.content = 'unsafe-url'; })")
    page.locator(".t-exit").evaluate("(link) => { link.removeAttribute('rel'); }")
    page.locator(".t-exit").click()
    expect(page).to_have_url(EXIT)
    assert outside.referers == [served.address]


class Screen:
    """What a page shows in the frame after a click or a key. It reports that itself: nobody can ask while it leaves."""

    REPORT = """for (const name of ['click', 'keydown']) addEventListener(name, () => requestAnimationFrame(() => {
      const seen = [...document.querySelectorAll('body, body *')].filter((one) => one.getClientRects().length);
      const checked = document.querySelectorAll(':checked');
      console.debug(`${document.documentElement.className}: ${seen.length} seen, ${checked.length} checked`);
    }), true);"""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.last = ""
        page.add_init_script(self.REPORT)
        page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        self.last = message.text

    def shows(self) -> str:
        self.page.wait_for_timeout(150)
        return self.last


NOTHING = "t-left: 0 seen, 0 checked"


@pytest.mark.trust(19)
@pytest.mark.parametrize("leave", WAYS)
def test_nothing_stays_on_the_screen_while_the_other_site_loads(leave: Leave, served: Served, reader: Reader) -> None:
    page, outside = reader()
    screen = Screen(page)
    for address in PAGES:
        page.goto(served.address + address)
        if FLOW in address:
            answer(page)
        with outside.holding():
            leave(page)
            assert screen.shows() == NOTHING, address
            assert page.url == served.address + address
        expect(page).to_have_url(EXIT)


@pytest.mark.trust(19, fault="a page that stays on the screen")
def test_what_stays_on_the_screen_is_seen(served: Served, reader: Reader) -> None:
    page, outside = reader()
    screen = Screen(page)
    page.route("**/terecht.*.css", lambda route: route.fulfill(body="", content_type="text/css"))
    page.goto(served.address + FLOW)
    with outside.holding():
        leave_by_keys(page)
        assert screen.shows() not in ("", NOTHING)


@pytest.mark.trust(19)
@pytest.mark.parametrize(
    ("opens", "leave"),
    [
        ("search", leave_by_keys),
        ("search", lambda page: leave_by_click(page, ".t-search__exit")),
        ("menu", leave_by_keys),
    ],
)
def test_nothing_that_lies_on_top_stays_either(opens: str, leave: Leave, served: Served, reader: Reader) -> None:
    page, outside = reader(width="phone")
    screen = Screen(page)
    page.goto(served.address)
    page.locator({"search": "[data-search-open]", "menu": ".t-tool--menu"}[opens]).click()
    assert screen.shows() not in ("", NOTHING)
    with outside.holding():
        leave(page)
        assert screen.shows() == NOTHING
    expect(page).to_have_url(EXIT)


def typed_capitals(page: Page) -> None:
    page.locator("[data-search-open]").click()
    page.keyboard.down("Shift")
    page.keyboard.type("ABC")
    page.keyboard.up("Shift")
    for letter in "DEF":
        page.keyboard.press(f"Shift+{letter}")


def with_a_click(page: Page) -> None:
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.locator("h1").click()
    page.keyboard.press("Shift")


def with_a_pause(page: Page) -> None:
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.wait_for_timeout(1700)
    page.keyboard.press("Shift")


def held_down(page: Page) -> None:
    for _ in range(6):
        page.keyboard.down("Shift")
    page.keyboard.up("Shift")


@pytest.mark.parametrize("press", [typed_capitals, with_a_click, with_a_pause, held_down])
def test_one_does_not_leave_by_accident(press: Callable[[Page], None], served: Served, reader: Reader) -> None:
    page, outside = reader()
    page.goto(served.address + FLOW)
    press(page)
    page.wait_for_timeout(200)
    assert outside.visits == 0
    assert page.locator("html.t-left").count() == 0
    page.keyboard.press("Escape")
    leave_by_keys(page)
    expect(page).to_have_url(EXIT)


def test_presses_in_a_row_that_were_no_accident_lead_out(served: Served, reader: Reader) -> None:
    """Two, a click, then three: the count starts again, and goes on."""
    page, _ = reader()
    page.goto(served.address + FLOW)
    with_a_click(page)
    page.keyboard.press("ShiftRight")
    expect(page).to_have_url(served.address + FLOW)
    page.keyboard.press("ShiftLeft")
    expect(page).to_have_url(EXIT)


def back(page: Page, served: Served) -> bool:
    """Answers, opens another page of the site and goes back. Whether the browser had kept the page as it was."""
    page.add_init_script("addEventListener('pageshow', (event) => { window.kept = event.persisted; })")
    page.goto(served.address + FLOW)
    answer(page)
    assert page.locator(":checked").count() == len(ANSWERS)
    page.locator('.t-menu a[href="../wet/"]').click()
    expect(page).to_have_url(served.address + "wet/")
    page.go_back(wait_until="commit")
    expect(page).to_have_url(served.address + FLOW)
    expect(page.locator("[data-steps]")).to_be_visible()
    page.wait_for_timeout(200)
    return bool(page.evaluate("window.kept"))


@pytest.mark.trust(19)
def test_back_to_a_page_that_was_kept_shows_no_answers(keeping: Browser, served: Served, reader: Reader) -> None:
    page, _ = reader(within=keeping)
    assert back(page, served)
    assert page.locator(":checked").count() == 0
    expect(page.locator("#veiligheid-nee")).to_be_visible()
    expect(page.locator(".t-advice:visible")).to_have_count(0)


@pytest.mark.trust(19)
def test_back_to_a_page_that_was_not_kept_shows_no_answers(served: Served, reader: Reader) -> None:
    page, _ = reader()
    assert not back(page, served)
    assert page.locator(":checked").count() == 0


@pytest.mark.trust(19, fault="a page that keeps its answers")
def test_answers_that_come_back_would_be_seen(keeping: Browser, served: Served, reader: Reader) -> None:
    page, _ = reader(within=keeping)
    page.route("**/leave.*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    assert back(page, served)
    assert page.locator(":checked").count() == len(ANSWERS)


@pytest.mark.trust(19)
@pytest.mark.parametrize("leave", WAYS)
def test_after_leaving_back_shows_no_page_that_was_left(
    leave: Leave, keeping: Browser, served: Served, reader: Reader
) -> None:
    page, _ = reader(within=keeping)
    page.goto(served.address)
    page.goto(served.address + FLOW)
    answer(page)
    leave(page)
    expect(page).to_have_url(EXIT)
    page.go_back(wait_until="commit")
    expect(page).to_have_url(served.address)
    expect(page.locator("h1")).to_be_visible()
    page.go_forward(wait_until="commit")
    expect(page).to_have_url(EXIT)


@pytest.mark.trust(19)
@pytest.mark.parametrize(("language", "exit_"), [("", "Verlaat deze site"), ("en/", "Leave this site")])
def test_the_exit_is_explained_before_the_first_question(
    language: str, exit_: str, served: Served, reader: Reader
) -> None:
    page, _ = reader()
    page.goto(served.address + language + FLOW)
    text = page.locator("main").inner_text()
    first = page.locator("legend").first.inner_text()
    before = text[: text.index(first)]
    assert exit_ in before
    assert "Shift" in before
    page.locator('main a[href$="#verlaten"]').first.click()
    expect(page).to_have_url(f"{served.address}{language}veilig/#verlaten")
    explained = page.locator("#verlaten ~ *").all_inner_texts()
    assert exit_ in explained[0]
    assert "Shift" in explained[0]
    assert "JavaScript" in explained[1]
