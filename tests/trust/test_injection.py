"""A value stays a value: no vector, in any field, page or picture of an organisation, becomes anything but text.

Chromium reads every page, and no code of ours does: what it makes of a page with a vector must be what it makes of that
page with a harmless word, element by element, attribute by attribute, rule by rule.
"""

from __future__ import annotations

import dataclasses
import html
import io
import json
import random
import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Browser, Dialog, Page
from vectors import GROUPS, HARMLESS, KINDS, Planted, every, fields, plant, quoted

from conftest import MINIMAL, ROOT, TODAY, Served
from terecht import compose as composing
from terecht import hosting, stamp
from terecht.compose import compose
from terecht.flow.knowledge import Knowledge
from terecht.load import Client, load, own_pages
from terecht.load.values import WebAddress
from terecht.merge import fragments, merge, site_path
from terecht.texts import not_found_text
from terecht.workshop import Workshop, finish
from trust_table import Say

LANGUAGES = ("nl", "en")
#: Pages that together show every field, for a run that does not read all.
TELLING = ("index.html", "wie/index.html", "waar-terecht/index.html", "organisatie/index.html", "404.html")
#: Files that are text, but no page: how Chromium is to read each.
READ_AS = {".html": "page", ".css": "sheet", ".svg": "drawing", ".xml": "drawing", ".json": "index"}

