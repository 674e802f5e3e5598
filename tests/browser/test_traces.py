"""Answers in the flow leave no trace: not in an address, not in a request, not on the disk (TRUST 5 and 6)."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from conftest import Served

pytestmark = pytest.mark.browser

Serve = Callable[[Path, str], Served]
FLOW = "waar-terecht/"
#: Two readers, and what each of them answers.
READERS = {
    "one": ("rol-zelf", "onderwerp-pesten", "betrokken-klachtencommissie", "wens-al_gemeld"),
    "other": ("rol-omstander", "onderwerp-integriteit", "betrokken-ander_bedrijf", "wens-stoppen"),
}
#: A fault: a script that keeps each answer in the history.
PUSHES = "addEventListener('change', (event) => history.pushState(null, '', '#' + event.target.id))"


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
        one, other = self.visit(served, "one"), self.visit(served, "other")
        found = [name for name in ("requests", "history", "tabs") if getattr(one, name) != getattr(other, name)]
        return found + [
            f"{mark}: {one.marks[mark] ^ other.marks[mark]}"
            for mark in one.marks
            if one.marks[mark] != other.marks[mark]
        ]


@pytest.fixture(scope="module")
def served(sites: Path, serve_folder: Serve) -> Served:
    return serve_folder(sites / "snijders", "/")


@pytest.mark.parametrize(
    ("script", "stays"), [(True, False), (True, True), (False, False)], ids=["script", "script-stays", "no-script"]
)
def test_two_readers_leave_the_same_behind(
    script: bool,  # noqa: FBT001
    stays: bool,  # noqa: FBT001
    browser: Browser,
    served: Served,
    tmp_path: Path,
) -> None:
    assert Visitor(browser, tmp_path, script, stays).differences(served) == []
    for file in tmp_path.glob("*/Default/Sessions/*"):
        data = file.read_bytes()
        for words in ("serialized form state", "nth-child", "#advies"):
            assert words.encode() not in data, file
            assert words.encode("utf-16-le") not in data, file


def test_an_answer_in_the_history_is_seen(browser: Browser, served: Served, tmp_path: Path) -> None:
    found = Visitor(browser, tmp_path, plant=PUSHES).differences(served)
    assert {"history", "tabs"} <= set(found)
    assert any(line.startswith("betrokken-klachtencommissie: ") and "Default/Sessions" in line for line in found)


@pytest.mark.parametrize(
    ("name", "guard"),
    [
        ("waar-terecht/index.html", 'method="dialog" autocomplete="off"'),
        ("assets/stylesheets/terecht.css", "overflow-anchor: none;"),
    ],
    ids=["answers", "place"],
)
def test_what_the_browser_would_keep_is_seen(
    name: str, guard: str, browser: Browser, sites: Path, serve_folder: Serve, tmp_path: Path
) -> None:
    """Without these the browser writes to the disk what was answered, and which advice was on the screen."""
    folder = tmp_path / "planted"
    shutil.copytree(sites / "snijders", folder)
    text = (folder / name).read_text("utf-8")
    assert text.count(guard) == 1
    (folder / name).write_text(text.replace(guard, ""), "utf-8")
    planted = serve_folder(folder, "/")
    assert Visitor(browser, tmp_path, script=False).differences(planted) == ["tabs"]


@pytest.mark.parametrize("script", [True, False])
def test_answering_changes_no_address_title_or_history(
    script: bool,  # noqa: FBT001
    browser: Browser,
    served: Served,
) -> None:
    context = browser.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(served.address + FLOW)
    state = "[location.href, document.title, history.length, JSON.stringify(history.state)]"
    before = page.evaluate(state)
    served.requests.clear()
    answer(page, READERS["one"])
    assert page.evaluate(state) == before
    assert [path for path, _ in served.requests if not path.endswith("favicon.svg")] == []
    context.close()


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
