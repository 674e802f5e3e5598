"""Values survive: what an organisation wrote is what a reader sees, dials, mails and finds, to the letter."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml

from conftest import MINIMAL, ROOT, TODAY, build_all
from reading import Reader
from terecht.findings import stopping
from terecht.flow.knowledge import Knowledge
from terecht.load import FILE, load
from terecht.load.organisation import ROLES, Contact
from terecht.load.values import Text
from terecht.project import Project
from terecht.stamp import fill_index
from terecht.workshop import Workshop
from trust_table import Say

#: What the pages and search indexes of a site tell, by path.
Told: TypeAlias = dict[str, str]

#: Texts and names: each would become another one in some step between the file and the reader.
TEXTS = [
    # What YAML or a spreadsheet reads as a number, a time, a date, yes, no or nothing
    *("0612345670", "+31 6 12345670", "088 123 45 67", "8112", "00123456", "KvK 01234567", "12:30", "09:00-17:00"),
    *("9:00 - 16:30", "2026-11-01", "01-02-2027", "1.10", "1e3", "1E400", "0x10", "0o17", "017", "1_000", "1,000.50"),
    *(
        *("yes", "No", "on", "OFF", "y", "true", "False", "null", "~", "NaN", ".inf", "-0", "+1", "12:30:45"),
        *("=", "<<", "?"),
    ),
    # What means something to YAML, Markdown, Jinja, HTML, JSON, a shell or a search engine
    *(
        *("- a", "# kop", "a # b", "a: b", "[a](b)", "[x]", "{a}", "{a: b}", "{{ x }}"),
        *("{{ organisation.name }}", "{% if %}"),
    ),
    *(
        *("{# x #}", "**vet**", "_schuin_", "__init__", "*", "`code`", "~~weg~~", "^^ins^^", "==mark=="),
        *(":smile:", "1. een"),
    ),
    *(
        *("> citaat", "| a | b |", "---", "***", "![x](y.png)", "[^1]", "*[HTML]: x", "{: #id .klasse}"),
        *("++ctrl++", "\\*", "\\"),
    ),
    *(
        *("a & b", "&amp;", "&lt;b&gt;", "&#39;", "&shy;", "<b>", "</dd>", "<!-- x -->", "a < b > c"),
        *('"dubbel"', "'enkel'"),
    ),
    *(
        *("Snijders & Zn.", "it's", "%s %d", "100 %", "$HOME", "$(id)", "@piet", "!belangrijk", "(tm)", "(c)"),
        *("...", "--", "http://a"),
    ),
    *(
        *("a\\nb", "\\u0041", "\\1", "\\g<0>", "%20", "+", "www.voorbeeld.example", "a@b", '"', "\\'", "]]>"),
        "\u00bb \u00ab",
    ),
    # Letters
    *("e\u0301\u0323 los", "\u00e9 vast", "\u212b", "\ufb01ets", "\u0130stanbul", "Stra\u00dfe", "\u01c4", "\u2168"),
    *("\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd", "\u05e9\u05e8\u05d4 (\u05e9) 12", "\u0641\u0627\u0637\u0645\u0629"),
    *("\u0645\u062d\u0645\u062f\u200c\u0631\u0636\u0627", "\u0661\u0662\u0663", "\u674e\u5a1c", "\u1112\u1161\u11ab"),
    *("\U0001f600", "\U0001f469\u200d\U0001f692", "\U0001f44d\U0001f3fd", "\U0001f1f3\U0001f1f1", "\u260e\ufe0f"),
    *(
        *("Z\u0335\u0322\u0321a\u0321l\u0334g\u0337o\u0336", "\U0001d4d1os", "d\u00b7a"),
        *("\u2013 \u2014 \u2212 \u2010", "\u2026"),
    ),
    *(
        *("een\u00a0twee", "\u202f10\u202f%", "een\u00adtwee", "een\u200btwee", "a\u2060b", "\u3000breed"),
        *("a\u2009b", "\u2800"),
    ),
    # Length and space
    *(
        *("Lettergreep" * 20, "\u6f22" * 250, "a" * 2_000, "een  twee   drie", " voor", "achter ", "een\ntwee"),
        "een\n\n- twee\n",
    ),
]

#: A number as written, and the number that is dialled: E.164, as RFC 3966 has it.
PHONES = {
    "0612345670": "tel:+31612345670",
    "06-12345670": "tel:+31612345670",
    "06 12 34 56 70": "tel:+31612345670",
    "(06) 12345670": "tel:+31612345670",
    "+31 6 12345670": "tel:+31612345670",
    "+31 (0)6 12345670": "tel:+31612345670",
    "0031 6 12345670": "tel:+31612345670",
    "+31.6.12.34.56.70": "tel:+31612345670",
    "088 123 45 67": "tel:+31881234567",
    "088-1234567": "tel:+31881234567",
    "020 123 45 67": "tel:+31201234567",
    "(0117) 12 34 56": "tel:+31117123456",
    "0800-0113": "tel:+318000113",
    "0900 1234567": "tel:+319001234567",
    "085\u00a0123\u00a045\u00a067": "tel:+31851234567",
    "06\u201012345670": "tel:+31612345670",
    "\uff10\uff16 12345670": "tel:+31612345670",
    "+32 2 555 12 12": "tel:+3225551212",
    "+49 30 901820": "tel:+4930901820",
    "+1 202-456-1111": "tel:+12024561111",
    "+39 06 698 12345": "tel:+390669812345",
    "+599 9 435 1234": "tel:+59994351234",
}
#: An address as written, and what a mail program gets: RFC 6068.
EMAILS = {
    "Jip.Bos@Voorbeeld.example": "mailto:Jip.Bos@Voorbeeld.example",
    "jip+vp@voorbeeld.example": "mailto:jip+vp@voorbeeld.example",
    "0612345670@voorbeeld.example": "mailto:0612345670@voorbeeld.example",
    "o'neil@voorbeeld.example": "mailto:o%27neil@voorbeeld.example",
    "a%b&c=d?e@voorbeeld.example": "mailto:a%25b%26c%3Dd%3Fe@voorbeeld.example",
    "{{x}}@voorbeeld.example": "mailto:%7B%7Bx%7D%7D@voorbeeld.example",
    "_jip_*`@voorbeeld.example": "mailto:_jip_%2A%60@voorbeeld.example",
    "j\u00f6rg@voorbeeld.example": "mailto:j%C3%B6rg@voorbeeld.example",
    "jip@b\u00fccher.example": "mailto:jip@b%C3%BCcher.example",
    "1e3@xn--bcher-kva.example": "mailto:1e3@xn--bcher-kva.example",
}
URLS = [
    *("https://voorbeeld.example/a?b=c&d=e#f", "http://voorbeeld.example:8080/%7Ejip/%20/"),
    *("HTTPS://Voorbeeld.example/Gids.PDF", "https://b\u00fccher.example/\u00e9\u00e9n/(a)_b*"),
    *("https://voorbeeld.example/?q={{x}}&amp;lt=1", "https://192.0.2.1/$~!;=@"),
]
DATES = ["2026-11-01", "2027-02-28", "2028-02-29", "2031-10-08", "9999-12-31"]
NUMBERS = ["7", "007", "0", "010", "100000"]
#: An internal number as written, and what is dialled.
INTERNAL = {
    "8112": "tel:8112",
    "0112": "tel:0112",
    "88-112": "tel:88112",
    "*31#": "tel:*31%23",
    "+31 8 112": "tel:+318112",
}


#: Contacts of each organisation; in as many turns as it takes, each text stands in each of their fields.
CONTACTS = 2 * len(ROLES)
TURNS = -(-len(TEXTS) // CONTACTS)


@dataclass
class Written:
    """What an organisation has written, place by place: values in turn, or marks, of which no two are the same."""

    turn: int
    marks: bool = False
    values: list[str] = field(default_factory=list)
    #: The address that a place leads to, for those that lead somewhere.
    links: dict[int, str] = field(default_factory=dict)
    #: Each field begins somewhere else among the values, so that few organisations hold them all.
    _starts: dict[str, int] = field(default_factory=dict)
    _used: Counter[str] = field(default_factory=Counter)

    def put(self, place: str, kind: str) -> str:
        """What stands in this place, of this kind."""
        number = len(self.values)
        start = self._starts.setdefault(place, 7 * len(self._starts))
        at = start + self.turn * CONTACTS + self._used[place]
        self._used[place] += 1
        value, link = MARKS[kind](number) if self.marks else VALUES[kind][at % len(VALUES[kind])]
        self.values.append(value)
        if link:
            self.links[number] = link
        return value

    def texts(self, place: str) -> dict[str, str]:
        """A text a language."""
        return {language: self.put(f"{place}.{language}", "text") for language in ("nl", "en")}


#: The values of each kind with the address that each leads to, and marks of the same kind.
VALUES: dict[str, list[tuple[str, str]]] = {
    "text": [(text, "") for text in TEXTS],
    "phone": list(PHONES.items()),
    "email": list(EMAILS.items()),
    "internal": list(INTERNAL.items()),
    "url": [(url, url) for url in URLS],
    "date": [(date, "") for date in DATES],
    "number": [(number, "") for number in NUMBERS],
}
MARKS: dict[str, Callable[[int], tuple[str, str]]] = {
    "text": lambda number: (f"MERK{number}KREM", ""),
    "phone": lambda number: (f"06 1000{number:04}", f"tel:+3161000{number:04}"),
    "email": lambda number: (f"merk{number}@voorbeeld.example", f"mailto:merk{number}@voorbeeld.example"),
    "internal": lambda number: (f"9{number:05}", f"tel:9{number:05}"),
    "url": lambda number: (f"https://voorbeeld.example/merk{number}/", f"https://voorbeeld.example/merk{number}/"),
    "date": lambda number: (f"{1_000 + number}-01-01", ""),
    "number": lambda number: (f"8{number:05}", ""),
}


def facts(written: Written) -> dict[str, Any]:
    """An organisation with something in every field that a reader sees."""
    put, texts = written.put, written.texts
    return {
        "schema": "1",
        "name": put("name", "text"),
        "short_name": put("short_name", "text"),
        "languages": ["nl", "en"],
        "public_body": "yes",
        "size": "50+",
        "discreet": "no",
        "exit_url": put("exit_url", "url"),
        "review": {"date": put("reviewed", "date"), "by": texts("by"), "next": put("next", "date")},
        "contacts": [_contact(written, number) for number in range(CONTACTS)],
        "policy": {
            "third_party_contact": "support_present_with_consent",
            "complaint": {
                "who": ["in_dienst", "oud_medewerker"],
                "term": texts("term"),
                "term_former_employee": texts("term_former"),
                "acknowledged_days": put("days", "number"),
                "handled_weeks": put("weeks", "number"),
            },
            "records": {
                "destroyed": texts("destroyed"),
                "employer_sees": "aantallen",
                "small_number_threshold": put("threshold", "number"),
            },
            "emergency": {"internal": put("internal", "internal")},
        },
        "documents": [
            {"kind": "overig", "title": texts("title"), "url": put("document", "url"), "date": put("dated", "date")}
            for _ in range(CONTACTS)
        ],
    }


def _contact(written: Written, number: int) -> dict[str, Any]:
    put, texts = written.put, written.texts
    return {
        "id": f"contact-{number}",
        "roles": [ROLES[number % len(ROLES)]],
        "name": put("contact", "text"),
        "phone": put("phone", "phone"),
        "text_phone": put("text_phone", "phone"),
        "email": put("email", "email"),
        "url": put("url", "url"),
        **{name: texts(name) for name in TEXT_FIELDS},
        "lvv_register": put("lvv_register", "text"),
        "mfn_register": put("mfn_register", "text"),
        "certified_until": put("certified_until", "date"),
        "absent": [{"from": put("from", "date"), "to": "9999-12-31"}],
    }


TEXT_FIELDS = [
    name for name, one in Contact.model_fields.items() if name != "photo_alt" and one.annotation == (Text | None)
]


def as_yaml(value: Any, indent: str = "") -> Iterator[str]:
    """Lines of YAML as a person writes them: quotes only where it can not do without."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        head = f"{indent}{key}:" if isinstance(value, dict) else f"{indent}-"
        if isinstance(inner, str):
            yield f"{head} {_scalar(inner)}"
        else:
            yield head
            yield from as_yaml(inner, indent + "  ")