#: Chromium's own parsers, and what there is to compare of what they make: all but the texts that a value may be.
JUDGE = r"""
() => {
  const addresses = new Set(["href", "src", "action", "formaction", "poster", "data", "ping", "cite", "background",
    "xlink:href", "manifest", "longdesc", "data-worker", "data-index", "data-root"]);
  const nowhere = "https://nowhere.invalid/a/b/";
  // Scheme and host of what leaves the site, whether mail or a call says more than who; the rest as it is.
  const address = (value, at, hosts) => {
    const rest = at.root && value.startsWith(at.root) ? "ROOT/" + value.slice(at.root.length) : value;
    if (!URL.canParse(rest, nowhere)) return "no address";
    const parts = new URL(rest, nowhere);
    if (parts.host === "nowhere.invalid") return rest;
    if (/^https?:$/.test(parts.protocol)) hosts.add(parts.host);
    const web = /^https?:$/.test(parts.protocol);
    const more = web ? "" : (parts.search ? " with ?" : "") + (parts.hash ? " with #" : "");
    return parts.protocol + (parts.username || parts.password ? " with a user" : "") + more;
  };
  const attribute = (element, { name, value }, at, hosts) => {
    if (addresses.has(name)) return name + "=" + address(value, at, hosts);
    // The words for a picture; the squares of the code that holds the address of the site.
    if (name === "alt" || element.closest(".t-phone__code svg")) return name;
    return name + "=" + value;
  };
  // What an organisation wrote itself may be all that Markdown makes, and nothing else.
  const written = new Set(["P", "H2", "H3", "H4", "H5", "H6", "UL", "OL", "LI", "A", "STRONG", "EM", "CODE", "PRE",
    "BLOCKQUOTE", "HR", "BR", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD"]);
  const own = (element) => {
    const allowed = { A: "href", H2: "id", H3: "id", H4: "id", H5: "id", H6: "id" }[element.tagName];
    const ours = element.matches("p.t-own__by") ? "class" : allowed;
    const more = [...element.attributes].some(({ name }) => name !== ours);
    const target = element.getAttribute("href") ?? "";
    const scheme = URL.canParse(target, nowhere) ? new URL(target, nowhere).protocol : "https:";
    if (!written.has(element.tagName) || more || !["https:", "http:", "mailto:", "tel:"].includes(scheme))
      return ["own " + element.outerHTML.slice(0, 200)];
    return [...element.children].flatMap(own);
  };
  const walk = (node, at, hosts, out) => {
    if (node.nodeType === Node.ELEMENT_NODE) {
      // Where a long mail address may go on on the next line: one for each dot.
      if (node.localName === "wbr" && !node.attributes.length) return;
      const names = [...node.attributes].map((one) => attribute(node, one, at, hosts)).sort();
      const namespace = node.namespaceURI === "http://www.w3.org/1999/xhtml" ? "" : `${node.namespaceURI} `;
      out.push(`<${namespace}${node.localName} ${names.join(" ")}>`);
      if (["script", "style"].includes(node.localName)) out.push(node.textContent);
      if (at.own && node.matches("article > h1#own + div.t-fragment")) {
        out.push(...[...node.children].flatMap(own), "</>");
        return;
      }
    } else if (node.nodeType === Node.COMMENT_NODE) out.push(`<!--${node.data}-->`);
    else if (node.nodeType === Node.PROCESSING_INSTRUCTION_NODE) out.push(`<?${node.target} ${node.data}?>`);
    else if (node.nodeType === Node.DOCUMENT_TYPE_NODE) out.push(`<!DOCTYPE ${node.name} ${node.publicId}>`);
    for (const child of (node.content?.childNodes ?? node.childNodes)) walk(child, at, hosts, out);
    if (node.nodeType === Node.ELEMENT_NODE) out.push("</>");
  };
  const parse = (text, type, at, hosts, out) => walk(new DOMParser().parseFromString(text, type), at, hosts, out);
  const rules = (list, out) => {
    for (const rule of list) {
      out.push(rule.constructor.name + " " + (rule.selectorText ?? rule.conditionText ?? rule.name ?? rule.cssText));
      if (rule.style) out.push([...rule.style].join(";"));
      if (rule.cssRules) rules(rule.cssRules, out);
    }
  };
  const sheet = (text, out) => {
    const read = new CSSStyleSheet();
    read.replaceSync(text);
    rules(read.cssRules, out);
    if (/@import/.test(text)) out.push("an import");
  };
  window.shape = ({ kind, text, at }) => {
    const out = [], hosts = new Set();
    if (kind === "page") parse(text, "text/html", at, hosts, out);
    else if (kind === "drawing") parse(text, "text/xml", at, hosts, out);
    else if (kind === "sheet") sheet(text, out);
    else {
      const { config, docs, ...more } = JSON.parse(text);
      out.push(JSON.stringify(config), ...Object.keys(more));
      for (const { location, title, text: words, ...others } of docs) {
        out.push(location, ...Object.keys(others));
        for (const piece of [title, words]) parse(piece, "text/html", at, hosts, out);
      }
    }
    return { out, hosts: [...hosts] };
  };
  window.live = () => {
    const out = [];
    walk(document, {}, new Set(), out);
    return out;
  };
  const twins = {};
  window.learn = (name, files) => {
    twins[name] = Object.fromEntries(Object.entries(files).map(([path, file]) => [path, shape(file)]));
  };
  // Where a file differs from its twin, and the hosts that its twin does not name and no field either.
  window.compare = (name, files, urls) => {
    const named = new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).host));
    return Object.entries(files).flatMap(([path, file]) => {
      const { out, hosts } = shape(file), twin = twins[name][path];
      if (!twin) return [`${path}: there is no such file in peace`];
      const place = out.findIndex((line, number) => line !== twin.out[number]);
      const strange = hosts.filter((host) => !twin.hosts.includes(host) && !named.has(host));
      const short = place < 0 && out.length < twin.out.length ? [`${path}: the end is missing`] : [];
      return [
        ...short,
        ...(place < 0 ? [] : [`${path}: ${out[place]} in place of ${twin.out[place]}`]),
        ...strange.map((host) => `${path}: an address of ${host}`),
      ];
    });
  };
}
"""


@dataclass
class Laboratory:
    """Builds organisations in memory, and has Chromium compare them with their twin in peace."""

    workshop: Workshop
    page: Page
    folder: Path
    twins: dict[str, dict[str, bytes]] = field(default_factory=dict)
    made: int = 0

    def plant(self, language: str, vector: str | None) -> Planted:
        """An organisation with this vector in every field."""
        self.made += 1
        return plant(self.folder / f"vat-{self.made}", language, vector, self.workshop.content, PICTURE)

    def files(self, client: Client, *, whole: bool = False) -> dict[str, bytes]:
        """The finished site: ``whole`` with our own audit of it, which would hide a breach behind a refusal."""
        site = merge(client, self.workshop.content, self.workshop.templates)
        wanted = [*(page.text for page in site.pages), not_found_text(site.shell.languages)]
        rendered, shared = self.workshop.press.rendered(wanted), self.workshop.assets_of(site)
        return {**shared, **(finish(site, rendered, shared) if whole else compose(site, rendered))}

    def twin(self, name: str, client: Client) -> None:
        """Has Chromium learn what a site looks like in peace."""
        self.twins[name] = self.files(client)
        self.page.evaluate("([name, files]) => learn(name, files)", [name, readable(self.twins[name], client)])

    def breaches(self, name: str, client: Client, files: Mapping[str, bytes], urls: list[str]) -> list[str]:
        """Where these files of a site are not what they are in peace."""
        read = readable(files, client)
        arguments = [name, read, urls]
        found: list[str] = self.page.evaluate("([name, files, urls]) => compare(name, files, urls)", arguments)
        return [*found, *_other_files(files, self.twins[name])]


