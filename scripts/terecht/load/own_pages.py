"""An organisation's own pages: Markdown that we do not trust goes in, a fragment that can only be read comes out.

``organisations/<id>/docs/<language>/<page>.md`` adds a page, or replaces the shared page of that name. The text never
enters MkDocs: raw HTML, attribute lists and front matter are refused with a place, links are checked by scheme, and
what Python-Markdown makes of the rest goes through nh3.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import markdown
import nh3

from terecht.findings import Finding, did_you_mean
from terecht.languages import LANGUAGES
from terecht.load.files import below, read_inside
from terecht.load.values import is_web_address
from terecht.load.yaml_tree import decode, forbidden_character
from terecht.slots import ROOT

_TITLE = re.compile(r"#\s+(\S.*)")
_SECOND_TITLE = re.compile(r"#\s+\S")
_HTML = re.compile(r"<(?!https?://|mailto:|[\w.+-]+@[\w.-]+>)[A-Za-z/!?]")
_ATTRIBUTES = re.compile(r"\{:?\s*[#.:][^}]*\}")
#: Characters of a page, of a line and links on a page; Python-Markdown needs minutes for far more than a person writes.
_MOST_BYTES = 64 * 1024
_LONGEST_LINE = 2_000
_MOST_BRACKETS = 500
_IMAGE = re.compile(r"!\[")
_CODE = re.compile(r"(`+).*?\1")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: Of the path of an own page: its language and its name.
_PARTS = 2
_WEB = {"https", "http"}
_SCHEMES = {*_WEB, "mailto", "tel"}
_TAGS = {
    *(
        "p",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "a",
        "strong",
        "em",
        "code",
        "pre",
        "blockquote",
        "hr",
        "br",
    ),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


@dataclass(frozen=True)
class OwnPage:
    """A page that an organisation wrote. ``name`` is that of the shared page it replaces, or a new one."""

    language: str
    name: str
    title: str
    html: str


#: From the name of a page and an anchor ('' for none) to the address that its link gets, or nothing if there is no such
#: page.
Link = Callable[[str, str, str], str | None]


def read(
    folder: Path, shown: str, languages: tuple[str, ...], known: tuple[str, ...], link: Link
) -> tuple[list[OwnPage], list[Finding]]:
    """All own pages below ``folder`` (an organisation's ``docs``), by language and name, and what is wrong with them.

    ``known`` are the names of all pages of the site, and ``link(language, name, anchor)`` gives the address of one.
    """
    pages: list[OwnPage] = []
    findings: list[Finding] = []
    if folder.is_symlink():
        return pages, [Finding(shown, 1, 1, "T052", "a symbolic link", "put the folder itself here")]

    def unreadable(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            message = f"this folder can not be read: {error.strerror}"
            findings.append(Finding(shown, 1, 1, "T001", message, "change its permissions"))

    for path, inside in below(folder, unreadable):
        here = f"{shown}/{path}"
        if _is_link(path.name, inside):
            findings.append(Finding(here, 1, 1, "T052", "a symbolic link", "put the file itself here"))
        elif misplaced := _misplaced(path, languages):
            findings.append(Finding(here, 1, 1, "T066", *misplaced))
        else:
            data, problem = read_inside(inside, path.name, _MOST_BYTES, too_large="T002")
            if data is None:
                findings += [Finding(here, 1, 1, *problem)] if problem else []
                continue
            page, wrong = _page(data, here, path.parent.name, path.stem, known, link)
            findings += wrong
            if page:
                pages.append(page)
    return pages, findings


def _is_link(name: str, inside: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=inside, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def is_name(name: str) -> bool:
    """Whether this can be the name of a page or of an organisation's folder: both become part of an address."""
    return _NAME.fullmatch(name) is not None


def names(folder: Path) -> frozenset[str]:
    """The names that the own pages below ``folder`` have, whatever is wrong with them."""
    return frozenset(name for _, name in places(folder))


def places(folder: Path) -> frozenset[tuple[str, str]]:
    """Language and name of each file below ``folder`` that stands where an own page does, whatever is wrong with it."""
    pages = (path for path, _ in below(folder, lambda _: None))
    return frozenset((path.parts[0], path.stem) for path in pages if len(path.parts) == _PARTS and path.suffix == ".md")


def _misplaced(path: PurePosixPath, languages: tuple[str, ...]) -> tuple[str, str] | None:
    help_ = f"own pages are docs/<language>/<page>.md, with a language out of {', '.join(languages)}"
    if len(path.parts) != _PARTS or path.suffix != ".md":
        return "this is not an own page", help_
    if path.parts[0] not in languages:
        known = path.parts[0] in LANGUAGES
        why = "is not a language of this site" if known else "is not a language that we have"
        return f"'{path.parts[0]}' {why}", help_
    if not is_name(path.stem):
        return f"'{path.stem}' is not a name for a page", "use small letters, digits and '-'"
    return None


def _page(
    data: bytes, path: str, language: str, name: str, known: tuple[str, ...], link: Link
) -> tuple[OwnPage | None, list[Finding]]:
    text, findings = decode(data, path)
    if findings:
        return None, findings
    lines = text.splitlines()
    findings += [*_refused(lines, path), *_too_much(text, path)]
    if findings:
        return None, findings
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    title = _TITLE.fullmatch(lines[first].strip()) if first is not None else None
    if title is None or first is None:
        help_ = "start with a line '# Title'"
        return None, [Finding(path, (first or 0) + 1, 1, "T065", "the page has no title", help_)]
    body = "\n".join(lines[first + 1 :])
    try:
        heading, _ = _clean(title.group(1).rstrip("# "), language, known, link)
        html, wrong = _clean(body, language, known, link)
    except RecursionError:
        return None, [Finding(path, 1, 1, "T014", "lists or quotes are nested too deep", "use fewer levels")]
    for code, target, message, help_ in wrong:
        line = next((at for at, source in enumerate(lines, 1) if target in source), first + 1)
        findings.append(Finding(path, line, 1, code, message, help_))
    plain = " ".join(unescape(nh3.clean(heading, tags=set())).split())
    if found := forbidden_character(unescape(html.replace(ROOT, "")) + plain):
        findings.append(Finding(path, first + 1, 1, found[1], found[2], "delete it, also where it is written as '&…;'"))
    return OwnPage(language, name, plain, html), findings


def _refused(lines: list[str], path: str) -> Iterator[Finding]:
    if lines and lines[0].rstrip() == "---":
        yield Finding(path, 1, 1, "T062", "front matter is not used here", "delete it; start with a line '# Title'")
    for number, line in enumerate(lines, 1):
        text = _CODE.sub(lambda code: " " * len(code.group()), line)
        if found := _HTML.search(text):
            help_ = "write it in Markdown; code goes between `backquotes`"
            yield Finding(path, number, found.start() + 1, "T060", "HTML is not possible here", help_)
        if found := _ATTRIBUTES.search(text):
            yield Finding(
                path,
                number,
                found.start() + 1,
                "T061",
                f"'{found.group()}' is not possible here",
                "delete it",
            )
        if _SECOND_TITLE.match(line) and lines[0].rstrip() != "---" and any(map(str.strip, lines[: number - 1])):
            yield Finding(path, number, 1, "T065", "a second title", "start other headings with '##'")
        if found := _IMAGE.search(text):
            yield Finding(
                path,
                number,
                found.start() + 1,
                "T067",
                "images are not possible here yet",
                "describe it in words",
            )


def _too_much(text: str, path: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > _LONGEST_LINE:
            yield Finding(path, number, 1, "T032", f"a line of {len(line):,} characters", "make paragraphs")
    if text.count("[") > _MOST_BRACKETS or text.count("`") > _MOST_BRACKETS:
        yield Finding(path, 1, 1, "T015", f"more than {_MOST_BRACKETS} links or pieces of code", "make several pages")


def _clean(body: str, language: str, known: tuple[str, ...], link: Link) -> tuple[str, list[tuple[str, str, str, str]]]:
    """Safe HTML, and for each link that is none: a code, what stands in the source, a message and a way out."""
    converter = markdown.Markdown(
        extensions=["tables", "sane_lists", "toc"],
        extension_configs={"toc": {"slugify": lambda text, separator: f"own-{_slug(text, separator)}"}},
        output_format="html",
    )
    converter.preprocessors.deregister("html_block")
    converter.inlinePatterns.deregister("html")
    made = converter.convert(body)
    ids = set(re.findall(r'id="([^"]*)"', made))
    wrong = [problem for value in _links(made) if (problem := _problem(value, ids, language, known, link))]

    def attribute(tag: str, name: str, value: str) -> str | None:
        return _address(value, language, link) if (tag, name) == ("a", "href") else value

    html = nh3.clean(
        made,
        tags=_TAGS,
        # Without the first, nh3 lets a title and a language stand on every element.
        attributes={"*": set(), "a": {"href"}, **{f"h{level}": {"id"} for level in range(2, 7)}},
        url_schemes=_SCHEMES,
        attribute_filter=attribute,
        link_rel=None,
    )
    return html, wrong


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if (tag, name) == ("a", "href")]


def _links(html: str) -> list[str]:
    reader = _Links()
    reader.feed(html)
    reader.close()
    return reader.found


def _problem(
    value: str, ids: set[str], language: str, known: tuple[str, ...], link: Link
) -> tuple[str, str, str, str] | None:
    """What is wrong with a link: code, what stands in the source, message, way out."""
    scheme, separator, _ = value.partition(":")
    if separator and re.fullmatch(r"[\w+.-]+", scheme):
        if scheme.lower() not in _SCHEMES:
            help_ = "possible: https, http, mailto and tel"
            return "T063", value, f"a link can not start with '{scheme}:'", help_
        if scheme.lower() in _WEB and not is_web_address(value):
            return "T028", value, f"'{value}' is not a web address", "write it whole, without spaces"
        return None
    if value.startswith("#"):
        help_ = did_you_mean(value[1:], sorted(ids))
        return None if value[1:] in ids else ("T064", value, f"there is no heading '{value}' here", help_)
    if _address(value, language, link) is not None:
        return None
    name = value.partition("#")[0].removesuffix(".md")
    help_ = did_you_mean(f"{name}.md", [f"{page}.md" for page in known])
    what = "there is no heading" if name in known and "#" in value else "there is no page"
    return "T064", value, f"{what} '{value}'", "" if name in known else help_


def _address(value: str, language: str, link: Link) -> str | None:
    """The address that a link gets on the site; nothing for one that leads nowhere."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    if parts.scheme:
        return value if parts.scheme.lower() in _SCHEMES else None
    if not parts.netloc and not parts.path and parts.fragment:
        return value
    name, _, suffix = parts.path.rpartition(".")
    return link(language, name, parts.fragment) if suffix == "md" and not parts.netloc else None


def _slug(text: str, separator: str) -> str:
    return re.sub(r"[^\w]+", separator, text.lower()).strip(separator)