def _scalar(value: str) -> str:
    for style in (value, "'" + value.replace("'", "''") + "'"):
        try:
            if yaml.load(f"a:\n  k: {style}\n  l: m\n", yaml.CBaseLoader) == {"a": {"k": value, "l": "m"}}:  # noqa: S506
                return style
        except yaml.YAMLError:
            continue
    return json.dumps(value, ensure_ascii=False)


def put_down(folder: Path, written: Written) -> Path:
    """Writes the file of an organisation."""
    folder.mkdir(parents=True)
    (folder / FILE).write_text("\n".join(as_yaml(facts(written))) + "\n", "utf-8")
    return folder


def build_in(folder: Path, *written: Written) -> list[Told]:
    """Builds an organisation for each, as the command does, and gives what their sites tell."""
    for one in written:
        put_down(folder / "organisations" / str(one.turn), one)
    outcomes = build_all(Project(ROOT, folder / "organisations", TODAY), folder / "site")
    wrong = [str(finding) for outcome in outcomes for finding in stopping(outcome.findings)]
    assert not wrong, "\n".join(wrong[:20])
    sites = [folder / "site" / str(one.turn) for one in written]
    return [told({path.relative_to(site).as_posix(): path.read_bytes() for path in _files(site)}) for site in sites]


def _files(site: Path) -> list[Path]:
    return [path for path in site.rglob("*") if path.is_file()]


