"""What many tests stand on: the project, small projects to change, the built examples, a server, a browser."""

from __future__ import annotations

import datetime as dt
import functools
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from terecht import fleet
from terecht.flow.knowledge import Knowledge
from terecht.inputs import shared_inputs
from terecht.project import Outcome, Project, choose, usable_content
from terecht.publish import Outlet
from terecht.publish.manifest import Origin
from terecht.workshop import Workshop

if TYPE_CHECKING:
    from reading import Reader

pytest_plugins = ("trust_table",)

ROOT = Path(__file__).parent.parent
EXAMPLES = ("lagelanden", "snijders", "vuurvlinder")
TODAY = dt.date(2026, 11, 23)

MINIMAL = """\
schema: 1
name: Voorbeeld
languages: [nl]
contacts:
  - id: bos
    roles: [vertrouwenspersoon]
    name: Jip Bos
    phone: "06 12345678"
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """What takes too long for every run is shared out over its rounds; complete, each round visits every page."""
    parser.addoption("--complete", action="store_true", help="visit every page in every round of the browser")


@pytest.fixture(scope="session")
def project() -> Project:
    return Project(ROOT, ROOT / "organisations", TODAY)


@pytest.fixture(scope="session")
def content(project: Project) -> Knowledge:
    return usable_content(project)


def quiet(what: str, done: int, everything: int) -> None:
    del what, done, everything


def build_all(project: Project, output: Path, *ids: str, force: bool = False) -> list[Outcome]:
    """Builds organisations as the command does."""
    report = fleet.build(project, choose(project, ids), Outlet(output), jobs=2, force=force, tell=quiet, whole=not ids)
    return list(report.outcomes)


def origin(made_from: str) -> Origin:
    """What a release was made from, for tests that make up their releases."""
    return Origin("0.1.0", made_from)


@pytest.fixture(scope="session")
def reader(content: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Merges organisations that a test makes up, and reads their pages."""
    from reading import Reader

    return Reader(content, tmp_path_factory.mktemp("read"))


@pytest.fixture(scope="session")
def workshop(project: Project, content: Knowledge) -> Iterator[Workshop]:
    """The tools of a build, for tests that look into it."""
    with Workshop(project, content, shared_inputs(ROOT)) as workshop:
        yield workshop


@pytest.fixture(scope="session")
def sites(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the three examples, built once."""
    output = tmp_path_factory.mktemp("built") / "site"
    outcomes = build_all(project, output)
    assert [outcome.result for outcome in outcomes] == ["built"] * len(EXAMPLES)
    return output


def pages_of(site: Path) -> list[str]:
    """The addresses of all pages of a built site, the page for 'not found' left out."""
    found = sorted(path.relative_to(site).as_posix() for path in site.rglob("index.html"))
    return [path.removesuffix("index.html") for path in found]


def asset_in(site: Path, plain: str) -> Path:
    """The file of a site that pages name by what is in it, by its plain path; that path when there is none."""
    stem, _, suffix = plain.rpartition(".")
    return next(iter(site.glob(f"{stem}.??????????.{suffix}")), site / plain)


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Project]:
    """Makes a project of its own to change: our content, and organisations by id with the text of their file."""

    def make(**organisations: str) -> Project:
        root = tmp_path / "project"
        for name in ("docs", "overrides"):
            shutil.copytree(ROOT / name, root / name)
        shutil.copy(ROOT / "mkdocs.yml", root)
        for name, text in organisations.items():
            folder = root / "organisations" / name
            folder.mkdir(parents=True)
            (folder / "organisation.yml").write_text(text, "utf-8")
        return Project(root, root / "organisations", TODAY)

    return make


@dataclass
class Served:
    """A server on this machine: where it answers, and every request that it saw."""

    address: str
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@pytest.fixture(scope="session")
def serve_folder() -> Iterator[Callable[[Path, str], Served]]:
    """Serves a folder at a path of its own, with its own 404.html, like an intranet would."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(folder: Path, path: str) -> Served:
        served = Served("")

        class Handler(http.server.SimpleHTTPRequestHandler):
            def translate_path(self, url: str) -> str:
                outside = not url.startswith(path)
                return super().translate_path("/nothing-here" if outside else "/" + url.removeprefix(path))

            def do_GET(self) -> None:
                served.requests.append((self.path, dict(self.headers)))
                super().do_GET()

            def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
                page = folder / "404.html"
                if code != http.HTTPStatus.NOT_FOUND or not page.exists():
                    super().send_error(code, message, explain)
                    return
                data = page.read_bytes()
                self.send_response(code)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def end_headers(self) -> None:
                # LinkChecker waits half a second between requests to a server that does not say this.
                self.send_header("LinkChecker", "as fast as you like")
                super().end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        handler = functools.partial(Handler, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        served.address = f"http://127.0.0.1:{server.server_port}{path}"
        return served

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.fail("Chromium is missing; 'make test' installs it")
    # Other tests run on the same two cores, and a page may have to wait for its turn.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield chromium
        chromium.close()
