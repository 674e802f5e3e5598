"""How heavy a first visit is, of any site: all that Chromium asks for on a phone, the search included, with gzip."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from conftest import Served

PHONE = {"width": 320, "height": 640}
#: What is as small as it gets already, and goes over the wire as it is.
_PACKED = {".jpg", ".jpeg", ".png", ".webp"}


def compressed(data: bytes) -> int:
    """The bytes that a server sends for a text."""
    return len(gzip.compress(data, 9, mtime=0))


def first_visit(
    browser: Browser, site: Path, served: Served, address: str, search: Callable[[Page], None]
) -> list[tuple[str, int]]:
    """Every request of somebody who comes to a page for the first time and searches there: its path and its bytes."""
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    context.route(lambda url: not url.startswith(served.address), lambda route: route.abort())
    page = context.new_page()
    served.requests.clear()
    page.goto(served.address + address)
    search(page)
    page.wait_for_load_state("networkidle")
    context.close()
    start = urlsplit(served.address).path
    asked = [urlsplit(path).path.removeprefix(start) for path, _ in served.requests]
    return [(path, _bytes(site, path)) for path in asked]


def _bytes(site: Path, path: str) -> int:
    file = site / path / "index.html" if path.endswith("/") or not path else site / path
    file = file if file.is_file() else site / "404.html"
    data = file.read_bytes()
    return len(data) if file.suffix in _PACKED else compressed(data)