def readable(files: Mapping[str, bytes], client: Client) -> dict[str, dict[str, Any]]:
    """What Chromium reads of a site. The page for 'not found' has addresses that start with the path of the site."""
    root = site_path(client.organisation.url or "/")
    return {
        name: {
            "kind": READ_AS[Path(name).suffix],
            "text": data.decode(),
            "at": {"root": root if name == "404.html" else "", "own": True},
        }
        for name, data in files.items()
        if Path(name).suffix in READ_AS and not name.startswith(("assets/stylesheets", "assets/organisation"))
    }


#: The one line that says where the page for 'not found' is: a path, quoted as each server has it.
_NOT_FOUND = {
    ".htaccess": r"ErrorDocument 404 /[\w/%.~-]+\n",
    "nginx.conf": r'error_page 404 "(?:[^"\\$]|\\["\\])*";\n',
}


def _other_files(files: Mapping[str, bytes], twin: Mapping[str, bytes]) -> Iterator[str]:
    """Files that hold nothing of a value: the same bytes, but for the path of the site in what a server reads."""
    for name, data in files.items():
        if name in twin and (Path(name).suffix not in READ_AS or name.startswith(("assets/styl", "assets/organ"))):
            pattern = _NOT_FOUND.get(name)
            ours, theirs = (
                re.sub(pattern, "", one.decode(), count=1) if pattern else one for one in (data, twin[name])
            )
            if ours != theirs:
                yield f"{name}: is not what it is in peace"
    yield from (f"{name}: is missing" for name in twin if name not in files)


def picture(kind: str = "PNG", **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (24, 16), (0, 83, 159)).save(target, kind, **options)
    return target.getvalue()


PICTURE = picture()


