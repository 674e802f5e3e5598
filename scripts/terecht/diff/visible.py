"""What a reader sees of a finished page: HTML goes in, lines of text come out, each with the addresses of its links.

A page is read in parts, since most of them stand on every page: the tab, the top, the menu, the text, the foot.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote, urlsplit

from terecht.addresses import HOME, NOT_FOUND
from terecht.findings import printable

#: The text of a page; every other part stands around it.
MAIN: Final = "text"
#: The parts of a page as they are named to a person, in the order in which they are told.
PARTS: Final = ("tab", "search engines", "line for danger", "top", "menu", MAIN, "foot", "search window", "rest")

_ELEMENTS = {"header": "top", "main": MAIN, "footer": "foot", "dialog": "search window", "title": "tab"}
#: Elements that start no line of their own; a term and what it says, and the cells of a row, share a line.
_INLINE = frozenset(
    "a abbr b bdi bdo cite code em i img kbd mark q s small span strong sub sup time u wbr dd td th".split()  # noqa: SIM905
)
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_SILENT = frozenset({"script", "style", "svg", "template"})
_HEADING = re.compile(r"h[1-6]")
_SOFT_HYPHEN = "\u00ad"


@dataclass(frozen=True)
class Seen:
    """A page as a reader sees it. ``name`` and ``language`` stay when the order of the languages changes.

    ``address`` is that within the site; a heading in ``parts`` starts with one '#' a level.
    """

    language: str
    name: str
    address: str
    parts: Mapping[str, tuple[str, ...]]

    @property
    def title(self) -> str:
        """The first heading, or the title of the tab on a page without one."""
        headings = (line.lstrip("# ") for line in self.parts.get(MAIN, ()) if line.startswith("#"))
        return next(headings, "") or next(iter(self.parts.get("tab", ())), "")


def see(path: str, html: str) -> Seen:
    """The page in the file at ``path`` of a site. Whatever its HTML is like, something is read of it."""
    reader = _Reader(path)
    reader.feed(html)
    reader.close()
    reader.end_line()
    address = path.removesuffix("index.html")
    lines = {part: tuple(found) for part, found in reader.lines.items()}
    if path == f"{NOT_FOUND}.html":
        # Its links count from the path of the site, and what stands around it stands around every other page too.
        lines = {part: found for part, found in lines.items() if part in {"tab", MAIN}}
    name = _name(address, reader.language)
    return Seen(reader.language, name, address, MappingProxyType(lines))


def _name(address: str, language: str) -> str:
    """The name of a page by its address, in whichever order the languages stand."""
    within = address.removeprefix(f"{language}/")
    return within.removesuffix(".html").rstrip("/") or HOME


class _Reader(HTMLParser):
    """Reads lines, part by part; ``language`` is that of the page."""

    def __init__(self, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.language = ""
        self.lines: dict[str, list[str]] = {}
        self.line = ""
        self.part = "rest"
        self.open: list[tuple[str, str]] = []
        self.links: list[tuple[int, str]] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Starts a line, a part or a link, and says what is there beside text."""
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        if tag not in _INLINE:
            self.end_line()
        if tag == "meta" and given.get("name") == "robots":
            self.lines.setdefault("search engines", []).append(given.get("content", ""))
        if tag == "img":
            self._say(f"[picture: {given['alt']}] " if given.get("alt") else "[picture] ")
        if tag in {"td", "th"} and self.line.strip():
            self._say(" | ")
        if tag in _VOID:
            return
        self.open.append((tag, self.part))
        self.silent += tag in _SILENT
        self._enter(tag, given)
        if _HEADING.fullmatch(tag):
            self._say(f"{'#' * int(tag[1])} ")
        if tag == "a":
            # A link to the same page in another language says with its words where it leads.
            address = "" if "hreflang" in given else self._address(given.get("href", ""))
            self.links.append((len(self.line), address))

    def _enter(self, tag: str, given: Mapping[str, str]) -> None:
        part = _ELEMENTS.get(tag)
        if "t-emergency" in given.get("class", "").split():
            part = "line for danger"
        elif tag == "nav" and given.get("id") == "menu":
            part = "menu"
        if part and self.part != MAIN:
            self.end_line()
            self.part = part

    def handle_endtag(self, tag: str) -> None:
        """Ends what it started, and what was left open inside."""
        if all(tag != name for name, _ in self.open):
            return
        if tag == "a" and self.links:
            start, address = self.links.pop()
            if address and address != self.line[start:].strip():
                self._say(f" ({address})")
        if tag == "dt":
            self.line = f"{self.line.rstrip()}: "
        elif tag not in _INLINE or tag == "dd":
            self.end_line()
        while self.open:
            name, part = self.open.pop()
            self.silent -= name in _SILENT
            if part != self.part:
                self.end_line()
                self.part = part
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        """A piece of text of the line."""
        self._say(data)

    def end_line(self) -> None:
        """What was said until here is a line of its own."""
        words = " ".join(self.line.replace(_SOFT_HYPHEN, "").split())
        self.line = ""
        self.links = [(0, address) for _, address in self.links]
        if words:
            self.lines.setdefault(self.part, []).append(printable(words))

    def _say(self, text: str) -> None:
        if not self.silent:
            self.line += text

    def _address(self, address: str) -> str:
        """Where a link leads: whole when it leaves the site, else the page within it, in this language."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path.strip("/") or parts.path.startswith("/"):
            return address
        folder = posixpath.dirname(self.path)
        target = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
        anchor = f"#{parts.fragment}" if parts.fragment else ""
        return f"page {_name('' if target == '.' else f'{target}/', self.language)}{anchor}"
