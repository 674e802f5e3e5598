"""Every page in a real browser: nothing leaves, nothing stays, everyone can use it (TRUST 1-4, 7-14, 17, 19, 20)."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Page, expect
from watching import CHARACTERS, NOTHING, STORED, Walk, Watch, referers, shortcuts, violations, walk

from conftest import EXAMPLES, Served, asset_in, pages_of
from trust_table import Say

pytestmark = pytest.mark.browser

Serve = Callable[[Path, str], Served]
#: Words to seek, spelled as no address is.
WORDS = "mEdIaToR"
#: Where each example says that it lives; an organisation without `url` lives at the root of its own host.
PATHS = {"lagelanden": "/vertrouwenspersoon/", "snijders": "/", "vuurvlinder": "/safe/"}
WIDTHS = {"phone": {"width": 320, "height": 640}, "desk": {"width": 1280, "height": 900}}


@pytest.fixture(scope="module")
def addresses(sites: Path, serve_folder: Serve) -> dict[str, Served]:
    return {example: serve_folder(sites / example, PATHS[example]) for example in EXAMPLES}


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
    page.locator("dialog input").fill(WORDS)
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


#: Each page is visited on a phone and on a desk, in light and in dark.
ROUNDS = [(width, scheme) for width in WIDTHS for scheme in ("light", "dark")]
#: An address that no site has.
NOWHERE = "weg/dieper/"
#: What Chromium itself says when it opens the page for 'not found'.
NOT_FOUND = "Failed to load resource: the server responded with a status of 404 (Not Found)"


@dataclass
class Used:
    """What was seen while pages were used: all of it faults, but for the numbers of pages and requests."""

    pages: int = 0
    requests: int = 0
    outside: list[str] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    referers: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def add(self, other: Used) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def used(served: Served, addresses: list[str], context: BrowserContext) -> Used:
    """Uses all that pages offer, in one browser that keeps what it is given."""
    watch = Watch(context, urlsplit(served.address).netloc)
    found = Used(len(addresses), outside=watch.outside)
    served.requests.clear()
    for address in addresses:
        watch.page.goto(served.address + address)
        title = watch.page.title()
        use(watch.page)
        if (kept := watch.page.evaluate(STORED)) != NOTHING:
            found.stored.append(f"{address}: {kept}")
        if (watch.page.url, watch.page.title()) != (served.address + address, title):
            found.moved.append(watch.page.url)
    found.stored += [str(cookie) for cookie in context.cookies()]
    found.requests = watch.requests
    found.referers = referers(served.requests)
    found.told = told(path for path, _ in served.requests)
    found.trouble = list(watch.trouble)
    if NOWHERE in addresses:
        found.trouble.remove(NOT_FOUND)
    return found


def told(addresses: Iterable[str]) -> list[str]:
    """The addresses that tell which words were sought. None of ours has a question mark at all."""
    return [address for address in addresses if "?" in address or WORDS in unquote(address)]


@pytest.mark.trust(1, 2, 5, 7, 9, 10, 11)
@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_leaves_and_nothing_stays(
    example: str, addresses: dict[str, Served], part: Part, open_context: Open, measured: Say
) -> None:
    """Under the policy of the meta tag alone: this server sends no headers."""
    everything = Used()
    for number, (width, scheme) in enumerate(ROUNDS):
        visited = [*part(example, number, len(ROUNDS)), NOWHERE]
        found = used(addresses[example], visited, open_context(width, scheme))
        assert found == Used(found.pages, found.requests), (width, scheme)
        everything.add(found)
    visits = f"{example}: {everything.pages} visits"
    measured(1, f"{visits}, {len(everything.outside)} of {everything.requests} requests")
    for number, what in (
        (2, everything.stored),
        (5, everything.moved),
        (7, everything.told),
        (9, everything.trouble),
        (10, everything.trouble),
        (11, everything.referers),
    ):
        measured(number, f"{visits}, {len(what)}")


Plant = Callable[..., Served]


@pytest.fixture
def plant(sites: Path, tmp_path: Path, serve_folder: Serve) -> Plant:
    """Serves a site in which something was changed: in a file ``old`` becomes ``new``, or ``new`` comes at the end."""

    def make(*changes: tuple[str, str, str], example: str = "snijders") -> Served:
        folder = tmp_path / "planted"
        shutil.copytree(sites / example, folder)
        for name, old, new in changes:
            file = asset_in(folder, name)
            text = file.read_text("utf-8") if file.exists() else ""
            assert old in text
            if file.exists():
                file.chmod(0o644)
            file.write_text(text.replace(old, new, 1) if old else text + new, "utf-8")
        return serve_folder(folder, PATHS[example])

    return make


LEAVE, SEARCH = "assets/javascripts/leave.js", "assets/javascripts/search.js"
#: Takes the policy away, which would stop what is planted.
NO_POLICY = ("index.html", 'http-equiv="Content-Security-Policy"', 'name="none"')
ELSEWHERE = "https://elders.example/x.png"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            ("index.html", "</main>", f"<img src='{ELSEWHERE}' alt=''></main>"),
            marks=pytest.mark.trust(1, fault="a picture from elsewhere"),
            id="load",
        ),
        pytest.param(
            (LEAVE, "", f"addEventListener('click', () => fetch('{ELSEWHERE}'));"),
            marks=pytest.mark.trust(1, fault="a click that calls home"),
            id="click",
        ),
    ],
)
def test_a_request_outside_is_seen(change: tuple[str, str, str], plant: Plant, open_context: Open) -> None:
    found = used(plant(NO_POLICY, change), [""], open_context())
    assert set(found.outside) == {ELSEWHERE}


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        pytest.param(script, kind, id=kind, marks=pytest.mark.trust(2, fault=fault))
        for script, kind, fault in [
            ("document.cookie = 'a=1'", "cookies", "a cookie"),
            ("localStorage.setItem('a', '1')", "local", "localStorage"),
            ("sessionStorage.setItem('a', '1')", "session", "sessionStorage"),
            ("indexedDB.open('a')", "databases", "a database"),
            ("caches.open('a')", "caches", "a cache"),
            ("navigator.serviceWorker.register('worker.js')", "workers", "a service worker"),
        ]
    ],
)
def test_what_is_stored_is_seen(script: str, kind: str, plant: Plant, open_context: Open) -> None:
    served = plant((LEAVE, "", f"addEventListener('click', () => {{ {script} }});"), ("worker.js", "", "1;"))
    (kept,) = [line for line in used(served, [""], open_context()).stored if line.startswith(": ")]
    assert [name for name, value in NOTHING.items() if f"'{name}': {value!r}" not in kept] == [kind]


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            "addEventListener('input', (event) => fetch('?h=' + event.target.value))",
            marks=pytest.mark.trust(7, fault="a request with the words"),
        ),
        pytest.param(
            f"addEventListener('input', () => fetch('gezocht/{WORDS}'))",
            marks=pytest.mark.trust(7, fault="the words in a path"),
        ),
    ],
)
def test_words_in_an_address_are_seen(script: str, plant: Plant, open_context: Open) -> None:
    assert WORDS in unquote(used(plant((SEARCH, "", f"{script};")), [""], open_context()).told[0])


@pytest.mark.trust(5, 7, fault="the words behind the address")
def test_words_behind_the_address_are_seen(plant: Plant, open_context: Open) -> None:
    script = "addEventListener('input', (event) => history.replaceState(null, '', '?h=' + event.target.value));"
    found = used(plant((SEARCH, "", script)), [""], open_context())
    assert told(found.moved) != []


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        pytest.param(change, seen, marks=pytest.mark.trust(10, fault=fault))
        for change, seen, fault in [
            ((LEAVE, "", "missing();"), "missing is not defined", "a script that fails"),
            ((LEAVE, "", "addEventListener('click', () => console.warn('x'));"), "x", "a warning after a click"),
            (("index.html", "</main>", "<img src='weg.png' alt=''></main>"), NOT_FOUND, "a picture that is not there"),
        ]
    ],
)
def test_trouble_on_the_console_is_seen(
    change: tuple[str, str, str], seen: str, plant: Plant, open_context: Open
) -> None:
    assert seen in used(plant(change), [""], open_context()).trouble


@pytest.mark.trust(11, fault="a page without the rule for referrers")
def test_a_referer_is_seen(plant: Plant, open_context: Open) -> None:
    change = ("index.html", '<meta name="referrer" content="no-referrer">', "")
    assert "/assets/brand.css" in used(plant(change), [""], open_context()).referers


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        pytest.param(planted, seen, marks=pytest.mark.trust(9, fault=fault))
        for planted, seen, fault in [
            ("<script>1</script>", "policy: script-src-elem", "an inline script"),
            ("<p style='color:red'>x</p>", "policy: style-src-attr", "an inline style"),
            (f"<img src='{ELSEWHERE}' alt=''>", "policy: img-src", "a picture from elsewhere"),
            ("<iframe src='x'></iframe>", "policy: ", "a frame"),
        ]
    ],
)
def test_the_policy_of_the_page_stops_what_is_planted(
    planted: str, seen: str, plant: Plant, open_context: Open
) -> None:
    found = used(plant(("index.html", "</main>", f"{planted}</main>")), [""], open_context())
    assert any(seen in line for line in found.trouble), found.trouble
    assert found.outside == []


@pytest.mark.trust(12)
@pytest.mark.parametrize("example", EXAMPLES)
def test_axe_finds_nothing(
    example: str, addresses: dict[str, Served], part: Part, open_context: Open, measured: Say
) -> None:
    looked, found = 0, []
    for number, (width, scheme) in enumerate(ROUNDS):
        page = open_context(width, scheme).new_page()
        for address in [*part(example, number, len(ROUNDS)), NOWHERE]:
            page.goto(addresses[example].address + address)
            looked += 1
            found += [(width, scheme, address, *violation) for violation in violations(page, without="#flow *")]
    assert found == []
    measured(12, f"{example}: {len(found)} on {looked} pages")


@pytest.mark.parametrize(
    ("script", "rule"),
    [
        pytest.param(script, rule, marks=pytest.mark.trust(12, fault=fault), id=rule)
        for script, rule, fault in [
            ("document.documentElement.removeAttribute('lang')", "html-has-lang", "no language"),
            ("document.querySelector('main p').style.color = '#888'", "color-contrast", "grey text"),
            ("document.querySelector('[data-search-open] span').remove()", "button-name", "a button without a name"),
            (
                "document.querySelector('main').after(document.createElement('main'))",
                "landmark-no-duplicate-main",
                "a second main",
            ),
        ]
    ],
)
def test_axe_sees_a_planted_fault(script: str, rule: str, addresses: dict[str, Served], open_context: Open) -> None:
    page = open_context().new_page()
    page.goto(addresses["snijders"].address)
    page.evaluate(f"() => {{ {script} }}")
    assert rule in [rule for rule, _ in violations(page)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_page_is_wider_than_the_screen(
    example: str, addresses: dict[str, Served], sites: Path, open_context: Open
) -> None:
    page = open_context("phone").new_page()
    for address in pages_of(sites / example):
        page.goto(addresses[example].address + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


@pytest.mark.trust(13, 19)
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(
    example: str, addresses: dict[str, Served], part: Part, open_context: Open, measured: Say
) -> None:
    looked, stops = 0, 0
    for number, (width, scheme) in enumerate(ROUNDS):
        page = open_context(width, scheme).new_page()
        for address in [*part(example, number, len(ROUNDS)), NOWHERE]:
            page.goto(addresses[example].address + address)
            walked = walk(page)
            assert walked.unseen == [], (width, scheme, address)
            assert walked.missed == [], (width, scheme, address)
            assert exit_among_the_first(walked), (width, scheme, address)
            looked += 1
            stops += len(walked.stops)
    measured(13, f"{example}: 0 of {stops} stops, {looked} pages")
    measured(19, f"{example}: early on {looked} of {looked} pages")


#: Something that lies over the page; how much of it is said beside.
LID = "const lid = document.body.appendChild(document.createElement('p')); lid.style = 'position: fixed; z-index: 99'"


def exit_among_the_first(walked: Walk) -> bool:
    return any("t-exit" in classes.split() for classes in walked.classes[:3])


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        pytest.param(script, seen, marks=pytest.mark.trust(13, fault=fault))
        for script, seen, fault in [
            ("link.style.setProperty('outline', 'none', 'important')", "no ring", "a link without a ring"),
            ("link.style.cssText = 'position: fixed; left: -99em'", "off screen", "a link beside the screen"),
            (f"{LID}; lid.style.inset = 0", "covered", "a lid over the page"),
        ]
    ],
)
def test_a_focus_that_one_does_not_see_is_seen(
    script: str, seen: str, addresses: dict[str, Served], open_context: Open
) -> None:
    page = open_context().new_page()
    page.goto(addresses["snijders"].address)
    page.evaluate(f"() => {{ const link = document.querySelector('main a.t-button'); {script} }}")
    assert "Waar kan ik terecht?: " + seen in walk(page).unseen


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("link.tabIndex = -1", marks=pytest.mark.trust(13, fault="a link that Tab skips")),
        pytest.param(
            "link.outerHTML = `<input type=checkbox id=box hidden><label for=box>${link.textContent}</label>`",
            marks=pytest.mark.trust(13, fault="a switch for the mouse alone"),
        ),
        pytest.param(
            "link.addEventListener('focus', () => link.blur())",
            marks=pytest.mark.trust(13, fault="a link that lets go"),
        ),
    ],
)
def test_what_the_keyboard_does_not_reach_is_seen(
    script: str, addresses: dict[str, Served], open_context: Open
) -> None:
    page = open_context().new_page()
    page.goto(addresses["snijders"].address)
    page.evaluate(f"() => {{ const link = document.querySelector('main a.t-button'); {script} }}")
    assert "Waar kan ik terecht?" in walk(page).missed


@pytest.mark.trust(19, fault="the way out at the end of the page")
def test_an_exit_that_comes_late_is_seen(addresses: dict[str, Served], open_context: Open) -> None:
    page = open_context().new_page()
    page.goto(addresses["snijders"].address)
    page.evaluate("document.body.append(document.querySelector('.t-exit'))")
    assert not exit_among_the_first(walk(page))


@pytest.mark.trust(4, 13)
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


@pytest.mark.trust(14)
@pytest.mark.parametrize("address", ["", "waar-terecht/", "en/wie/"])
def test_no_single_character_does_anything(
    address: str, addresses: dict[str, Served], open_context: Open, measured: Say
) -> None:
    """A page with each set of scripts, and one in another language."""
    page = open_context().new_page()
    page.goto(addresses["lagelanden"].address + address)
    found = shortcuts(page)
    assert found == []
    measured(14, f"{len(found)} of {len(CHARACTERS)} on {address or 'home'}")


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param("s/", marks=pytest.mark.trust(14, fault="keys that open the search")),
        pytest.param("Q", marks=pytest.mark.trust(14, fault="a capital")),
    ],
)
def test_a_shortcut_is_seen(keys: str, plant: Plant, open_context: Open) -> None:
    script = f"if ('{keys}'.includes(event.key)) document.querySelector('[data-search-open]').click();"
    page = open_context().new_page()
    page.goto(plant((LEAVE, "", f"addEventListener('keydown', (event) => {{ {script} }});")).address)
    assert set(shortcuts(page)) == set(keys)


@pytest.mark.trust(7)
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


#: As somebody does who presses Tab while the page comes in.
QUICK = """new MutationObserver(() => document.querySelector('a')?.focus())
  .observe(document, { childList: true, subtree: true })"""


@pytest.mark.trust(10)
def test_who_is_quick_with_tab_finds_no_trouble_on_the_console(
    addresses: dict[str, Served], open_context: Open
) -> None:
    page = open_context("desk").new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.add_init_script(QUICK)
    page.goto(addresses["lagelanden"].address)
    page.wait_for_timeout(200)
    assert page.evaluate("document.activeElement.localName") == "a"
    assert trouble == []


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


@pytest.fixture
def denying(browser: Browser, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser whose reader has told it to let no site store anything."""
    (tmp_path / "profile/Default").mkdir(parents=True)
    preferences = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "profile/Default/Preferences").write_text(json.dumps(preferences), "utf-8")
    context = browser.browser_type.launch_persistent_context(
        tmp_path / "profile",
        executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
        args=["--no-sandbox"],
        viewport=WIDTHS["phone"],  # type: ignore[arg-type]
    )
    yield context
    context.close()


