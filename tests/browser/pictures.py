"""Takes the pictures of the README: ``make pictures``. Sites as they are built, light and dark."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent.parent
PICTURES = [
    ("lagelanden/", "home-light.png", 1280, 800, "light"),
    ("vuurvlinder/wie/", "who-dark.png", 1280, 800, "dark"),
]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def main() -> None:
    handler = functools.partial(_Quiet, directory=str(ROOT / "site"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for address, name, width, height, scheme in PICTURES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/{address}")
            page.screenshot(path=ROOT / "docs/pictures" / name)
            context.close()
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
