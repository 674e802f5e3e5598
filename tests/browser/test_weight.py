"""A first visit on a phone, the search included, stays light (TRUST 34)."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from weighing import compressed, first_visit

from conftest import EXAMPLES, Served, pages_of
from trust_table import Say

pytestmark = pytest.mark.browser

Serve = Callable[[Path, str], Served]
PATHS = {"lagelanden": "/vertrouwenspersoon/", "snijders": "/", "vuurvlinder": "/safe/"}
#: 150 KB, of 1,024 bytes each.
MOST = 150 * 1024


def search(page: Page) -> None:
    page.locator("[data-search-open]").click()
    page.locator("dialog input").fill("mediator")
    expect(page.locator("dialog li").first).to_be_visible()


def heaviest(site: Path, number: int) -> list[str]:
    """The pages with the most HTML; what pages load beside it differs little."""
    return sorted(pages_of(site), key=lambda page: -compressed((site / page / "index.html").read_bytes()))[:number]


@pytest.mark.trust(34)
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_first_visit_is_light(
    example: str, browser: Browser, sites: Path, serve_folder: Serve, measured: Say, request: pytest.FixtureRequest
) -> None:
    site = sites / example
    served = serve_folder(site, PATHS[example])
    pages = ["", *heaviest(site, 6 if request.config.getoption("--complete") else 2)]
    visits = {page: first_visit(browser, site, served, page, search) for page in pages}
    weights = {page: sum(size for _, size in visit) for page, visit in visits.items()}
    worst = max(weights, key=lambda page: weights[page])
    measured(34, f"{example}: {weights['']:,} bytes at home, {weights[worst]:,} at {worst}, the heaviest")
    for visit in visits.values():
        asked = [path for path, _ in visit]
        assert len(asked) == len(set(asked))
        assert {path.partition("/")[0] for path in asked} >= {"assets", "search"}
        assert any("/workers/" in path for path in asked)
    assert weights[worst] <= MOST, sorted(visits[worst], key=lambda one: -one[1])


@pytest.mark.trust(34, fault="a script of 200 KB more")
def test_a_heavy_script_is_seen(browser: Browser, sites: Path, serve_folder: Serve, tmp_path: Path) -> None:
    site = tmp_path / "heavy"
    shutil.copytree(sites / "snijders", site)
    (site / "heavy.js").write_bytes(b"//" + random.Random(34).randbytes(100 * 1024).hex().encode())
    page = site / "index.html"
    page.write_text(page.read_text("utf-8").replace("</head>", '<script src="heavy.js"></script></head>'), "utf-8")
    visit = first_visit(browser, site, serve_folder(site, "/"), "", search)
    assert sum(size for _, size in visit) > MOST