@pytest.fixture(scope="module")
def laboratory(workshop: Workshop, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    page = browser.new_page()
    page.evaluate(JUDGE)
    made = Laboratory(workshop, page, tmp_path_factory.mktemp("vectors"))
    for language in LANGUAGES:
        made.twin(language, made.plant(language, None).client)
    yield made
    page.close()


def urls_of(planted: Planted) -> list[str]:
    kinds = fields(planted.client.organisation.default_language)
    return [value for place, value in planted.accepted.items() if kinds[place][0] in {"url", "site_url"}]


def mistakes(planted: Planted) -> list[str]:
    """Values that were refused by a mistake of ours, and not because somebody saw what is wrong with them."""
    return [str(one) for findings in planted.refused.values() for one in findings if one.code == "T090"]


def tried(laboratory: Laboratory, language: str, vector: str, *, whole: bool) -> tuple[list[str], Planted]:
    """A vector in every field of an organisation, and what became more than text."""
    planted = laboratory.plant(language, vector)
    files = laboratory.files(planted.client, whole=whole)
    return [*mistakes(planted), *laboratory.breaches(language, planted.client, files, urls_of(planted))], planted


@pytest.mark.trust(23)
@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_vector_in_every_field_stays_text(
    language: str, laboratory: Laboratory, request: pytest.FixtureRequest, measured: Say
) -> None:
    complete = request.config.getoption("--complete")
    turn = LANGUAGES.index(language)
    vectors = list(every().values())[turn :: len(LANGUAGES)]
    if not complete:
        vectors = [random.Random(f"{language} {group}").choice(of) for group, of in GROUPS.items()]
    found: dict[str, list[str]] = {}
    pairs = accepted = 0
    for vector in vectors:
        breaches, planted = tried(laboratory, language, vector, whole=complete)
        pairs += len(fields(language))
        accepted += len(planted.accepted)
        if breaches:
            found[vector] = breaches
    assert found == {}
    assert accepted > 40 * len(vectors)
    said = (
        f"0 of {pairs:,} ({len(vectors)} vectors × {len(fields(language))} fields, {language}; {accepted:,} on pages)"
    )
    measured(23, said)


#: Texts that no page shows: the country only decides whether we have its helplines.
NEVER_SHOWN = {("country",)}
#: Texts that give way to others: the name is short where there is a short one, and stands in the footer.
TEXTS = ("text", "short")


@pytest.mark.trust(23)
def test_every_text_of_the_model_is_on_a_page(laboratory: Laboratory) -> None:
    kinds = {place: kind for place, (kind, _) in fields("nl").items() if kind in TEXTS and place not in NEVER_SHOWN}
    planted = laboratory.plant("nl", "x")
    text = (laboratory.folder / f"vat-{laboratory.made}/organisation.yml").read_text("utf-8")
    lines = iter(range(len(text.splitlines())))
    marked = re.sub(
        r'(?m)^( *(?!logo:|photo:)(?:[\w-]+:|-) )"x"$', lambda found: f'{found[1]}"merk{next(lines)}teken"', text
    )
    folder = laboratory.folder / "gemerkt"
    folder.mkdir()
    (folder / "organisation.yml").write_text(marked, "utf-8")
    for name in ("x", "x.png", KINDS["file_name"][0]):
        (folder / name).write_bytes(PICTURE)
    client, findings = load(folder, laboratory.workshop.content, TODAY)
    assert client is not None, findings
    assert len(kinds) == sum(place in kinds for place in planted.accepted)
    pages = b"".join(laboratory.files(client).values()).decode("utf-8", "replace")
    missing = [
        line.strip()
        for line in marked.splitlines()
        if (mark := re.search(r"merk\d+teken", line)) and mark[0] not in pages
    ]
    assert missing == []


@pytest.mark.trust(23)
@pytest.mark.parametrize("at", ["{}: x", "brand:\n  {}: x", "contacts:\n  - id: bos\n    about:\n      {}: x"])
def test_a_vector_is_never_a_key(at: str, content: Knowledge, tmp_path: Path) -> None:
    start, keys = MINIMAL.partition("contacts:")[0], "" if at.startswith("contacts") else "contacts: []\n"
    folder = tmp_path / "een"
    folder.mkdir()
    for vector in every().values():
        (folder / "organisation.yml").write_text(f"{start}{keys}{at.format(quoted(vector))}\n", "utf-8")
        client, findings = load(folder, content, TODAY)
        assert client is None, vector
        assert {"T012", "T029", "T005", "T006", "T007", "T009"} & {finding.code for finding in findings}, vector
        assert "T090" not in {finding.code for finding in findings}, vector


def test_a_finding_is_one_line(content: Knowledge, tmp_path: Path) -> None:
    forged = "06\norganisations/ander/organisation.yml:1:1: T090 dit staat nergens"
    folder = tmp_path / "een"
    folder.mkdir()
    (folder / "organisation.yml").write_text(MINIMAL.replace('"06 12345678"', quoted(forged)), "utf-8")
    _, findings = load(folder, content, TODAY)
    assert [str(finding) for finding in findings if len(str(finding).splitlines()) > 1] == []


@pytest.mark.trust(23)
@pytest.mark.browser
def test_what_chance_writes_stays_text(laboratory: Laboratory, request: pytest.FixtureRequest, measured: Say) -> None:
    complete = request.config.getoption("--complete")
    # What loading refuses before it is a value at all (control, private use) is in the list of vectors.
    letters = st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn"))
    pieces = sorted(
        {piece for vector in every().values() for piece in re.findall(r"[!-/:-@[-`{-~]+|[a-z]{2,}", vector)}
    )
    texts = st.lists(st.one_of(st.sampled_from(pieces), st.text(letters, max_size=6)), min_size=1, max_size=12)
    seen = []

    @settings(
        max_examples=120 if complete else 5,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(texts.map("".join).filter(str.strip))
    def holds(text: str) -> None:
        seen.append(text)
        assert tried(laboratory, "nl", text, whole=False)[0] == []

    holds()
    measured(23, f"0 of {len(seen):,} texts by chance × {len(fields('nl'))} fields")


def own_site(laboratory: Laboratory, texts: list[str]) -> Client:
    """An organisation with these own pages, which are known to be accepted."""
    laboratory.made += 1
    folder = laboratory.folder / f"eigen-{laboratory.made}"
    (folder / "docs/nl").mkdir(parents=True)
    (folder / "organisation.yml").write_text(MINIMAL, "utf-8")
    for number, text in enumerate(texts):
        (folder / f"docs/nl/blad-{number}.md").write_text(text, "utf-8")
    client, findings = load(folder, laboratory.workshop.content, TODAY)
    assert client is not None, findings
    return client


def is_accepted(laboratory: Laboratory, text: str) -> bool:
    """Whether an own page with this text is accepted; what is refused has a finding."""
    folder = laboratory.folder / "los"
    (folder / "nl").mkdir(parents=True, exist_ok=True)
    (folder / "nl/blad.md").write_bytes(text.encode("utf-8", "surrogatepass"))
    pages, findings = own_pages.read(folder, "docs", ("nl",), ("wie", "blad"), lambda *_: "\ue002/wie/")
    refused = any(finding.stops for finding in findings)
    assert refused or pages, text
    return not refused


#: Own pages of one site at once: each title stands in the menu of each page.
TOGETHER = 12


def own_breaches(laboratory: Laboratory, texts: list[str]) -> list[str]:
    """What own pages with these texts make that is no reading, a few on one site."""
    found = []
    for start in range(0, len(texts), TOGETHER):
        part = texts[start : start + TOGETHER]
        name = f"eigen {len(part)}"
        if name not in laboratory.twins:
            laboratory.twin(name, own_site(laboratory, [f"# {HARMLESS}\n\n{HARMLESS}\n"] * len(part)))
        client = own_site(laboratory, part)
        # Where an own page links to is up to who wrote it, as long as it is the web; what it searches like is in order.
        hosts = re.findall(r"https?://[^\s)<>]+", "\n".join(part), re.IGNORECASE)
        files = laboratory.files(client)
        index = {path for path in files if path.startswith("search/")}
        found += laboratory.breaches(
            name, client, {path: data for path, data in files.items() if path not in index}, hosts
        )
        found += [f"{path}: {entry}" for path in index for entry in _odd_entries(files[path])]
    return [line for line in found if not line.startswith("search/") or "is missing" not in line]


def _odd_entries(index: bytes) -> Iterator[str]:
    """Texts of the search index that hold an element: the words of an own page are there as words."""
    for entry in json.loads(index)["docs"]:
        if entry["location"].startswith("extra/") and re.search(
            r"<(?!/?(?:p|h\d|ul|ol|li|br)\b)", entry["text"] + entry["title"]
        ):
            yield entry["text"]


@pytest.mark.trust(23)
@pytest.mark.browser
def test_a_vector_as_an_own_page_is_refused_or_read(
    laboratory: Laboratory, request: pytest.FixtureRequest, measured: Say
) -> None:
    ways = ("# Titel\n\n{}\n", "# {}\n\nTekst.\n", "# Titel\n\n- a\n\n    {}\n\n| a |\n|---|\n| {} |\n")
    texts = [way.replace("{}", vector) for vector in every().values() for way in ways]
    harmless = [text for text in texts if is_accepted(laboratory, text)]
    shown = harmless if request.config.getoption("--complete") else random.Random(23).sample(harmless, 2 * TOGETHER)
    assert own_breaches(laboratory, shown) == []
    assert len(harmless) > 100
    measured(23, f"0 of {len(texts):,} own pages ({len(texts) - len(harmless):,} refused)")


def loaded_with(laboratory: Laboratory, data: bytes) -> Client | None:
    laboratory.made += 1
    folder = laboratory.folder / f"beeld-{laboratory.made}"
    folder.mkdir()
    (folder / "logo.png").write_bytes(data)
    (folder / "organisation.yml").write_text(MINIMAL + "brand: {logo: logo.png}\n", "utf-8")
    client, findings = load(folder, laboratory.workshop.content, TODAY)
    assert client is not None or {finding.code for finding in findings if finding.stops} <= {"T053", "T054", "T055"}
    return client


PAYLOAD = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'


def _after_length(data: bytes, more: bytes) -> bytes:
    """A WebP with a chunk more that its reader leaves alone."""
    body = data[8:] + b"EVIL" + len(more).to_bytes(4, "little") + more
    return b"RIFF" + len(body).to_bytes(4, "little") + body


#: Files that are two things at once, or something else than their name says; what editors and phones add is promise 25.
POLYGLOTS: dict[str, Callable[[], bytes]] = {
    "a GIF that is a script": lambda: b"GIF89a=1;alert(1)//" + PAYLOAD,
    "a PNG and then a page": lambda: picture() + PAYLOAD,
    "a JPEG and then an archive": lambda: picture("JPEG") + b"PK\x03\x04" + PAYLOAD,
    "a JPEG with a script for a comment": lambda: picture("JPEG", comment=b"*/alert(1);" + PAYLOAD),
    "a WebP with a page in a chunk": lambda: _after_length(picture("WEBP"), PAYLOAD + b" "),
    "a WebP and then a page": lambda: picture("WEBP") + PAYLOAD,
    "a PDF": lambda: b"%PDF-1.7 /OpenAction /JavaScript" + PAYLOAD,
    "a BMP that is a script": lambda: b"BM=1;alert(1)//" + PAYLOAD,
    "a page": lambda: b"<!DOCTYPE html>" + PAYLOAD,
    "a page that starts like a PNG": lambda: b"\x89PNG\r\n\x1a\n" + PAYLOAD,
    "a page around a drawing": lambda: b"<html>" + SVG + b"</svg>" + PAYLOAD,
    "a drawing and then a page": lambda: SVG + b"</svg>" + PAYLOAD,
    "a drawing packed with gzip": lambda: b"\x1f\x8b\x08\x00" + PAYLOAD,
    "a drawing with a page in a comment": lambda: SVG + b"<!--" + PAYLOAD + b"--></svg>",
    "a drawing with a page for data": lambda: SVG + b'<g data-x="' + PAYLOAD.replace(b"<", b"&lt;") + b'"/></svg>',
    "a drawing with a page for its notes": lambda: SVG + b"<metadata><![CDATA[" + PAYLOAD + b"]]></metadata></svg>",
    "a drawing that takes in another file": lambda: (
        SVG + b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/></svg>'
    ),
    "a drawing with a page from elsewhere in it": lambda: (
        SVG + b'<h:iframe xmlns:h="http://www.w3.org/1999/xhtml" src="https://evil.example"/></svg>'
    ),
    "an icon": lambda: b"\x00\x00\x01\x00" + PAYLOAD,
    "a mail with a page": lambda: b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + PAYLOAD,
    "a script": lambda: b"alert(1)//" + PAYLOAD,
    "PHP": lambda: b"<?php system($_GET['x']) ?>" + PAYLOAD,
}


def left_of(files: Mapping[str, bytes]) -> list[str]:
    """What of the payload is left in the pictures of a site."""
    traces = (b"alert(1)", b"<script", b"evil.example", b"/etc/passwd", b"<?php", b"PK\x03\x04")
    return [
        f"{path}: {trace!r}"
        for path, data in files.items()
        if "organisation/" in path
        for trace in traces
        if trace in data
    ]


@pytest.mark.trust(23)
def test_a_picture_is_nothing_else(laboratory: Laboratory, measured: Say) -> None:
    refused = 0
    for name, make in POLYGLOTS.items():
        client = loaded_with(laboratory, make())
        refused += client is None
        assert client is None or left_of(laboratory.files(client)) == [], name
    assert 0 < refused < len(POLYGLOTS)
    measured(23, f"0 of {len(POLYGLOTS)} pictures that are something else ({refused} refused)")


@pytest.mark.trust(23, fault="a picture published as it is")
def test_a_picture_that_is_something_else_would_be_seen(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    from terecht.load.pictures import raster

    monkeypatch.setattr(raster, "_encoded", lambda _image, _suffix, original: original)
    client = loaded_with(laboratory, POLYGLOTS["a PNG and then a page"]())
    assert client is not None
    assert left_of(laboratory.files(client))


def lived(page: Page, address: str) -> tuple[list[str], list[str]]:
    """A page as it stands once its own scripts have run, and what a breach would have caused."""
    caused: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        caused.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("pageerror", lambda error: caused.append(f"error {error}"))
    page.on("console", lambda said: caused.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(address)
    shape: list[str] = page.evaluate(f"() => {{ ({JUDGE})(); return live(); }}")
    return shape, caused


def searched(page: Page, words: str) -> list[str]:
    """The elements of the search results for these words, without their texts and addresses."""
    page.click("[data-search-open]")
    page.fill("#search-words", words)
    page.wait_for_selector("[data-search-results] li")
    made: list[str] = page.eval_on_selector_all(
        "[data-search-results] li *", "all => all.map(one => one.localName + ' ' + one.getAttributeNames())"
    )
    return sorted(set(made))


def live_breaches(
    browser: Browser, serve: Callable[[Path, str], Served], folder: Path, sites: tuple[Mapping[str, bytes], ...]
) -> list[str]:
    """Where the second site, as a browser shows and runs it, is not the first one."""
    shown: list[list[tuple[list[str], list[str]]]] = []
    results = []
    for number, files in enumerate(sites):
        site = folder / f"site-{number}"
        for path, data in files.items():
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_bytes(data)
        address = serve(site, "/").address
        with browser.new_context() as context:
            context.route(re.compile(f"^(?!{re.escape(address)})"), lambda route: route.abort())
            context.set_default_timeout(20_000)
            shown.append([lived(context.new_page(), f"{address}{path}") for path in TELLING])
            page = context.new_page()
            page.goto(address)
            results.append(searched(page, "praten"))
    found = [
        f"{path}: {one} in place of {other}"
        for path, (calm, _), (made, _) in zip(TELLING, *shown, strict=True)
        for one, other in [*((a, b) for a, b in zip(made, calm, strict=False) if a != b), (len(made), len(calm))][:1]
        if one != other
    ]
    found += [f"{path}: {what}" for path, (_, caused) in zip(TELLING, shown[1], strict=True) for what in caused]
    return found + [f"search: {what}" for what in results[1] if what not in results[0]]


def rooted(client: Client) -> Client:
    """An organisation whose site lives at the root of its host, as the tests serve it."""
    return dataclasses.replace(client, organisation=client.organisation.model_copy(update={"url": None}))


@pytest.mark.trust(23)
@pytest.mark.browser
def test_a_browser_that_runs_scripts_shows_the_same(
    laboratory: Laboratory,
    browser: Browser,
    serve_folder: Callable[[Path, str], Served],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    measured: Say,
) -> None:
    groups = ("elements", "attributes", "handlers", "schemes", "mutation", "scripts", "drawings", "templates")
    several = 4 if request.config.getoption("--complete") else 1
    vectors = [vector for group in groups for vector in random.Random(group).sample(GROUPS[group], several)]
    vectors = vectors if several > 1 else vectors[:1]
    calm = laboratory.files(rooted(laboratory.plant("nl", None).client))
    for number, vector in enumerate(vectors):
        made = laboratory.files(rooted(laboratory.plant("nl", vector).client))
        assert live_breaches(browser, serve_folder, tmp_path / str(number), (calm, made)) == [], vector
    measured(23, f"0 of {len(vectors) * len(TELLING)} pages run in Chromium")


@pytest.mark.trust(23, fault="a handler that a browser runs")
@pytest.mark.browser
def test_a_handler_that_runs_would_be_seen(
    laboratory: Laboratory,
    browser: Browser,
    serve_folder: Callable[[Path, str], Served],
    tmp_path: Path,
) -> None:
    calm = laboratory.files(rooted(laboratory.plant("nl", None).client))
    page = re.sub(rb'<meta http-equiv="Content-Security-Policy"[^>]*>', b"", calm["index.html"])
    planted = page.replace(b"</article>", b"<img src=x onerror=alert(1)></article>")
    sites = ({**calm, "index.html": page}, {**calm, "index.html": planted})
    found = live_breaches(browser, serve_folder, tmp_path, sites)
    assert [line for line in found if "dialog" in line]
    assert [line for line in found if "onerror" in line]


Break = Callable[[pytest.MonkeyPatch, Laboratory], None]


def _as_it_is(monkeypatch: pytest.MonkeyPatch, _: Laboratory) -> None:
    monkeypatch.setattr(stamp, "html", types.SimpleNamespace(escape=lambda text: text, unescape=html.unescape))


def _path_as_it_is(monkeypatch: pytest.MonkeyPatch, _: Laboratory) -> None:
    def careless(text: str) -> str:
        return text if text.startswith("/") else html.escape(text)

    monkeypatch.setattr(stamp, "html", types.SimpleNamespace(escape=careless, unescape=html.unescape))


def _fragments(change: Callable[[str], str], *, autoescape: bool = True) -> Break:
    """Fragments from changed templates."""

    def plant_it(monkeypatch: pytest.MonkeyPatch, laboratory: Laboratory) -> None:
        folder = ROOT / "overrides/fragments"
        made = fragments.environment(folder)
        made.autoescape = autoescape
        made.loader = jinja2.FunctionLoader(lambda name: change((folder / name).read_text("utf-8")))
        monkeypatch.setattr(laboratory.workshop.templates, "fragments", made)

    return plant_it


def _index(monkeypatch: pytest.MonkeyPatch, _: Laboratory) -> None:
    real = stamp.fill_index
    monkeypatch.setattr(composing, "fill_index", lambda text, values: html.unescape(real(text, values)))


def _mail(monkeypatch: pytest.MonkeyPatch, _: Laboratory) -> None:
    monkeypatch.setattr(fragments, "mail_link", lambda address: f"mailto:{address}")


def _sitemap(monkeypatch: pytest.MonkeyPatch, _: Laboratory) -> None:
    real = composing._sitemap  # noqa: SLF001  what is broken on purpose
    monkeypatch.setattr(composing, "_sitemap", lambda site, url: real(site, url).replace(b"&amp;", b"&"))


def _server(monkeypatch: pytest.MonkeyPatch, _: Laboratory) -> None:
    monkeypatch.setattr(hosting, "_nginx_not_found", lambda page: [f'error_page 404 "{page}";'])


def _sheet(monkeypatch: pytest.MonkeyPatch, _: Laboratory) -> None:
    from terecht import merge as merging

    real = merging._files  # noqa: SLF001  what is broken on purpose

    def with_name(client: Client, *more: Any) -> Mapping[str, bytes]:
        files = dict(real(client, *more))
        files["assets/brand.css"] += f"/* {client.organisation.name} */".encode()
        return files

    monkeypatch.setattr(merging, "_files", with_name)


#: How each fault is planted, and a vector that comes through it.
FAULTS: dict[str, tuple[Break, str]] = {
    "a text that is not escaped": (_as_it_is, "<img src=x onerror=alert(1)>"),
    "a path of the site that is not escaped": (_path_as_it_is, "https://voorbeeld.example/&sol;evil.example"),
    "a fragment that is not escaped": (_fragments(str, autoescape=False), "<x-eigen>"),
    "an attribute whose quotes are not escaped": (
        _fragments(lambda text: text.replace("here(contact.photo_alt) if", "(here(contact.photo_alt) | safe) if")),
        '" onmouseover="alert(1)',
    ),
    "an attribute without quotes": (
        _fragments(lambda text: re.sub(r'alt="(\{\{ here\(contact\.photo_alt\).*?\}\})"', r"alt=\1", text)),
        " onmouseover=alert(1) x=",
    ),
    "a link to what a text says": (
        _fragments(lambda text: text.replace('href="{{ contact.url }}"', 'href="{{ contact.name }}"')),
        "javascript:alert(1)",
    ),
    "a link to a host that a text names": (
        _fragments(lambda text: text.replace('href="{{ contact.url }}"', 'href="{{ contact.name }}"')),
        "//evil.example/",
    ),
    "a search index that is not escaped": (_index, "<template><script>alert(1)</script></template>"),
    "a header in a mail address": (_mail, "?bcc=kim@evil.example"),
    "a name in a stylesheet": (_sheet, "*/ body{visibility:hidden} /*"),
    "a sitemap that is not escaped": (_sitemap, "&NewLine;&Tab;&nvlt;&ac;"),
    "a quote in the configuration of a server": (
        _server,
        "https://voorbeeld.example/%22;return%20301%20https:%2f%2fevil.example;%22",
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.trust(23, fault=name)) for name in FAULTS])
def test_a_planted_breach_is_seen(name: str, laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    break_it, vector = FAULTS[name]
    break_it(monkeypatch, laboratory)
    assert tried(laboratory, "nl", vector, whole=False)[0]


@pytest.mark.trust(23, fault="an address that runs")
@pytest.mark.browser
def test_an_address_that_runs_would_be_seen(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stamp, "_SCHEMES", frozenset({"javascript"}))
    client = laboratory.plant("nl", None).client
    changed = client.organisation.model_copy(update={"exit_url": WebAddress("javascript:alert(1)")})
    client = dataclasses.replace(client, organisation=changed)
    assert laboratory.breaches("nl", client, laboratory.files(client), [])


@pytest.mark.trust(23, fault="an own page that is not cleaned")
@pytest.mark.browser
def test_an_own_page_that_is_not_cleaned_would_be_seen(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# Titel\n\n[klik](javascript:alert(1))\n"
    assert not is_accepted(laboratory, text)
    monkeypatch.setattr(own_pages, "_SCHEMES", {"javascript", "https", "http"})
    assert own_breaches(laboratory, [text])