class Seen(HTMLParser):
    """What there is of a page to read and to follow, in order, with the elements between."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "wbr":
            told = [value or "" for name, value in attrs if name in {"alt", "title", "aria-label", "content"}]
            told += [value for name, value in attrs if name == "href" and value and re.match(r"\w+:", value)]
            self.pieces.append("".join(f"\x01{piece}\x01" for piece in [tag, *told]))

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def page(data: bytes) -> str:
    """A page as it is read."""
    seen = Seen()
    seen.feed(data.decode())
    seen.close()
    return "".join(seen.pieces)


def found(data: bytes) -> str:
    """What the search finds with: the texts of an index, in which all white space is a space."""
    docs = json.loads(data)["docs"]
    texts = (" ".join(html.unescape(doc[name]).split()) for doc in docs for name in ("location", "title", "text"))
    return "\x01".join(texts)


def told(files: Mapping[str, bytes]) -> Told:
    """What the pages and the search indexes of a site tell, by path."""
    pages = {path: page(data) for path, data in files.items() if path.endswith(".html")}
    return pages | {path: found(data) for path, data in files.items() if re.fullmatch(r"search/\w+\.json", path)}


@dataclass
class Compared:
    """How the places of sites with values compare to those of the site with marks."""

    places: int = 0
    shown: int = 0
    followed: int = 0
    files: int = 0
    unseen: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)


def compare(marked: Told, marks: Written, valued: Told, values: Written) -> Compared:
    """Puts the values where the marks are, and compares that with what was built of the values.

    White space of ASCII's is one space to a reader, and no other is; in an index all white space is.
    """
    instead = dict(zip(marks.values, values.values, strict=True))
    leads = {link: values.links[number] for number, link in marks.links.items()}
    known = re.compile("|".join(sorted(map(re.escape, {*instead, *leads}), key=len, reverse=True)))
    result = Compared(places=len(values.values), files=len(marked))
    seen: set[str] = set()

    def value(mark: re.Match[str]) -> str:
        seen.add(mark.group())
        result.shown += mark.group() in instead
        result.followed += mark.group() in leads
        return instead.get(mark.group()) or leads[mark.group()]

    for path, text in marked.items():
        space = r"[ \t\n\r\f]+" if path.endswith(".html") else r"\s+"
        wanted, built = (_spaced(space, one) for one in (known.sub(value, text), valued.get(path, "")))
        if wanted != built:
            at = next((at for at, pair in enumerate(zip(wanted, built, strict=False)) if pair[0] != pair[1]), 0)
            result.changed.append(f"{path}: {wanted[max(0, at - 30) : at + 30]!r} became {built[at : at + 30]!r}")
    result.unseen = {*instead, *leads} - seen
    return result


def _spaced(space: str, text: str) -> str:
    """A text with one space for all that is one to a reader, and none at the ends of what stands alone."""
    return re.sub(" ?\x01 ?", "\x01", re.sub(space, " ", text)).strip(" ")


@pytest.fixture(scope="module")
def marks() -> Written:
    written = Written(0, marks=True)
    facts(written)
    return written


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What the site tells that has a mark in every place."""
    (site,) = build_in(tmp_path_factory.mktemp("marks"), Written(0, marks=True))
    return site