def fails_without_storage(served: Served, addresses: list[str], context: BrowserContext) -> list[str]:
    """What does not work where nothing may be stored: a page, its menu, its search, its flow up to the advice."""
    watch = Watch(context, urlsplit(served.address).netloc)
    watch.page.set_default_timeout(3000)
    found = []
    for address in addresses:
        watch.page.goto(served.address + address)
        assert watch.page.evaluate("() => { try { return localStorage.length } catch { return 'denied' } }") == "denied"
        try:
            use(watch.page)
        except (AssertionError, Error) as problem:
            found.append(f"{address}: {problem}")
    return found + watch.trouble


@pytest.mark.trust(3)
@pytest.mark.parametrize("example", EXAMPLES)
def test_storage_denied_everything_works(
    example: str, addresses: dict[str, Served], part: Part, denying: BrowserContext, measured: Say
) -> None:
    visited = [*part(example, 0, 30), "waar-terecht/"]
    assert fails_without_storage(addresses[example], visited, denying) == []
    measured(3, f"{example}: {len(visited)} of {len(visited)} pages, menu, search, flow")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        pytest.param(SEARCH, "", marks=pytest.mark.trust(3, fault="a search that remembers")),
        pytest.param(
            "assets/javascripts/flow.js", "waar-terecht/", marks=pytest.mark.trust(3, fault="a flow that remembers")
        ),
    ],
)
def test_what_needs_storage_is_seen(name: str, address: str, plant: Plant, denying: BrowserContext) -> None:
    served = plant((name, '"use strict";', '"use strict"; sessionStorage.getItem("last");'))
    found = fails_without_storage(served, [address], denying)
    assert any("sessionStorage" in line for line in found)


