"""Plain Material with the same words fails where our own pages do not, by the same checks: the column beside ours."""

from __future__ import annotations

import contextlib
import io
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import watching
from mkdocs.config import load_config
from PIL import ExifTags, Image
from plain import EXTRAS, write
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from test_weight import MOST
from watching import NOTHING, STORED, Walk, Watch, referers, shortcuts, violations, walk
from weighing import first_visit

from conftest import MINIMAL, TODAY, Served
from markup import complaints, inline
from terecht.flow.knowledge import Knowledge
from terecht.load import load
from terecht.load.pictures import raster
from terecht.project import Project
from test_export import exported, stock_build
from trust_table import Say

pytestmark = pytest.mark.browser

Serve = Callable[[Path, str], Served]
EXAMPLE, PATH = "lagelanden", "/vertrouwenspersoon/"
PAGES = ["", "wie/", "mediator/", "en/wie/"]
WIDTHS = {"phone": {"width": 320, "height": 640}, "desk": {"width": 1280, "height": 900}}
STORAGE_DENIED = """for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
  Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } });"""
#: Instead of another page, a mark on this one.
STAYS = """navigation.addEventListener('navigate', (event) => {
  event.preventDefault();
  document.body.dataset.leads = event.destination.url;
});"""
#: What people write in such a file: numbers to call, a code, a version, a time, a day, and plain words.
SCALARS = (
    *("0612345670", "0031201234567", "+31612345678", "06 12345678", "1012 AB", "007", "1_000"),
    *("1.10", "12:30", "2024-01-01", "no", "yes", "null"),
)


@dataclass
class Plain:
    """A built site, and where it is served."""

    folder: Path
    served: Served

    @property
    def host(self) -> str:
        return urlsplit(self.served.address).netloc


Extras = dict[str, object] | None


@pytest.fixture(scope="session")
def make_plain(
    project: Project, content: Knowledge, tmp_path_factory: pytest.TempPathFactory, serve_folder: Serve
) -> Callable[[Extras], Plain]:
    def make(extras: Extras) -> Plain:
        top = tmp_path_factory.mktemp("plain")
        write(exported(project, content, EXAMPLE, top / "export"), top / "plain", extras)
        folder = stock_build(top / "plain")
        return Plain(folder, serve_folder(folder, PATH))

    return make


@pytest.fixture(scope="session")
def plain(make_plain: Callable[[Extras], Plain]) -> Plain:
    return make_plain(None)


@pytest.fixture(scope="session")
def plain_with_extras(make_plain: Callable[[Extras], Plain]) -> Plain:
    return make_plain(EXTRAS)


Open = Callable[..., BrowserContext]


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def make(width: str = "desk", *, script: bool = True, before: str = "") -> BrowserContext:
        context = browser.new_context(viewport=WIDTHS[width], java_script_enabled=script)  # type: ignore[arg-type]
        contexts.append(context)
        if before:
            context.add_init_script(before)
        return context

    yield make
    for context in contexts:
        context.close()


def search(page: Page) -> None:
    """Types a word into the search of Material, and waits for what it finds."""
    field = page.locator("input[name=query]")
    if not field.is_visible():
        page.locator("label.md-header__button[for=__search]").click()
    field.fill("mediator")
    expect(links(page).first).to_be_visible()


def links(page: Page) -> Locator:
    """What the search found."""
    return page.locator("a.md-search-result__link")


def html_of(site: Plain) -> list[Path]:
    return [site.folder / page / "index.html" for page in PAGES]


def kept(page: Page) -> list[str]:
    """What a page stored, by kind."""
    stored = page.evaluate(STORED)
    return [f"{kind}: {stored[kind]}" for kind in NOTHING if stored[kind] != NOTHING[kind]]


@dataclass
class Visit:
    """What was seen while all of PAGES were visited."""

    watch: Watch
    requests: int
    referers: list[str]
    kept: list[str]


@pytest.fixture(scope="module")
def visit(plain: Plain, browser: Browser) -> Iterator[Visit]:
    context = browser.new_context()
    watch = Watch(context, plain.host)
    plain.served.requests.clear()
    stored = []
    for address in PAGES:
        watch.page.goto(plain.served.address + address, wait_until="networkidle")
        stored += kept(watch.page)
    yield Visit(watch, len(plain.served.requests), referers(plain.served.requests), stored)
    context.close()