@pytest.mark.trust(22)
def test_values_reach_the_reader_as_they_were_written(
    marked: Told, marks: Written, tmp_path: Path, measured: Say, request: pytest.FixtureRequest
) -> None:
    complete = request.config.getoption("--complete")
    written = [Written(turn) for turn in range(TURNS if complete else 1)]
    sites = build_in(tmp_path, *written)
    compared = [compare(marked, marks, site, one) for site, one in zip(sites, written, strict=True)]
    assert not [change for one in compared for change in one.changed]
    assert not set().union(*(one.unseen for one in compared))
    stood = {value for one in written for value in one.values}
    known = {value for kind in VALUES.values() for value, _ in kind}
    assert stood == known if complete else stood >= {*TEXTS, *PHONES, *EMAILS, *URLS}
    measured(
        22,
        f"0 of {len(stood)} values in {sum(one.places for one in compared):,} places of {len(written)} organisations:"
        f" read {sum(one.shown for one in compared):,} times, followed {sum(one.followed for one in compared):,} times,"
        f" in {sum(one.files for one in compared)} pages and search indexes",
    )


def _as_yaml_1_1(text: str) -> str:
    """A text as YAML 1.1 has it: 12:30 is 750 there, and no is False."""
    try:
        meant = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return text
    return str(meant) if isinstance(meant, bool | int | float | dt.date) else text


