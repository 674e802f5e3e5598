"""The fifth stage: does a site hold what readers are promised? Every piece of it is parsed, every link followed.

Checked before anything is published: each slot stands where its kind may stand, nothing inline runs, nothing is loaded
from another host, every link and anchor leads somewhere. What this finds is a mistake of ours, so it stops the site.
A page is read in the pieces that it shares with others, each piece once, and in its fragments.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from itertools import chain
from urllib.parse import quote, unquote, urlsplit

from terecht.addresses import NOT_FOUND
from terecht.hosting import SERVER_FILES
from terecht.slots import CLOSE, GAP, HOLE, OPEN, ROOT, SLOT, Kind, Piece, Value, sentinel
from terecht.stamp import Parts, cut

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


#: What a slot or a mark looks like in a finished file, as UTF-8: U+E000 to U+F8FF.
_LEFT = re.compile(rb"\xee[\x80-\xbf]|\xef[\x80-\xa3]")
#: What it starts with, which is found faster.
_FIRST = (b"\xee", b"\xef")
_TEXTS = (".html", ".json", ".css", ".xml")


@dataclass(frozen=True)
class Anatomy:
    """What matters of a piece of HTML: its ids, its addresses within the site, and what it must not hold.

    ``calls`` are the telephone links outside forms.
    """

    ids: tuple[str, ...]
    addresses: tuple[str, ...]
    calls: frozenset[str]
    faults: tuple[str, ...]


class _Reader(HTMLParser):
    """Reads a piece of HTML. ``kinds`` are those of the slots that have a value."""

    def __init__(self, kinds: Mapping[int, Kind]) -> None:
        super().__init__(convert_charrefs=True)
        self.kinds = kinds
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.calls: set[str] = set()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.crossed = False

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
        self.crossed |= self.open[-1:] != [tag]
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

    def updatepos(self, i: int, j: int) -> int:  # noqa: ARG002  the base's name
        """Lines are not counted, since nobody asks."""
        return j

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self.faults.append(f"an inline handler '{name}' on <{tag}>")
        if name == "style":
            self.faults.append(f"an inline style on <{tag}>")
        if name == "id":
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
        if value.strip().lower().startswith(("javascript:", "data:", "vbscript:")):
            self.faults.append(f"an address that runs or holds something: '{value[:40]}'")
        scheme = urlsplit(value).scheme
        if tag in _LOADING and (scheme or value.startswith("//")):
            self.faults.append(f"<{tag}> loads from another host: '{value[:60]}'")
        if scheme and scheme not in _OUTSIDE:
            self.faults.append(f"an address with the scheme '{scheme}'")
        if not scheme:
            self.addresses.append(value)


def _dissect(html: str, kinds: tuple[tuple[int, Kind], ...] = ()) -> Anatomy:
    reader = _Reader(dict(kinds))
    reader.feed(html)
    reader.close()
    if any(mark in SLOT.sub("", html) for mark in (OPEN, CLOSE)):
        reader.faults.append("a slot that is broken in two")
    return Anatomy(tuple(reader.ids), tuple(reader.addresses), frozenset(reader.calls), tuple(reader.faults))


_piece = lru_cache(maxsize=1 << 16)(_dissect)
_fragment = lru_cache(maxsize=512)(_dissect)


@lru_cache(maxsize=1 << 11)
def _frame(html: str) -> Anatomy:
    """What matters of a piece of a fragment, without those inside. It has to close what it opens, and nothing else."""
    reader = _Reader({0: Kind.HTML, 1: Kind.TEXT})
    reader.feed(html.replace(GAP, sentinel(0)).replace(HOLE, sentinel(1)))
    whole = "<" not in reader.rawdata
    reader.close()
    if reader.open or reader.crossed or not whole:
        reader.faults.append(f"a piece does not stand for itself: '{html[:40]}'")
    return Anatomy(tuple(reader.ids), tuple(reader.addresses), frozenset(reader.calls), tuple(reader.faults))


def _of_pieces(piece: Piece) -> Anatomy:
    """What matters of a piece and of those inside it; their calls do not count, as they may stand in a form."""
    known: dict[Piece, tuple[str, ...]] = {}
    addresses: dict[str, None] = {}
    faults: dict[str, None] = {}

    def ids(one: Piece) -> tuple[str, ...]:
        if one not in known:
            own = _frame(one.frame)
            addresses.update(dict.fromkeys(own.addresses))
            faults.update(dict.fromkeys(own.faults))
            known[one] = own.ids + tuple(chain.from_iterable(map(ids, one.inside)))
        return known[one]

    return Anatomy(ids(piece), tuple(addresses), _frame(piece.frame).calls, tuple(faults))


def audit(pages: Mapping[str, Parts], files: Mapping[str, bytes], site_path: str) -> list[str]:
    """Everything that is wrong with a site: sentences that start with the page.

    ``pages`` are by the path of their file; ``files`` are all files, finished. ``site_path`` is where the site will
    live, from which the page for 'not found' counts.
    """
    anatomies = {path: list(_anatomies(parts)) for path, parts in pages.items()}
    ids = {path: frozenset().union(*(one.ids for one in found)) for path, found in anatomies.items()}
    faults = [f"{path}: {fault}" for path, found in anatomies.items() for fault in _wrong(found)]
    for path, found in anatomies.items():
        calls = frozenset().union(*(one.calls for one in found))
        faults += [
            f"{path}: '{call}' is missing from the line for danger" for call in _ALWAYS_THERE if call not in calls
        ]
    faults += [
        f"{path}: a slot that nobody filled"
        for path, data in files.items()
        if path.endswith(_TEXTS) and any(first in data for first in _FIRST) and _LEFT.search(data)
    ]
    reached = {f"{NOT_FOUND}.html", "index.html", "sitemap.xml", *SERVER_FILES}
    for path, found in anatomies.items():
        for one in found:
            for address, target, anchor in _targets(_filled(one.addresses, pages[path].values), path, site_path):
                if target is not None:
                    reached.add(target)
                if problem := _dead(path, address, target, anchor, files, ids):
                    faults.append(f"{path}: {problem}")
    faults += [f"{path}: no page refers to it" for path in sorted(set(files) - reached)]
    return faults


def whole(files: Mapping[str, bytes]) -> dict[str, Parts]:
    """The pages among finished files, each as one piece."""
    return {path: Parts((data.decode(),), {}) for path, data in files.items() if path.endswith(".html")}


def wrong_in(parts: Parts) -> list[str]:
    """What is wrong with one page, whatever else there is."""
    return list(_wrong(list(_anatomies(parts))))


def _wrong(found: list[Anatomy]) -> Iterator[str]:
    for one in found:
        yield from one.faults
    ids = list(chain.from_iterable(one.ids for one in found))
    if len(set(ids)) != len(ids):
        yield from (f"the id '{one}' stands here twice" for one in sorted({one for one in ids if ids.count(one) > 1}))


def _anatomies(parts: Parts) -> Iterator[Anatomy]:
    for piece in parts.pieces:
        slots = [(number, parts.values[number]) for number in cut(piece).slots if number in parts.values]
        yield _piece(piece, tuple(dict.fromkeys((number, value.kind) for number, value in slots)))
        for _, value in slots:
            if value.kind is Kind.HTML:
                yield _of_pieces(value.given) if isinstance(value.given, Piece) else _fragment(value.given)


def _filled(addresses: tuple[str, ...], values: Mapping[int, Value]) -> tuple[str, ...]:
    """Addresses within the site, those in slots as their values say."""
    if not any(OPEN in address for address in addresses):
        return addresses
    filled = []
    for address in addresses:
        if slot := SLOT.match(address):
            value = values.get(int(slot.group(1)))
            if value is not None and value.kind is Kind.LINK:
                filled.append(f"{ROOT}/{quote(value.text)}")
            elif value is not None and value.kind is Kind.PATH:
                filled.append(value.text + address[slot.end() :])
        else:
            filled.append(address)
    return tuple(filled)


@lru_cache(maxsize=1 << 14)
def _targets(addresses: tuple[str, ...], path: str, site_path: str) -> tuple[tuple[str, str | None, str], ...]:
    """Each address on a page, once, with the file and the anchor that it means."""
    return tuple((address, *_resolved(path, address, site_path)) for address in dict.fromkeys(addresses))


def _resolved(path: str, address: str, site_path: str) -> tuple[str | None, str]:
    """The file that an address on a page means, and its anchor; no file when it leaves the site."""
    if address.startswith(ROOT):
        path, address = "", f".{address.removeprefix(ROOT)}"
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
    path: str,
    address: str,
    target: str | None,
    anchor: str,
    files: Collection[str],
    ids: Mapping[str, Collection[str]],
) -> str | None:
    if target is None:
        return f"'{address}' leaves the site"
    if target not in files:
        return f"'{address}' leads nowhere"
    if anchor and target in ids and anchor not in ids[target] and (target == path or "own" not in ids[target]):
        return f"'{address}' has an anchor that does not exist"
    return None