def visible_numbers(page: Page) -> list[str]:
    """Which of 112 and 113 do not stand here as text that one sees and can call."""
    return [
        number
        for number in ("112", "113")
        if not any(number in link.inner_text() for link in page.locator(f'a[href="tel:{number}"]:visible').all())
    ]


def missing_without_script(page: Page) -> list[str]:
    """What one needs and does not find on a page without JavaScript, on a phone and on its paper."""
    found = visible_numbers(page)
    page.emulate_media(media="print")
    found += [f"{number} on paper" for number in visible_numbers(page)]
    page.emulate_media(media="screen")
    leave = page.locator("a.t-exit[href='https://www.knmi.nl/']")
    box = leave.bounding_box() if leave.count() and leave.is_visible() else None
    if box is None or min(box["height"], box["width"]) < 44:
        found.append("the way out")
    menu = page.get_by_role("navigation", name="Menu")
    page.get_by_role("button", name="Menu").click()
    if not (menu.is_visible() and menu.get_by_role("link").first.is_visible()):
        found.append("the menu")
    if not page.get_by_text(re.compile("Zoeken werkt alleen met JavaScript|Search needs JavaScript")).is_visible():
        found.append("that the search needs JavaScript")
    if page.locator("[data-search-open]").is_visible():
        found.append("a search that works")
    return found


