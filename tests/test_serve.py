"""The live preview: a saved value is on screen in 300 ms, a saved template in 3 s, and a mistake ends nothing."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from conftest import MINIMAL
from terecht.project import Project

Make = Callable[..., Project]
TERECHT = Path(sys.executable).with_name("terecht")


@contextlib.contextmanager
def serving(project: Project) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [TERECHT, "serve", "een", "--port", "0"],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("http://"):
                yield line.split()[0], process
                break
        else:
            pytest.fail("the preview never said where it is")
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close() if process.stdout else None


def get(address: str) -> str:
    with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())
    return ""


def seconds_until(address: str, text: str, most: float) -> float:
    started = time.monotonic()
    while time.monotonic() - started < most:
        if text in get(address):
            return time.monotonic() - started
        time.sleep(0.01)
    pytest.fail(f"{text!r} was not on screen after {most} s")


def test_what_is_saved_is_on_screen_at_once(small: Make) -> None:
    project = small(een=MINIMAL)
    file = project.organisations / "een/organisation.yml"
    with serving(project) as (address, _):
        assert "Jip Bos" in get(address)
        value = []
        for number in range(5):
            file.write_text(MINIMAL.replace("Jip Bos", f"Naam {number}"), "utf-8")
            value.append(seconds_until(address, f"Naam {number}", 10))
        page = project.root / "docs/nl/index.md"
        text = page.read_text("utf-8")
        template = []
        for number in range(3):
            page.write_text(text.replace("Alleen praten mag.", f"Zwijgen mag {number} keer."), "utf-8")
            template.append(seconds_until(address, f"Zwijgen mag {number} keer.", 30))
    # A ratio, of the best of each: a template is rendered and a value is not, however busy the machine is.
    assert min(value) * 3 < min(template), (value, template)


def test_a_mistake_is_shown_and_the_last_good_page_stays(small: Make) -> None:
    project = small(een=MINIMAL)
    file = project.organisations / "een/organisation.yml"
    with serving(project) as (address, process):
        file.write_text(MINIMAL.replace("phone:", "phne:"), "utf-8")
        seconds_until(address, "T012 unknown key &#x27;phne&#x27;", 10)
        assert "Jip Bos" in get(address)
        file.write_text("naam: [", "utf-8")
        seconds_until(address, "T009", 10)
        file.unlink()
        seconds_until(address, "T050", 10)
        file.write_text(MINIMAL.replace("Jip Bos", "Kim Vos"), "utf-8")
        seconds_until(address, "Kim Vos", 10)
        assert "T050" not in get(address)
        page = project.root / "docs/nl/wie.md"
        good = page.read_text("utf-8")
        page.write_text(good + "\n{{ organisation.nmae }}\n", "utf-8")
        seconds_until(address, "T080", 10)
        page.write_text(good + "\n[weg](weg.md)\n", "utf-8")
        seconds_until(address, "weg.md", 20)
        page.write_text(good, "utf-8")
        seconds_until(address + "wie/", "Kim Vos", 20)
        assert process.poll() is None


@pytest.mark.browser
def test_the_browser_follows(small: Make, browser: Browser) -> None:
    project = small(een=MINIMAL)
    file = project.organisations / "een/organisation.yml"
    with serving(project) as (address, _):
        page = browser.new_page()
        page.goto(address)
        file.write_text(MINIMAL.replace("Jip Bos", "Kim Vos"), "utf-8")
        expect(page.get_by_text("Kim Vos").first).to_be_visible(timeout=5000)
        file.write_text(MINIMAL.replace("phone:", "phne:"), "utf-8")
        expect(page.get_by_role("alert")).to_contain_text("unknown key 'phne'", timeout=5000)
        page.close()


def test_pages_and_files_of_the_preview(small: Make) -> None:
    with serving(small(een=MINIMAL)) as (address, _):
        assert "<h1" in get(address + "wie")  # without the slash it is sent on
        assert "--t-page" in get(address + "assets/brand.css")
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(address + "weg/", timeout=10)
        assert missing.value.code == 404