@pytest.mark.trust(1, 10, 11, fault="plain Material")
def test_it_asks_elsewhere_what_is_not_there_and_tells_from_where(visit: Visit, beside: Say) -> None:
    missing = [line for line in visit.watch.trouble if "404" in line]
    beside(1, f"{len(visit.watch.outside)} of {visit.watch.requests} requests on {len(PAGES)} pages")
    beside(10, f"{len(missing)} on {len(PAGES)} pages")
    beside(11, f"with {len(visit.referers)} of {visit.requests} requests")
    assert len(visit.watch.outside) >= len(PAGES)
    assert len(missing) >= len(PAGES)
    assert visit.referers


@pytest.mark.trust(2, fault="Material's switch to dark colours")
def test_its_switch_to_dark_colours_is_stored(
    visit: Visit, plain_with_extras: Plain, open_context: Open, beside: Say
) -> None:
    page = open_context().new_page()
    page.goto(plain_with_extras.served.address, wait_until="networkidle")
    beside(2, f"{len(visit.kept)} on {len(PAGES)} pages; {len(kept(page))} on load with a switch to dark colours")
    assert kept(page)


@pytest.mark.trust(3, fault="Material's switch to dark colours")
def test_storage_denied_its_search_is_dead(
    plain: Plain, plain_with_extras: Plain, open_context: Open, beside: Say
) -> None:
    said = []
    for site in (plain, plain_with_extras):
        watch = Watch(open_context(before=STORAGE_DENIED), site.host)
        watch.page.goto(site.served.address)
        with contextlib.suppress(AssertionError):
            search(watch.page)
        said.append((sum("denied" in line for line in watch.trouble), links(watch.page).count()))
    (errors, finds), (more_errors, finds_less) = said
    beside(3, f"{errors} errors, the search finds {finds}; with a switch to dark colours {more_errors}, {finds_less}")
    assert errors
    assert finds
    assert more_errors
    assert not finds_less


@pytest.mark.trust(4, fault="plain Material")
def test_without_a_script_no_key_opens_its_menu(plain: Plain, open_context: Open, beside: Say) -> None:
    page = open_context("phone", script=False).new_page()
    page.goto(plain.served.address + "wie/")
    walked = walk(page)
    hidden = [stop for stop in walked.unseen if "off screen" in stop]
    beside(4, f"the button of the menu is out of reach, {len(hidden)} stops are off screen")
    assert any("__drawer" in thing for thing in walked.missed)
    assert hidden


@pytest.mark.trust(7, fault="Material's search.highlight")
def test_its_search_puts_the_words_into_the_address(plain_with_extras: Plain, open_context: Open, beside: Say) -> None:
    page = open_context().new_page()
    page.goto(plain_with_extras.served.address)
    search(page)
    addresses = [str(link.get_attribute("href")) for link in links(page).all()]
    told = [address for address in addresses if "?h=mediator" in address]
    plain_with_extras.served.requests.clear()
    links(page).first.click()
    page.wait_for_url("**/?h=mediator*")
    sent = [path for path, _ in plain_with_extras.served.requests if "mediator" in urlsplit(path).query]
    beside(7, f"in {len(told)} of {len(addresses)} links with search.highlight, sent to the server")
    assert sent


@pytest.mark.trust(8, fault="plain Material")
def test_it_has_inline_scripts(plain: Plain, beside: Say) -> None:
    counted = [Counter(inline(page.read_text("utf-8"))) for page in html_of(plain)]
    said = [f"{number} times {what}" for what, number in sorted(sum(counted, Counter()).items())]
    beside(8, f"on {len(PAGES)} pages {', '.join(said)}")
    assert all(count["an inline script"] for count in counted)


@pytest.mark.trust(12, fault="plain Material")
def test_axe_finds_faults(plain: Plain, open_context: Open, beside: Say) -> None:
    page = open_context().new_page()
    broken = []
    for address in PAGES[:2]:
        page.goto(plain.served.address + address)
        broken.append({rule for rule, _ in violations(page)})
    beside(12, f"{' and '.join(str(len(rules)) for rules in broken)} rules on 2 pages: {', '.join(set.union(*broken))}")
    assert all(broken)


@pytest.mark.trust(13, fault="plain Material")
def test_the_keyboard_gets_lost(plain: Plain, open_context: Open, beside: Say) -> None:
    walks: dict[str, Walk] = {}
    for width in WIDTHS:
        page = open_context(width).new_page()
        page.goto(plain.served.address + "wie/", wait_until="networkidle")
        walks[width] = walk(page)
    for width, walked in walks.items():
        beside(13, f"{width}: {len(walked.unseen)} of {len(walked.stops)} stops, {len(walked.missed)} out of reach")
        assert walked.unseen
        assert walked.missed