@pytest.mark.trust(4, 19, 20)
@pytest.mark.parametrize("example", EXAMPLES)
def test_without_a_script_everything_that_matters_is_there(
    example: str, addresses: dict[str, Served], sites: Path, open_context: Open, measured: Say
) -> None:
    page = open_context("phone", script=False).new_page()
    visited = [*pages_of(sites / example), NOWHERE]
    for address in visited:
        page.goto(addresses[example].address + address)
        assert missing_without_script(page) == [], address
    for number in (4, 19, 20):
        measured(number, f"{example}: {len(visited)} of {len(visited)} pages without JavaScript")


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        pytest.param(
            'popovertarget="menu"',
            'data-menu="menu"',
            ["the menu", "that the search needs JavaScript"],
            marks=pytest.mark.trust(4, fault="a menu that needs a script"),
        ),
        pytest.param(
            'href="https://www.knmi.nl/"',
            'href="#"',
            ["the way out"],
            marks=pytest.mark.trust(4, 19, fault="a way out that needs a script"),
        ),
        pytest.param(
            '<div class="t-emergency">',
            '<div class="t-emergency" hidden>',
            ["113", "113 on paper"],
            marks=pytest.mark.trust(4, 20, fault="numbers that a script would show"),
        ),
        pytest.param(
            '<div class="t-emergency">',
            '<div class="t-header__tools">',
            ["113 on paper"],
            marks=pytest.mark.trust(20, fault="numbers that paper leaves out"),
        ),
        pytest.param(
            'href="tel:113">',
            'href="tel:113"><!--',
            ["113", "113 on paper"],
            marks=pytest.mark.trust(20, fault="a number that is not text"),
        ),
    ],
)
def test_what_is_missing_without_a_script_is_seen(
    old: str, new: str, seen: list[str], plant: Plant, open_context: Open
) -> None:
    """On a page whose only call to 113 stands in the line for danger."""
    served = plant(("wie/index.html", old, new))
    page = open_context("phone", script=False).new_page()
    page.goto(served.address + "wie/")
    assert set(seen) <= set(missing_without_script(page))