#: Faults: what is put in the place of what.
FAULTS: dict[str, tuple[str, Any]] = {
    "a merge that composes letters": (
        "terecht.merge.fragments.Fragments._text",
        lambda self, text: unicodedata.normalize("NFC", text.in_language(self.language)),
    ),
    "a merge that strips white space": (
        "terecht.merge.fragments.Fragments._text",
        lambda self, text: " ".join(text.in_language(self.language).split()),
    ),
    "a merge that drops what is not seen": (
        "terecht.merge.fragments.Fragments._text",
        lambda self, text: re.sub("[\u00ad\u200b-\u200d\u2060]", "", text.in_language(self.language)),
    ),
    "a number that is dialled as it is written": (
        "terecht.merge.fragments.phone_link",
        lambda number: f"tel:{re.sub('[^0-9+]', '', number)}",
    ),
    "an address that is mailed as it is written": ("terecht.merge.fragments.mail_link", "mailto:{}".format),
    "a search index in small letters": (
        "terecht.compose.fill_index",
        lambda text, values: fill_index(text, values).lower(),
    ),
    "values escaped twice": (
        "terecht.merge.fragments.breakable",
        lambda email: email.replace("&", "&amp;"),
    ),
    "YAML 1.1 decides what a text is": ("terecht.load.values._short", _as_yaml_1_1),
}