@pytest.mark.trust(14, fault="plain Material")
def test_single_keys_act(
    plain: Plain,
    open_context: Open,
    beside: Say,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not request.config.getoption("--complete"):
        monkeypatch.setattr(watching, "CHARACTERS", string.ascii_lowercase + ",./")
    context = open_context(before=STAYS)
    context.route("**/search[._]*", lambda route: route.abort())
    page = context.new_page()
    page.goto(plain.served.address + "wie/")
    keys = [key for key in shortcuts(page) if acts(page, key)]
    beside(14, f"{len(keys)}: {' '.join(keys)}")
    assert len(keys) > 1


def acts(page: Page, key: str) -> bool:
    """Whether a key alone changes a page that came to rest; Material goes on changing after it is loaded."""
    page.goto(page.url)
    page.wait_for_timeout(200)
    look = "document.body.outerHTML + document.activeElement.outerHTML"
    before = page.evaluate(look)
    page.keyboard.press(key)
    page.wait_for_timeout(50)
    return bool(page.evaluate(look) != before)


@pytest.mark.trust(16, fault="plain Material")
def test_its_markup_is_not_valid(plain: Plain, beside: Say) -> None:
    said = complaints(html_of(plain))
    beside(16, f"{len(said)} errors on {len(PAGES)} pages")
    assert said


@pytest.mark.trust(17, fault="plain Material")
def test_its_page_for_not_found_speaks_the_last_language(plain: Plain, beside: Say) -> None:
    language = re.search(r'<html lang="(\w+)"', (plain.folder / "404.html").read_text("utf-8"))
    assert language is not None
    beside(17, f"404 in '{language.group(1)}', the default is 'nl'")
    assert language.group(1) == "en"


@pytest.mark.trust(22, fault="plain Material")
def test_its_values_change(content: Knowledge, tmp_path: Path, beside: Say) -> None:
    """In what MkDocs reads, by the way that its documentation gives: ``extra``, and ``{{ config.extra.… }}``."""
    lines = "".join(f"  value_{number}: {written}\n" for number, written in enumerate(SCALARS))
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(f"site_name: x\ntheme: material\nplugins: []\nextra:\n{lines}", "utf-8")
    configuration = load_config(str(tmp_path / "mkdocs.yml"))
    environment = configuration.theme.get_env()
    shown = [
        environment.from_string(f"{{{{ config.extra.value_{number} }}}}").render(config=configuration)
        for number in range(len(SCALARS))
    ]
    changed = [written for written, read in zip(SCALARS, shown, strict=True) if written != read]
    beside(22, f"{len(changed)} of {len(SCALARS)} scalars: {', '.join(changed)}")
    assert len(changed) > 1
    assert [written for written in SCALARS if named(written, content, tmp_path) != written] == []


def named(written: str, content: Knowledge, folder: Path) -> str:
    """The same scalar, read by us as the name of an organisation."""
    (folder / "voorbeeld").mkdir(exist_ok=True)
    (folder / "voorbeeld/organisation.yml").write_text(MINIMAL.replace("Voorbeeld", written), "utf-8")
    client, findings = load(folder / "voorbeeld", content, TODAY)
    assert client is not None, findings
    return client.organisation.name


def photo() -> bytes:
    """A picture as a telephone makes it: where, by whom and with what."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "Een fotograaf"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (52, 5, 9)})
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = "SN-0042"
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(target, "JPEG", exif=exif)
    return target.getvalue()


def metadata(data: bytes) -> list[str]:
    exif = Image.open(io.BytesIO(data)).getexif()
    inner = (exif.get_ifd(part) for part in (ExifTags.IFD.GPSInfo, ExifTags.IFD.Exif))
    return [str(value) for part in (exif, *inner) for tag, value in part.items() if tag not in list(ExifTags.IFD)]


@pytest.mark.trust(25, fault="plain Material")
def test_it_keeps_what_a_picture_tells(tmp_path: Path, beside: Say) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# Wie\n\n![Iemand](foto.jpg)\n", "utf-8")
    (tmp_path / "docs/foto.jpg").write_bytes(photo())
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ntheme: material\n", "utf-8")
    told = metadata(photo())
    left = metadata((stock_build(tmp_path) / "foto.jpg").read_bytes())
    beside(25, f"{len(left)} of {len(told)} kept: {', '.join(left)}")
    assert left == told
    ours, _ = raster.clean(photo(), "foto.jpg", 480)
    assert ours is not None
    assert metadata(ours.data) == []


@pytest.mark.trust(34, fault="plain Material")
def test_a_first_visit_is_heavy(plain: Plain, browser: Browser, beside: Say) -> None:
    asked = first_visit(browser, plain.folder, plain.served, "", search)
    beside(34, f"{sum(size for _, size in asked):,} bytes at home, without the fonts from elsewhere")
    assert sum(size for _, size in asked) > MOST