class Tongue(HTMLParser):
    """What a page says of its language and of that of each link; and its words, those in another language aside."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.own = ("", "")
        self.links: list[dict[str, str]] = []
        self.words: Counter[str] = Counter()
        self._marked: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.own = (given.get("lang", ""), given.get("dir", ""))
        elif tag == "a":
            self.links.append(given)
        if tag in {"article", "p", "li", "a", "span"}:
            self._marked.append((tag, tag != "html" and given.get("lang", self.own[0]) != self.own[0]))

    def handle_endtag(self, tag: str) -> None:
        if tag in [name for name, _ in self._marked]:
            while self._marked.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not any(other for _, other in self._marked):
            self.words.update(re.findall(r"[a-z]+", data.lower()))


#: Words that every text of a language has, and no text of another.
SMALL = {"nl": ("een", "het", "je", "van", "niet", "naar"), "en": ("the", "you", "your", "of", "and", "not")}
LANGUAGES = {"lagelanden": ("nl", "en"), "snijders": ("nl",), "vuurvlinder": ("en", "nl")}


def wrong_tongues(site: Path, languages: tuple[str, ...]) -> list[str]:
    """What the pages of a site say wrongly of their language and direction, or of those where their links lead."""
    pages = {file: Tongue(file.read_text("utf-8")) for file in site.rglob("*.html")}
    faults = []
    for file, page in pages.items():
        name = file.relative_to(site).as_posix()
        first = name.partition("/")[0]
        language = first if first in languages[1:] else languages[0]
        if page.own != (language, "ltr"):
            faults.append(f"{name}: says {page.own}")
        said = {tongue: sum(page.words[word] for word in small) for tongue, small in SMALL.items()}
        if max(said, key=lambda tongue: said[tongue]) != language:
            faults.append(f"{name}: is not written in {language}")
        for link in page.links:
            target = led_to(site, file, link.get("href", ""))
            if target in pages:
                there = pages[target].own
                told = (link.get("hreflang"), link.get("lang"), link.get("dir"))
                if there[0] != language and told != (there[0], *there):
                    faults.append(f"{name}: {link}")
                if there[0] == language and link.get("hreflang", language) != language:
                    faults.append(f"{name}: {link}")
        others = [link["hreflang"] for link in page.links if "hreflang" in link]
        if sorted(others) != sorted(set(languages) - {language}):
            faults.append(f"{name}: links to {others}")
    return faults


def led_to(site: Path, file: Path, address: str) -> Path | None:
    """The file that a link within the site leads to; a link of the page for 'not found' starts with the site's path."""
    path = urlsplit(address).path
    if urlsplit(address).scheme or not path:
        return None
    top = PATHS.get(site.name, "/")
    target = site / path.removeprefix(top) if path.startswith("/") else file.parent / path
    return Path(normpath(target / "index.html" if path.endswith(("/", ".")) else target))


