"""Every page in a real browser: nothing leaves, nothing stays, everyone can use it (TRUST 1-4, 7-14, 17, 19, 20)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect

from conftest import EXAMPLES, Served, pages_of

pytestmark = pytest.mark.browser

Serve = Callable[[Path, str], Served]
#: Where each example says that it lives; an organisation without `url` lives at the root of its own host.
PATHS = {"lagelanden": "/vertrouwenspersoon/", "snijders": "/", "vuurvlinder": "/safe/"}
WIDTHS = {"phone": {"width": 320, "height": 640}, "desk": {"width": 1280, "height": 900}}
#: All that a page could store, asked of the browser after it was used.
STORED = """async () => ({
  cookies: document.cookie,
  local: Object.keys(localStorage), session: Object.keys(sessionStorage),
  databases: (await indexedDB.databases()).map((one) => one.name), caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"cookies": "", "local": [], "session": [], "databases": [], "caches": [], "workers": 0}


@pytest.fixture(scope="module")
def addresses(sites: Path, serve_folder: Serve) -> dict[str, Served]:
    return {example: serve_folder(sites / example, PATHS[example]) for example in EXAMPLES}


class Watch:
    """Listens to a page: every request, everything on its console, every violation of its policy."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.outside: list[str] = []
        self.trouble: list[str] = []
        self.host = host
        context.route("**/*", self._request)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', (v) => console.error('policy: ' + v.violatedDirective))"
        )
        self.page = context.new_page()
        self.page.on("console", lambda message: self.trouble.append(message.text))
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))

    def _request(self, route: Route) -> None:
        if urlsplit(route.request.url).netloc != self.host:
            self.outside.append(route.request.url)
            route.abort()
        else:
            route.continue_()


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    contexts: list[BrowserContext] = []

    def make(width: str = "desk", scheme: str = "light", *, script: bool = True) -> BrowserContext:
        context = browser.new_context(
            viewport=WIDTHS[width],  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=script,
        )
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


Open = Callable[..., BrowserContext]


@pytest.fixture
def part(sites: Path, request: pytest.FixtureRequest) -> Callable[[str, int, int], list[str]]:
    """The pages of an example that one of several rounds visits: each page in one round, or in all with --complete."""

    def pages(example: str, number: int, rounds: int) -> list[str]:
        everything = pages_of(sites / example)
        return everything if request.config.getoption("--complete") else everything[number::rounds]

    return pages


Part = Callable[[str, int, int], list[str]]


def use(page: Page) -> None:
    """Does what a page can do: the menu, the search, the questions, the fold-outs."""
    if page.get_by_role("button", name="Menu").is_visible():
        page.get_by_role("button", name="Menu").click()
        page.keyboard.press("Escape")
    page.locator("[data-search-open]").click()
    page.locator("dialog input").fill("mediator")
    expect(page.locator("dialog li").first).to_be_visible()
    page.keyboard.press("Escape")
    if page.locator("#flow").count():
        answer(page)
    for summary in page.locator("summary:visible").all():
        summary.click()


def answer(page: Page) -> None:
    """Gives the first answer to every question, on to the advice."""
    while not page.locator("#advies").is_visible():
        page.locator("fieldset:visible input").first.check()
        page.locator("[data-next]:visible, [data-show]:visible").click()
    for question in page.locator("fieldset:visible").all():
        question.locator("input").last.check()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_leaves_and_nothing_stays(
    example: str, width: str, addresses: dict[str, Served], part: Part, open_context: Open
) -> None:
    served = addresses[example]
    watch = Watch(open_context(width), urlsplit(served.address).netloc)
    served.requests.clear()
    for address in part(example, list(WIDTHS).index(width), 2):
        watch.page.goto(served.address + address)
        title = watch.page.title()
        use(watch.page)
        assert watch.page.evaluate(STORED) == NOTHING, address
        assert watch.page.url == served.address + address
        assert watch.page.title() == title
    assert watch.outside == []
    assert watch.trouble == []
    assert not [path for path, headers in served.requests if "Referer" in headers]
    assert not [path for path, _ in served.requests if "mediator" in path and "?" in path]


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        ("<script>1</script>", "policy: script-src-elem"),
        ("<p style='color:red'>x</p>", "policy: style-src-attr"),
        ("<img src='https://elders.example/x.png' alt=''>", "policy: img-src"),
        ("<iframe src='x'></iframe>", "policy: "),
    ],
)
def test_the_policy_of_the_page_stops_what_is_planted(
    planted: str, seen: str, sites: Path, tmp_path: Path, serve_folder: Serve, open_context: Open
) -> None:
    import shutil

    folder = tmp_path / "planted"
    shutil.copytree(sites / "snijders", folder)
    file = folder / "index.html"
    file.write_text(file.read_text("utf-8").replace("</main>", f"{planted}</main>"), "utf-8")
    served = serve_folder(folder, "/")
    watch = Watch(open_context(), urlsplit(served.address).netloc)
    watch.page.goto(served.address)
    watch.page.wait_for_timeout(100)
    assert any(seen in line for line in watch.trouble), watch.trouble


def test_what_is_stored_would_be_seen(addresses: dict[str, Served], open_context: Open) -> None:
    page = open_context().new_page()
    page.goto(addresses["snijders"].address)
    page.evaluate("() => { localStorage.setItem('a', '1'); document.cookie = 'b=1' }")
    assert page.evaluate(STORED) == NOTHING | {"cookies": "b=1", "local": ["a"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_axe_finds_nothing(
    example: str, width: str, scheme: str, addresses: dict[str, Served], part: Part, open_context: Open
) -> None:
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    context = open_context(width, scheme)
    page = context.new_page()
    found = []
    number = 2 * list(WIDTHS).index(width) + (scheme == "dark")
    for address in [*part(example, number, 4), "weg/weg/"]:
        page.goto(addresses[example].address + address)
        results = Axe().run(page, options={"runOnly": tags})
        found += [
            (address, violation["id"], violation["nodes"][0]["target"]) for violation in results.response["violations"]
        ]
    assert found == []


def test_axe_sees_a_planted_fault(addresses: dict[str, Served], open_context: Open) -> None:
    page = open_context().new_page()
    page.goto(addresses["snijders"].address)
    page.evaluate("() => document.documentElement.removeAttribute('lang')")
    assert [violation["id"] for violation in Axe().run(page).response["violations"]] == ["html-has-lang"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_page_is_wider_than_the_screen(
    example: str, addresses: dict[str, Served], sites: Path, open_context: Open
) -> None:
    page = open_context("phone").new_page()
    for address in pages_of(sites / example):
        page.goto(addresses[example].address + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def focus(page: Page) -> dict[str, object]:
    """What has the focus, whether its ring shows, and whether it is on screen."""
    found: dict[str, object] = page.evaluate(
        """() => {
          const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
          return {
            name: (at.getAttribute('aria-label') || at.textContent).trim(), tag: at.tagName, id: at.id,
            ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
            seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.height > 0,
          }
        }"""
    )
    return found


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(
    example: str, width: str, addresses: dict[str, Served], part: Part, open_context: Open
) -> None:
    page = open_context(width).new_page()
    for address in part(example, list(WIDTHS).index(width), 2):
        page.goto(addresses[example].address + address)
        stops = []
        for _ in range(400):
            page.keyboard.press("Tab")
            found = focus(page)
            if found["tag"] == "BODY":
                break
            assert found["ring"], (address, found)
            assert found["seen"], (address, found)
            stops.append(found["name"])
        visible = page.locator("a:visible, button:visible, summary:visible").count()
        assert len(stops) >= visible - 1, (address, len(stops), visible)
        assert any("Verlaat deze site" in str(name) or "Leave this site" in str(name) for name in stops[:3])


@pytest.mark.parametrize("script", [True, False])
def test_the_menu_by_keyboard_on_a_phone(script: bool, addresses: dict[str, Served], open_context: Open) -> None:  # noqa: FBT001
    page = open_context("phone", script=script).new_page()
    page.goto(addresses["lagelanden"].address)
    menu = page.get_by_role("navigation", name="Menu")
    expect(menu).to_be_hidden()
    button = page.get_by_role("button", name="Menu")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.locator("button:focus").count():
            break
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(addresses["lagelanden"].address + "waar-terecht/")


def test_no_single_key_does_anything(addresses: dict[str, Served], open_context: Open) -> None:
    page = open_context().new_page()
    page.goto(addresses["lagelanden"].address)
    before = page.evaluate("document.body.outerHTML + location + document.activeElement.tagName")
    for key in "abcdefghijklmnopqrstuvwxyz0123456789/?.,-=`'[]":
        page.keyboard.press(key)
    page.wait_for_timeout(100)
    assert page.evaluate("document.body.outerHTML + location + document.activeElement.tagName") == before


def test_the_search_finds_forgets_and_has_a_name(addresses: dict[str, Served], open_context: Open) -> None:
    page = open_context("phone").new_page()
    served = addresses["lagelanden"]
    page.goto(served.address + "en/wie/")
    served.requests.clear()
    page.get_by_role("button", name="Search").click()
    dialog = page.get_by_role("dialog", name="Search this site")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("What are you looking for?")).to_be_focused()
    expect(dialog.get_by_role("link", name="Leave this site")).to_be_visible()
    dialog.get_by_label("What are you looking for?").fill("Bakker")
    expect(dialog.locator("li a").first).to_be_visible()
    for link in dialog.locator("li a").all():
        assert "/en/" in str(link.evaluate("(link) => link.href"))
    assert not [path for path, _ in served.requests if "akker" in path]
    dialog.get_by_label("What are you looking for?").fill("qqqqq")
    expect(dialog.get_by_role("status")).to_have_text("Nothing found. Try another word, or look in the menu.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Search").click()
    expect(dialog.get_by_label("What are you looking for?")).to_have_value("")
    dialog.get_by_label("What are you looking for?").fill("mediation")
    dialog.locator("li a").first.click()
    expect(page).to_have_url(re.compile(re.escape(served.address) + r"en/[a-z-]+/(#[a-z-]+)?$"))


def test_the_search_knows_the_language(addresses: dict[str, Served], open_context: Open) -> None:
    """A plural finds the singular: the stemmer of the language is at work."""
    page = open_context().new_page()
    page.goto(addresses["snijders"].address)
    page.locator("[data-search-open]").click()
    page.locator("dialog input").fill("geheimen")
    expect(page.locator("dialog li").first).to_be_visible()


def test_a_name_with_marks_is_text_in_the_search(
    sites: Path, tmp_path: Path, serve_folder: Serve, open_context: Open
) -> None:
    import json
    import shutil

    folder = tmp_path / "hostile"
    shutil.copytree(sites / "snijders", folder)
    index = json.loads((folder / "search/nl.json").read_bytes())
    index["docs"][0]["text"] = "<p>zoekmij &lt;img src=x onerror=alert(1)&gt; <img src=y onerror=alert(2)></p>"
    (folder / "search/nl.json").write_text(json.dumps(index), "utf-8")
    served = serve_folder(folder, "/")
    page = open_context().new_page()
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.goto(served.address)
    page.locator("[data-search-open]").click()
    page.locator("dialog input").fill("zoekmij")
    expect(page.locator("dialog li p").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("dialog img").count() == 0
    assert dialogs == []


def test_storage_denied_everything_works(addresses: dict[str, Served], open_context: Open) -> None:
    context = open_context()
    context.add_init_script(
        """for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
             Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } });"""
    )
    watch = Watch(context, urlsplit(addresses["lagelanden"].address).netloc)
    watch.page.goto(addresses["lagelanden"].address)
    use(watch.page)
    assert watch.trouble == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_without_a_script_everything_that_matters_is_there(
    example: str, addresses: dict[str, Served], sites: Path, open_context: Open
) -> None:
    page = open_context("phone", script=False).new_page()
    for address in pages_of(sites / example):
        page.goto(addresses[example].address + address)
        expect(page.locator('.t-emergency a[href="tel:112"]')).to_be_visible()
        expect(page.locator('.t-emergency a[href="tel:113"]')).to_be_visible()
        leave = page.locator(".t-exit")
        expect(leave).to_be_visible()
        box = leave.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert leave.get_attribute("href") == "https://www.knmi.nl/"
        expect(page.locator("[data-search-open]")).to_be_hidden()
        page.get_by_role("button", name="Menu").click()
        expect(
            page.get_by_text(re.compile("Zoeken werkt alleen met JavaScript|Search needs JavaScript"))
        ).to_be_visible()


def test_language_links_work_without_a_script(addresses: dict[str, Served], open_context: Open) -> None:
    page = open_context("phone", script=False).new_page()
    served = addresses["vuurvlinder"]
    page.goto(served.address + "wie/")
    assert page.locator("html").get_attribute("lang") == "en"
    link = page.get_by_role("link", name="Nederlands")
    assert link.get_attribute("lang") == "nl"
    link.click()
    expect(page).to_have_url(served.address + "nl/wie/")
    assert page.locator("html").get_attribute("lang") == "nl"


@pytest.mark.parametrize("example", EXAMPLES)
def test_not_found_works_at_any_depth(example: str, addresses: dict[str, Served], open_context: Open) -> None:
    served = addresses[example]
    watch = Watch(open_context(), urlsplit(served.address).netloc)
    watch.page.goto(served.address + "weg/dieper/nog/dieper/")
    assert watch.page.evaluate("getComputedStyle(document.querySelector('.t-header')).display") == "flex"
    watch.page.locator("main a.t-button").click()
    expect(watch.page).to_have_url(served.address)
    assert [line for line in watch.trouble if "404" not in line] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_paper_shows_the_numbers_and_no_buttons_of_the_screen(
    example: str, addresses: dict[str, Served], open_context: Open
) -> None:
    page = open_context().new_page()
    page.goto(addresses[example].address + "wie/")
    page.emulate_media(media="print")
    expect(page.locator(".t-exit")).to_be_hidden()
    expect(page.locator(".t-menu")).to_be_hidden()
    expect(page.locator('.t-emergency a[href="tel:112"]')).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_situation_is_two_taps_away_on_a_phone(
    example: str, addresses: dict[str, Served], open_context: Open
) -> None:
    """From home with one tap, and from any page with two: the menu, then the page."""
    situations = ["ongewenst-gedrag", "omstander", "beschuldigd", "iemand-vertelde", "niet-in-dienst", "integriteit"]
    situations += ["niets-gebeurt", "andere-vertrouwenspersoon", "mediator", "klacht", "hulp-buiten"]
    page = open_context("phone", script=False).new_page()
    served = addresses[example]
    page.goto(served.address)
    chosen = [link.get_attribute("href") for link in page.locator(".t-choices a").all()]
    assert {f"{name}/" for name in situations} <= set(chosen)
    page.goto(served.address + "wet/")
    for name in situations:
        page.get_by_role("button", name="Menu").click()
        page.locator(f'#menu a[href="../{name}/"]').click()
        expect(page).to_have_url(served.address + f"{name}/")
