"""Answers in the flow leave no trace: not in an address, not in a request, not on the disk (TRUST 5 and 6)."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from conftest import Served, asset_in
from trust_table import Say

pytestmark = pytest.mark.browser

Serve = Callable[[Path, str], Served]
FLOW = "waar-terecht/"
#: Two readers, and what each of them answers.
READERS = {
    "one": ("rol-zelf", "onderwerp-pesten", "betrokken-klachtencommissie", "wens-al_gemeld"),
    "other": ("rol-omstander", "onderwerp-integriteit", "betrokken-ander_bedrijf", "wens-stoppen"),
}
#: Faults: scripts that keep each answer in the history, and that ask for something with each answer.
PUSHES = "addEventListener('change', (event) => history.pushState(null, '', '#' + event.target.id))"
ASKS = "addEventListener('change', (event) => fetch('?' + event.target.id))"
PLACES = {"snijders": "/", "lagelanden": "/vertrouwenspersoon/en/", "vuurvlinder": "/safe/"}


@dataclass
class Kept:
    """What a visit left behind: requests, history, tabs to open again, and the folders in which each mark stands."""

    requests: list[tuple[str, str]]
    history: list[tuple[str, str, int]]
    tabs: list[str]
    marks: dict[str, set[str]]


def answer(page: Page, answers: tuple[str, ...]) -> None:
    """Gives the answers, and reads the advice; with a script that is a step at a time."""
    steps = page.locator("[data-steps]").is_visible()
    for name in answers:
        while steps and not page.locator(f"#{name}").is_visible():
            page.locator("[data-next]").click()
        page.locator(f"#{name}").check()
    if steps:
        while page.locator("[data-next]").is_visible():
            page.locator("[data-next]").click()
        page.locator("[data-show]").click()
    page.locator("#advies section:visible h3").evaluate("(title) => title.scrollIntoView()")


def tabs(profile: Path) -> list[str]:
    """The words in the file of the tabs, without the numbers that are new each time."""
    (file,) = (profile / "Default/Sessions").glob("Tabs_*")
    words = [word.decode("utf-16-le") for word in re.findall(rb"(?:[\x20-\x7e]\x00){2,}", file.read_bytes())]
    return [word for word in words if not re.fullmatch(r"[0-9a-f-]{36}", word)]


def history(profile: Path) -> list[tuple[str, str, int]]:
    database = sqlite3.connect(profile / "Default/History")
    rows = database.execute("SELECT url, title, visit_count FROM urls ORDER BY id").fetchall()
    database.close()
    return rows


def places(profile: Path, marks: list[str]) -> dict[str, set[str]]:
    """For each mark the folders with a file that holds it."""
    found: dict[str, set[str]] = {mark: set() for mark in marks}
    for file in profile.rglob("*"):
        if not file.is_file() or file.is_symlink():
            continue
        data = file.read_bytes()
        for mark in marks:
            if mark.encode() in data or mark.encode("utf-16-le") in data:
                found[mark].add(file.parent.relative_to(profile).as_posix())
    return found


@dataclass
class Visitor:
    """Visits a site as a reader would with a browser of their own, and closes that browser."""

    browser: Browser
    folder: Path
    script: bool = True
    stays: bool = False
    plant: str = ""
    kept: list[Kept] = field(default_factory=list)

    def visit(self, served: Served, reader: str) -> Kept:
        profile = self.folder / reader
        context = self.browser.browser_type.launch_persistent_context(
            profile,
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox"],
            java_script_enabled=self.script,
        )
        requests: list[tuple[str, str]] = []

        def note(request: Request) -> None:
            requests.append((request.method, request.url))

        context.on("request", note)
        if self.plant:
            context.add_init_script(self.plant)
        page = context.pages[0]
        page.goto(served.address + FLOW)
        marks = self.marks(page)
        answer(page, READERS[reader])
        if not self.stays:
            page.goto(served.address + "veilig/")
        context.close()
        return Kept(sorted(requests), history(profile), tabs(profile), places(profile, marks))

    def marks(self, page: Page) -> list[str]:
        """What would show which answers were given: the name, the value and the words of each."""
        found = []
        for name in READERS["one"] + READERS["other"]:
            label = page.locator(f"label:has(#{name})").text_content() or ""
            found += [name, name.replace("-", "="), label.strip()]
        return found

    def differences(self, served: Served) -> list[str]:
        """What differs between what the two readers leave behind."""
        self.kept = [self.visit(served, reader) for reader in READERS]
        one, other = self.kept
        found = [name for name in ("requests", "history", "tabs") if getattr(one, name) != getattr(other, name)]
        return found + [
            f"{mark}: {one.marks[mark] ^ other.marks[mark]}"
            for mark in one.marks
            if one.marks[mark] != other.marks[mark]
        ]


@pytest.fixture(scope="module")
def served(sites: Path, serve_folder: Serve) -> Served:
    return serve_folder(sites / "snijders", "/")


@pytest.fixture(scope="module")
def examples(sites: Path, serve_folder: Serve) -> dict[str, Served]:
    """Each example, in one of its languages."""
    found = {}
    for name, path in PLACES.items():
        folder = sites / name
        top, _, language = path.strip("/").partition("/")
        found[name] = serve_folder(folder, f"/{top}/" if top else "/")
        found[name] = Served(found[name].address + (f"{language}/" if language else ""), found[name].requests)
    return found


@pytest.mark.trust(6)
@pytest.mark.parametrize(
    ("example", "script", "stays"),
    [
        ("snijders", True, False),
        ("lagelanden", True, True),
        ("vuurvlinder", False, False),
    ],
)
def test_two_readers_leave_the_same_behind(
    example: str,
    script: bool,  # noqa: FBT001
    stays: bool,  # noqa: FBT001
    browser: Browser,
    examples: dict[str, Served],
    tmp_path: Path,
    measured: Say,
) -> None:
    visitor = Visitor(browser, tmp_path, script, stays)
    assert visitor.differences(examples[example]) == []
    one, other = visitor.kept
    for name in ("requests", "history", "tabs", "marks"):
        assert getattr(one, name) == getattr(other, name)
    how = ("with" if script else "without") + " a script" + (", staying" if stays else "")
    measured(6, f"{example} {how}: {len(one.requests)} requests, {len(one.history)} rows, {len(one.tabs)} words, equal")
    for file in tmp_path.glob("*/Default/Sessions/*"):
        data = file.read_bytes()
        for words in ("serialized form state", "nth-child", "#advies"):
            assert words.encode() not in data, file
            assert words.encode("utf-16-le") not in data, file


@pytest.mark.trust(6, fault="an answer in the history, an answer in a request")
def test_an_answer_in_the_history_is_seen(browser: Browser, served: Served, tmp_path: Path) -> None:
    found = Visitor(browser, tmp_path, plant=f"{PUSHES};{ASKS}").differences(served)
    assert {"requests", "history", "tabs"} <= set(found)
    assert any(line.startswith("betrokken-klachtencommissie: ") and "Default/Sessions" in line for line in found)


@pytest.mark.parametrize(
    ("name", "guard"),
    [
        pytest.param(
            "waar-terecht/index.html",
            'method="dialog" autocomplete="off"',
            marks=pytest.mark.trust(6, fault="answers that the browser writes down"),
            id="answers",
        ),
        pytest.param(
            "assets/stylesheets/terecht.css",
            "overflow-anchor: none;",
            marks=pytest.mark.trust(6, fault="a place in the advice that the browser writes down"),
            id="place",
        ),
    ],
)
def test_what_the_browser_would_keep_is_seen(
    name: str, guard: str, browser: Browser, sites: Path, serve_folder: Serve, tmp_path: Path
) -> None:
    """Without these the browser writes to the disk what was answered, and which advice was on the screen."""
    folder = tmp_path / "planted"
    shutil.copytree(sites / "snijders", folder)
    file = asset_in(folder, name)
    text = file.read_text("utf-8")
    assert text.count(guard) == 1
    file.chmod(0o644)
    file.write_text(text.replace(guard, ""), "utf-8")
    planted = serve_folder(folder, "/")
    assert Visitor(browser, tmp_path, script=False).differences(planted) == ["tabs"]


def changed(page: Page, address: str) -> list[str]:
    """What answering the flow changes of what a browser keeps in its history."""
    parts = {
        "address": "location.href",
        "title": "document.title",
        "entries": "history.length",
        "state": "JSON.stringify(history.state)",
    }
    page.goto(address)
    before = {name: page.evaluate(expression) for name, expression in parts.items()}
    answer(page, READERS["one"])
    return [name for name, expression in parts.items() if page.evaluate(expression) != before[name]]


@pytest.mark.trust(5)
@pytest.mark.parametrize("example", PLACES)
@pytest.mark.parametrize("script", [True, False])
def test_answering_changes_no_address_title_or_history(
    script: bool,  # noqa: FBT001
    example: str,
    browser: Browser,
    examples: dict[str, Served],
    measured: Say,
) -> None:
    context = browser.new_context(java_script_enabled=script)
    found = changed(context.new_page(), examples[example].address + FLOW)
    assert found == []
    measured(5, f"{example}, {'with' if script else 'without'} a script: {len(found)}")
    context.close()


@pytest.mark.parametrize(
    ("plant", "seen"),
    [
        pytest.param(PUSHES, ["address", "entries"], marks=pytest.mark.trust(5, fault="an entry for each answer")),
        pytest.param(
            "addEventListener('change', (event) => { document.title = event.target.id; })",
            ["title"],
            marks=pytest.mark.trust(5, fault="an answer in the title"),
        ),
        pytest.param(
            "addEventListener('change', (event) => history.replaceState(event.target.id, ''))",
            ["state"],
            marks=pytest.mark.trust(5, fault="an answer behind an entry"),
        ),
    ],
)
def test_what_answering_changes_is_seen(plant: str, seen: list[str], browser: Browser, served: Served) -> None:
    context = browser.new_context()
    context.add_init_script(plant)
    assert changed(context.new_page(), served.address + FLOW) == seen
    context.close()


def test_answering_asks_for_nothing(browser: Browser, served: Served) -> None:
    page = browser.new_page()
    page.goto(served.address + FLOW)
    served.requests.clear()
    answer(page, READERS["one"])
    assert [path for path, _ in served.requests if not path.endswith("favicon.svg")] == []
    page.close()


def test_where_one_read_is_not_kept_for_the_way_back(browser: Browser, served: Served) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(served.address + FLOW)
    answer(page, READERS["one"])
    assert page.evaluate("scrollY") > 0
    page.goto(served.address + "veilig/")
    page.go_back()
    page.wait_for_timeout(100)
    assert page.evaluate("scrollY") == 0
    context.close()