@pytest.mark.trust(17)
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_page_says_its_language_and_that_of_its_links(example: str, sites: Path, measured: Say) -> None:
    assert wrong_tongues(sites / example, LANGUAGES[example]) == []
    count = len(list((sites / example).rglob("*.html")))
    measured(17, f"{example}: {count} of {count} pages")


@pytest.mark.parametrize(
    ("name", "source", "old", "new", "seen"),
    [
        pytest.param(name, source, old, new, seen, marks=pytest.mark.trust(17, fault=fault), id=fault)
        for name, source, old, new, seen, fault in [
            ("en/wie", "en/wie", 'lang="en"', 'lang="nl"', "says ('nl', 'ltr')", "a page that says another language"),
            (
                "wie",
                "en/wie",
                '<html lang="en"',
                '<html lang="nl"',
                "is not written in nl",
                "a text in another language",
            ),
            ("wie", "wie", 'dir="ltr"', 'dir="rtl"', "says ('nl', 'rtl')", "a wrong direction"),
            ("wie", "wie", ' hreflang="en"', "", "links to []", "a link that hides where it leads"),
            ("wie", "wie", ' lang="en" hreflang', " hreflang", "{'class': 't-tool'", "a name without its language"),
            ("404.html", "en/wie", "", "", "says ('en', 'ltr')", "'not found' in the last language"),
        ]
    ],
)
def test_a_wrong_language_is_seen(
    name: str, source: str, old: str, new: str, seen: str, sites: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "lagelanden"
    shutil.copytree(sites / "lagelanden", folder)
    text = (folder / source / "index.html").read_text("utf-8")
    assert old in text
    file = folder / name if name.endswith(".html") else folder / name / "index.html"
    file.write_text(text.replace(old, new, 1), "utf-8")
    faults = wrong_tongues(folder, LANGUAGES["lagelanden"])
    assert any(line.startswith(f"{file.relative_to(folder)}: {seen}") for line in faults), faults


@pytest.mark.trust(4)
@pytest.mark.parametrize("example", ["lagelanden", "vuurvlinder"])
def test_language_links_work_without_a_script(
    example: str, addresses: dict[str, Served], part: Part, sites: Path, open_context: Open, measured: Say
) -> None:
    page = open_context("phone", script=False).new_page()
    served = addresses[example]
    (other,) = LANGUAGES[example][1:]
    both = [
        one for one in part(example, 0, 14) if not one.startswith(other) and (sites / example / other / one).is_dir()
    ]
    for address in both:
        page.goto(served.address + address)
        page.locator(f"[hreflang={other}]").click()
        expect(page).to_have_url(f"{served.address}{other}/{address}")
        assert page.locator("html").get_attribute("lang") == other
        page.locator(f"[hreflang={LANGUAGES[example][0]}]").click()
        expect(page).to_have_url(served.address + address)
    measured(4, f"{example}: {len(both)} of {len(both)} pages there and back in the other language")


@pytest.mark.parametrize("example", EXAMPLES)
def test_not_found_works_at_any_depth(example: str, addresses: dict[str, Served], open_context: Open) -> None:
    served = addresses[example]
    watch = Watch(open_context(), urlsplit(served.address).netloc)
    watch.page.goto(served.address + "weg/dieper/nog/dieper/")
    assert watch.page.evaluate("getComputedStyle(document.querySelector('.t-header')).display") == "flex"
    watch.page.locator("main a.t-button").click()
    expect(watch.page).to_have_url(served.address)
    assert watch.trouble == [NOT_FOUND]


@pytest.mark.trust(20)
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


@pytest.mark.trust(4, 11)
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_situation_is_two_taps_away_on_a_phone(
    example: str, addresses: dict[str, Served], open_context: Open
) -> None:
    """From home with one tap, and from any page with two: the menu, then the page."""
    situations = ["ongewenst-gedrag", "omstander", "beschuldigd", "iemand-vertelde", "niet-in-dienst", "integriteit"]
    situations += ["niets-gebeurt", "andere-vertrouwenspersoon", "mediator", "klacht", "hulp-buiten"]
    page = open_context("phone", script=False).new_page()
    served = addresses[example]
    served.requests.clear()
    page.goto(served.address)
    chosen = [link.get_attribute("href") for link in page.locator(".t-choices a").all()]
    assert {f"{name}/" for name in situations} <= set(chosen)
    page.goto(served.address + "wet/")
    for name in situations:
        page.get_by_role("button", name="Menu").click()
        page.locator(f'#menu a[href="../{name}/"]').click()
        expect(page).to_have_url(served.address + f"{name}/")
    assert referers(served.requests) == []
