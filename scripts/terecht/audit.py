"""The fifth stage: does a built site hold what readers are promised? Every page is parsed, every link followed.

Checked before anything is published: each slot stood where its kind may stand, nothing inline runs, nothing is loaded
from another host, every link and anchor leads somewhere. What this finds is a mistake of ours, so it stops the site.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from terecht.addresses import NOT_FOUND
from terecht.slots import CLOSE, OPEN, SLOT, Kind, Value

#: Attributes that hold an address.
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "poster", "data-worker", "data-index"})
#: Elements that load what their address names, as soon as the page is there.
_LOADING = frozenset({"script", "link", "img", "iframe", "embed", "object", "source", "video", "audio", "form"})
#: On every page, outside every question: danger to life now, and somebody to talk to (FLOW part 6, invariant 7).
_ALWAYS_THERE = ("tel:112", "tel:113")
_OUTSIDE = frozenset({"https", "http", "mailto", "tel"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


class Anatomy(HTMLParser):
    """What matters of a piece of HTML: its ids, its addresses, where its slots stand, and what it must not hold.

    ``calls`` are the telephone links outside forms. ``kinds`` are those of the slots that have a value.
    """

    def __init__(self, kinds: Mapping[int, Kind]) -> None:
        super().__init__(convert_charrefs=True)
        self.kinds = kinds
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.calls: set[str] = set()
        self.faults: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes ids and addresses, and what is not allowed on an element."""
        given = {name: value or "" for name, value in attrs}
        if OPEN in tag or any(OPEN in name for name in given):
            self.faults.append(f"a slot is part of the name of <{tag}> or its attributes")
        if tag == "script" and not given.get("src"):
            self.faults.append("an inline script")
        if tag in {"style", "base", "iframe", "object", "embed"}:
            self.faults.append(f"a <{tag}>")
        for name, value in given.items():
            self._attribute(tag, name, value)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Keeps track of what is open, to know where a slot stands."""
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """A slot in a text may not stand in a script, a style or a comment, and only a fragment stands alone."""
        for slot in SLOT.finditer(data):
            kind = self.kinds.get(int(slot.group(1)))
            if kind is None:
                self.faults.append(f"slot {slot.group(1)} has no value")
            elif kind not in {Kind.TEXT, Kind.HTML}:
                self.faults.append(f"slot {slot.group(1)} is an address and stands in a text")
            if self.open and self.open[-1] in {"script", "style"}:
                self.faults.append(f"slot {slot.group(1)} stands in a <{self.open[-1]}>")

    def handle_comment(self, data: str) -> None:
        """Nothing of an organisation stands in a comment."""
        if OPEN in data:
            self.faults.append("a slot stands in a comment")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self.faults.append(f"an inline handler '{name}' on <{tag}>")
        if name == "style":
            self.faults.append(f"an inline style on <{tag}>")
        if name == "id":
            if value in self.ids:
                self.faults.append(f"the id '{value}' stands here twice")
            self.ids.append(value)
        if name == "href" and value.startswith("tel:") and "form" not in self.open:
            self.calls.add(value)
        if name in _ADDRESSES:
            self._address(tag, value)
        for slot in SLOT.finditer(value):
            if problem := self._misplaced(slot, name, value):
                self.faults.append(f"slot {slot.group(1)} {problem}")

    def _misplaced(self, slot: re.Match[str], name: str, value: str) -> str | None:
        """What is wrong with a slot in an attribute."""
        is_address = name in _ADDRESSES
        match self.kinds.get(int(slot.group(1))):
            case None:
                return "has no value"
            case Kind.HTML:
                return f"is a fragment and stands in the attribute '{name}'"
            case Kind.TEXT if is_address:
                return f"is a text and stands in the address '{name}'"
            case Kind.URL | Kind.LINK if not (is_address and value == slot.group()):
                return "is an address and is not alone in an address"
            case Kind.PATH if not value.startswith(slot.group()):
                return "is the path of the site and does not start an address"
            case _:
                return None

    def _address(self, tag: str, value: str) -> None:
        if SLOT.fullmatch(value):
            return
        if value.strip().lower().startswith(("javascript:", "data:", "vbscript:")):
            self.faults.append(f"an address that runs or holds something: '{value[:40]}'")
        scheme = urlsplit(value).scheme
        if tag in _LOADING and (scheme or value.startswith("//")):
            self.faults.append(f"<{tag}> loads from another host: '{value[:60]}'")
        if scheme and scheme not in _OUTSIDE:
            self.faults.append(f"an address with the scheme '{scheme}'")
        if not scheme:
            self.addresses.append(value)


@lru_cache(maxsize=512)
def dissect(html: str, kinds: tuple[tuple[int, Kind], ...] = ()) -> Anatomy:
    """The anatomy of a page or a fragment. Kept for a while, since most pages are met again unchanged."""
    anatomy = Anatomy(dict(kinds))
    anatomy.feed(html)
    anatomy.close()
    if any(mark in SLOT.sub("", html) for mark in (OPEN, CLOSE)):
        anatomy.faults.append("a slot that is broken in two")
    return anatomy


def audit(files: Mapping[str, bytes], site_path: str) -> list[str]:
    """Everything that is wrong with a finished site: sentences that start with the page.

    ``site_path`` is where the site will live, from which the page for 'not found' counts.
    """
    pages = {path: dissect(data.decode()) for path, data in files.items() if path.endswith(".html")}
    faults = [f"{path}: {fault}" for path, page in pages.items() for fault in page.faults]
    faults += [
        f"{path}: '{call}' is missing from the line for danger"
        for path, page in pages.items()
        for call in _ALWAYS_THERE
        if call not in page.calls
    ]
    for path, data in files.items():
        if path.endswith((".html", ".json", ".css", ".xml")) and re.search("[\ue000-\uf8ff]", data.decode()):
            faults.append(f"{path}: a slot that nobody filled")
    faults += [
        f"{path}: {problem}"
        for path, page in pages.items()
        for address in page.addresses
        if (problem := _dead(path, address, files, pages, site_path))
    ]
    reached = set(_reached(pages, site_path))
    faults += [f"{path}: no page refers to it" for path in sorted(set(files) - reached)]
    return faults


def _resolved(path: str, address: str, site_path: str) -> tuple[str | None, str]:
    """The file that an address on a page means, and its anchor; no file when it leaves the site."""
    parts = urlsplit(address)
    target = unquote(parts.path)
    if not target:
        return path, parts.fragment
    if target.startswith("/"):
        start = unquote(site_path)
        if path != f"{NOT_FOUND}.html" or not target.startswith(start):
            return None, parts.fragment
        target = target.removeprefix(start)
        joined = posixpath.normpath(target) if target else "."
    else:
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if joined.startswith(".."):
        return None, parts.fragment
    if target.endswith("/") or joined == "." or posixpath.basename(target) in {".", ".."} or not target:
        joined = "index.html" if joined == "." else f"{joined}/index.html"
    return joined, parts.fragment


def _dead(
    path: str, address: str, files: Mapping[str, bytes], pages: Mapping[str, Anatomy], site_path: str
) -> str | None:
    target, anchor = _resolved(path, address, site_path)
    if target is None:
        return f"'{address}' leaves the site"
    if target not in files:
        return f"'{address}' leads nowhere"
    if (
        anchor
        and target in pages
        and anchor not in pages[target].ids
        and (target == path or "own" not in pages[target].ids)
    ):
        return f"'{address}' has an anchor that does not exist"
    return None


def _reached(pages: Mapping[str, Anatomy], site_path: str) -> Iterator[str]:
    yield from (f"{NOT_FOUND}.html", "index.html")
    for path, page in pages.items():
        for address in page.addresses:
            target, _ = _resolved(path, address, site_path)
            if target is not None:
                yield target
    yield "sitemap.xml"


def audit_rendered(html: str, values: Mapping[int, Value]) -> list[str]:
    """What is wrong with a rendered page before it is stamped: where its slots stand."""
    return dissect(html, tuple((number, value.kind) for number, value in sorted(values.items()))).faults