@pytest.mark.parametrize("fault", [pytest.param(fault, marks=pytest.mark.trust(22, fault=fault)) for fault in FAULTS])
def test_a_value_that_changes_is_seen(
    fault: str,
    marked: Told,
    marks: Written,
    content: Knowledge,
    workshop: Workshop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    written = Written(0)
    client, findings = load(put_down(tmp_path / "0", written), content, TODAY)
    assert client is not None, stopping(findings)
    files = workshop.preview(client)
    assert compare(marked, marks, told(files), written).changed


def test_a_space_that_does_not_break_stays_at_the_end_of_a_line(reader: Reader) -> None:
    about = "een\u00a0\n\u3000twee"
    text = MINIMAL + f"    about: {_scalar(about)}\n"
    values = [value.text for one in reader.site(text).pages for value in one.values.values()]
    assert any(about in value for value in values)


# ---- what can not be shown as it is written is refused


#: Characters that no file may hold, and the code of the finding.
_CHARACTERS = {
    "T005": "\x00\x07\x1b\x7f\x80\x85\u2028\u2029",
    "T006": "\u061c\u200e\u200f\u202a\u202e\u2066\u2069",
    "T007": "\ue000\ue001\ue002\uf8ff\ufeff\ufdd0\uffff\U000f0000\U0010ffff",
    "T008": "\t",
}
#: Fields, values that would not reach a reader as they are meant, and the code of the finding.
REFUSED = [
    *(("name", f"a{character}b", code) for code, several in _CHARACTERS.items() for character in several),
    ("name", "x" * 2_001, "T032"),
    ("hours", "\u6f22" * 2_001, "T032"),
    *(("name", value, "T020") for value in ("''", "' '", "", "'\u00a0'")),
    *(("name", value, "T021") for value in ("[a]", "{a: b}", "{nl: a}")),
    *(("name", value, "T009") for value in ("@piet", "`code`", "%s", "a: b: c", "'it's'")),
    *(
        ("phone", value, "T026")
        for value in ("0612345670 tst 12", "06 1234567", "06 123456701", "8112", "112", "112345670")
    ),
    *(("phone", value, "T026") for value in ("0x2471dc5e", "6.12345670e8", "06 12345670 / 71", "\u0661\u0662", "+31")),
    *(
        ("email", value, "T027")
        for value in ("jip", "jip@", "'@a.example'", "jip@voorbeeld", "a b@a.example", "Jip <a@a.nl>")
    ),
    *(("url", value, "T028") for value in ("www.a.example", "//a.example", "ftp://a.example", "https://a.example/a b")),
    *(("certified_until", value, "T024") for value in ("01-11-2026", "2026-11-1", "2026-02-30", "20261101", "'1 mei'")),
    *(("also_for_accused", value, "T022") for value in ("ja", "on", "Yes", "1", "~", "y")),
]


def _refused(field_: str, value: str) -> tuple[bytes, int]:
    """A file with this value in its field as it stands here, and the line on which it stands."""
    lines = MINIMAL.splitlines()
    at = next((number for number, line in enumerate(lines) if line.startswith(f"    {field_}:")), len(lines))
    lines[at : at + 1] = [f"    {field_}: {value}"]
    return "\n".join(lines).encode() + b"\n", at + 1


@pytest.mark.trust(22)
@pytest.mark.parametrize(("where", "value", "code"), REFUSED)
def test_what_would_change_is_refused_where_it_stands(
    where: str, value: str, code: str, content: Knowledge, tmp_path: Path
) -> None:
    (tmp_path / "een").mkdir()
    data, line = _refused(where, value)
    (tmp_path / "een" / FILE).write_bytes(data)
    client, findings = load(tmp_path / "een", content, TODAY)
    assert client is None
    (finding,) = stopping(findings)
    missing = code == "T020"
    assert finding.code == code
    assert finding.line in ({line, line - 2} if missing else {line})
    assert finding.message
