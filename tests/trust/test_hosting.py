"""The instructions for web servers, tried: nginx and Apache for real on this machine, the others read as they would.

Every kind of answer has every header, and a browser that obeys them shows every page without a complaint.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Browser

from conftest import EXAMPLES, ROOT, pages_of
from terecht.addresses import search_index_path
from terecht.assets import named
from terecht.hosting import META_POLICY, SERVER_FILES, headers, server_files
from terecht.render import assets
from trust_table import Say

#: Where the tried site lives: not at the root, and with a name that has to be encoded.
PATH = "/hulp desk/"
#: What is there for servers alone.
REFUSED = (403, 404)
_PLAIN_WORKER = "assets/javascripts/workers/search.nl.js"
WORKER = named(_PLAIN_WORKER, assets(ROOT, ("nl",))[_PLAIN_WORKER])
#: One of each kind that a server gives out, and how it may be kept.
ANSWERS: dict[str, tuple[int | tuple[int, ...], str]] = {
    "": (200, "no-store"),
    "wie/": (200, "no-store"),
    "en/wie/": (200, "no-store"),
    "weg/niet-daar/": (404, "no-store"),
    "assets/organisation/logo.svg": (200, "no-cache"),
    "assets/brand.css": (200, "no-cache"),
    WORKER: (200, "no-cache"),
    search_index_path("nl"): (200, "no-store"),
    **dict.fromkeys(SERVER_FILES, (REFUSED, "no-store")),
}
TYPES = ("text/html html", "text/css css", "text/javascript js", "image/svg+xml svg", "application/json json")
NGINX = """
daemon off;
pid {work}/pid;
error_log {work}/errors;
user {user};
events {{}}
http {{
  types {{ {types}; }}
  client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  access_log {work}/accesses;
  server {{
    listen 127.0.0.1:{port};
    location "{path}" {{ alias "{site}/"; include "{site}/nginx.conf"; }}
  }}
}}
"""
APACHE = """
ServerRoot {work}
ServerName localhost
PidFile {work}/pid
ErrorLog {work}/errors
Listen 127.0.0.1:{port}
User {user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule alias_module {modules}/mod_alias.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule headers_module {modules}/mod_headers.so
TypesConfig {work}/types
DirectoryIndex index.html
Alias "{path}" "{site}/"
<Directory "{site}">
  AllowOverride FileInfo AuthConfig
  Require all granted
</Directory>
"""


@pytest.fixture(scope="module")
def placed(sites: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An example with the instructions of the path at which it is tried, where any user may read it."""
    top = tmp_path_factory.mktemp("placed")
    site = top / "site"
    shutil.copytree(sites / "lagelanden", site)
    for name, data in server_files(PATH, indexable=False).items():
        (site / name).write_bytes(data)
    for folder in (site, *site.parents):
        with contextlib.suppress(PermissionError):
            folder.chmod(folder.stat().st_mode | 0o055)
    return site


@pytest.fixture(scope="module", params=["nginx", "apache2"])
def server(
    request: pytest.FixtureRequest, placed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The name of a real server, and the address at which it serves the site."""
    name = request.param
    with running(name, placed, tmp_path_factory.mktemp(name)) as address:
        yield name, address


@contextlib.contextmanager
def running(name: str, site: Path, work: Path) -> Iterator[str]:
    program = shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if program is None:
        pytest.fail(f"{name} is missing; 'make test' installs it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    known = {"work": work, "site": site, "port": port, "path": PATH, "user": "www-data", "types": "; ".join(TYPES)}
    file = work / "server.conf"
    if name == "nginx":
        file.write_text(NGINX.format(**known), "utf-8")
        command = [program, "-c", str(file), "-e", str(work / "errors")]
    else:
        (work / "types").write_text("\n".join(TYPES), "utf-8")
        file.write_text(APACHE.format(**known, modules="/usr/lib/apache2/modules"), "utf-8")
        command = [program, "-X", "-f", str(file)]
    with (work / "said").open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            wait_for(port, process, work)
            yield f"http://127.0.0.1:{port}{PATH.replace(' ', '%20')}"
        finally:
            process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes], work: Path) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, "".join(path.read_text("utf-8") for path in work.iterdir() if path.is_file())
        time.sleep(0.05)
    pytest.fail("the server did not start")


def asked(address: str) -> tuple[int, Message, bytes]:
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def missing(address: str, expected: Mapping[str, str]) -> list[str]:
    """The headers that are not as they must be, on every kind of answer."""
    found = []
    for path, (status, kept) in ANSWERS.items():
        code, sent, _ = asked(address + path)
        if code not in (status if isinstance(status, tuple) else (status,)):
            found.append(f"{path}: {code}")
        for name, value in {**expected, "Cache-Control": kept}.items():
            if sent.get_all(name) != [value]:
                found.append(f"{path}: {name}: {sent.get_all(name)}")
    return found


@pytest.mark.trust(9)
def test_every_answer_has_every_header(server: tuple[str, str], measured: Say) -> None:
    name, address = server
    assert missing(address, headers(indexable=False)) == []
    measured(9, f"{name}: {len(headers(indexable=False)) + 1} headers on {len(ANSWERS)} kinds of answers")


def test_what_is_not_there_says_so_in_our_words(server: tuple[str, str], placed: Path) -> None:
    _, address = server
    assert asked(address + "weg/niet-daar/")[2] == (placed / "404.html").read_bytes()


def test_nginx_writes_no_visits_down(placed: Path, tmp_path: Path) -> None:
    with running("nginx", placed, tmp_path) as address:
        for path in ANSWERS:
            asked(address + path)
    assert (tmp_path / "accesses").read_text("utf-8") == ""
    assert "weg" not in (tmp_path / "errors").read_text("utf-8")


@pytest.mark.trust(9, fault="a header that a server does not send")
def test_a_header_that_is_not_sent_is_seen(placed: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(placed, site)
    file = site / "nginx.conf"
    file.write_text(file.read_text("utf-8").replace("nosniff", "sniff"), "utf-8")
    for folder in (tmp_path, *tmp_path.parents):
        with contextlib.suppress(PermissionError):
            folder.chmod(folder.stat().st_mode | 0o055)
    (work := tmp_path / "work").mkdir()
    with running("nginx", site, work) as address:
        assert any("X-Content-Type-Options: ['sniff']" in line for line in missing(address, headers(indexable=False)))


COMPLAIN = "addEventListener('securitypolicyviolation', (v) => console.error('policy: ' + v.violatedDirective))"


def complaints(browser: Browser, address: str, pages: list[str]) -> list[str]:
    """What the browser has to say on its console about these pages, with the search opened on each."""
    context = browser.new_context()
    context.add_init_script(COMPLAIN)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in pages:
        page.goto(address + path)
        page.locator("[data-search-open]").click()
        page.locator("dialog input").fill("mediator")
        page.locator("dialog li").first.wait_for()
        page.keyboard.press("Escape")
    context.close()
    return said


@pytest.mark.browser
@pytest.mark.trust(9, 10)
def test_a_browser_that_obeys_the_headers_has_nothing_to_say(
    server: tuple[str, str], placed: Path, browser: Browser, request: pytest.FixtureRequest, measured: Say
) -> None:
    name, address = server
    pages = pages_of(placed)
    pages = pages if request.config.getoption("--complete") else pages[:: len(pages) // 5]
    assert complaints(browser, address, pages) == []
    measured(9, f"{name}: 0 violations on {len(pages)} pages under the headers")


@pytest.mark.browser
@pytest.mark.trust(9, fault="an inline script in a page under the headers alone")
def test_the_headers_stop_what_is_planted(placed: Path, tmp_path: Path, browser: Browser) -> None:
    """Without the meta tag, so that it is the header that stops it."""
    site = tmp_path / "site"
    shutil.copytree(placed, site)
    page = site / "index.html"
    text = page.read_text("utf-8").replace("http-equiv", "data-was").replace("</main>", "<script>1</script></main>")
    page.write_text(text, "utf-8")
    for folder in (tmp_path, *tmp_path.parents):
        with contextlib.suppress(PermissionError):
            folder.chmod(folder.stat().st_mode | 0o055)
    (work := tmp_path / "work").mkdir()
    with running("nginx", site, work) as address:
        assert "policy: script-src-elem" in complaints(browser, address, [""])


def from_static_host(text: str) -> dict[str, str]:
    """The headers of a ``_headers`` file, as its hosts read them: a pattern, and below it indented headers."""
    pattern, *lines = text.splitlines()
    assert pattern == "/*"
    assert all(line.startswith("  ") for line in lines)
    return dict(line.strip().split(": ", 1) for line in lines)


def from_iis(text: str) -> dict[str, str]:
    """The headers that a ``web.config`` adds to everything."""
    return {
        found.attrib["name"]: found.attrib["value"]
        for found in ET.fromstring(text).findall("./system.webServer/httpProtocol/customHeaders/add")  # noqa: S314  ours
    }


@pytest.mark.parametrize(("name", "read"), [("_headers", from_static_host), ("web.config", from_iis)])
@pytest.mark.parametrize("indexable", [True, False])
def test_the_other_servers_are_told_the_same(
    name: str,
    read: Callable[[str], dict[str, str]],
    indexable: bool,  # noqa: FBT001
) -> None:
    text = server_files(PATH, indexable=indexable)[name].decode()
    assert read(text) == headers(indexable=indexable) | {"Cache-Control": "no-store"}
    assert ("X-Robots-Tag" in text) is not indexable


def test_iis_shows_our_page_and_hides_the_instructions() -> None:
    tree = ET.fromstring(server_files(PATH, indexable=False)["web.config"].decode())  # noqa: S314  ours
    error = tree.find("./system.webServer/httpErrors/error")
    assert error is not None
    assert error.attrib == {"statusCode": "404", "path": "404.html", "responseMode": "File"}
    hidden = {found.attrib["segment"] for found in tree.iter("add") if "segment" in found.attrib}
    assert hidden | {"web.config"} == set(SERVER_FILES)


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_site_comes_with_its_instructions(example: str, sites: Path) -> None:
    assert {name for name in SERVER_FILES if (sites / example / name).is_file()} == set(SERVER_FILES)
    for page in (sites / example).rglob("*.html"):
        assert f'http-equiv="Content-Security-Policy" content="{META_POLICY}"' in page.read_text("utf-8").replace(
            "&#39;", "'"
        )


def test_no_server_is_told_anything_of_an_organisation(sites: Path) -> None:
    """But for the path, which is part of the address."""
    paths = {"lagelanden": "/vertrouwenspersoon/", "snijders": "/", "vuurvlinder": "/safe/"}
    for example, path in paths.items():
        indexable = "noindex" not in (sites / example / "index.html").read_text("utf-8")
        for name, data in server_files(path, indexable=indexable).items():
            assert (sites / example / name).read_bytes() == data, json.dumps([example, name])
