"""The fourth stage: a rendered page is cut at its slots, and one organisation's values are put in, escaped.

A value can land in three places: the text or a quoted attribute of HTML, an attribute that is an address as a whole,
and a string of JSON (the search index). It can not become anything else there: the escapes below are for all three, and
``audit`` makes sure that no slot stands anywhere else. A slot that nobody fills is an error, never output.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

import orjson

from terecht.slots import OPEN, ROOT, SLOT, Kind, Value

_SCHEMES = frozenset({"https", "http"})


class UnfilledSlotError(Exception):
    """A page has a slot for which there is no value, or a value of the wrong kind: a bug of ours."""


@dataclass(frozen=True)
class Stamp:
    """A rendered page, cut: text, slot number, text, slot number, …, text."""

    texts: tuple[str, ...]
    slots: tuple[int, ...]


@dataclass(frozen=True)
class Parts:
    """A page of one organisation before it is stamped: rendered pieces, and what fills their slots."""

    pieces: tuple[str, ...]
    values: Mapping[int, Value]


@lru_cache(maxsize=1 << 16)
def cut(piece: str) -> Stamp:
    r"""The stamp of a rendered piece of a page. Kept, since organisations share their pieces.

    >>> cut("a\ue0007\ue001b")
    Stamp(texts=('a', 'b'), slots=(7,))
    """
    pieces = SLOT.split(piece)
    return Stamp(tuple(pieces[::2]), tuple(map(int, pieces[1::2])))


def escaped(value: Value, to_root: str) -> str:
    """A value as it is written into a page; ``to_root`` is the way from the page to the root of its site."""
    match value.kind:
        case Kind.TEXT:
            return html.escape(value.text)
        case Kind.URL:
            return html.escape(checked_address(value.text))
        case Kind.PATH:
            return html.escape(value.text)
        case Kind.LINK:
            return html.escape(f"{to_root}/{quote(value.text)}")
        case Kind.HTML:
            return value.text.replace(ROOT, html.escape(to_root))


def fill(parts: Parts, to_root: str, written: Callable[[Value, str], str] = escaped) -> bytes:
    """The page with its values, as UTF-8. ``to_root`` is the way from the page to the root of its site.

    ``written`` is :func:`escaped`, perhaps with a memory. Raises :class:`UnfilledSlotError` for a slot without a value.
    """
    return _joined(parts.pieces, parts.values, lambda value: written(value, to_root)).encode()


def _joined(pieces: Iterable[str], values: Mapping[int, Value], written: Callable[[Value], str]) -> str:
    """The pieces with their slots filled, each value as it is written in this place."""
    joined = []
    for stamp in map(cut, pieces):
        joined.append(stamp.texts[0])
        for number, text in zip(stamp.slots, stamp.texts[1:], strict=True):
            value = values.get(number)
            if value is None:
                raise UnfilledSlotError(f"nothing fills slot {number}")
            joined += (written(value), text)
    return "".join(joined)


def checked_address(address: str) -> str:
    """The address, if it is http or https; the model has seen to that, and this is the last place to be sure."""
    if urlsplit(address).scheme.lower() not in _SCHEMES:
        raise UnfilledSlotError(f"{address!r} is not an address of the web")
    return address


def fill_index(text: str, values: Mapping[int, Value]) -> str:
    """A text of the search index with its values. The search worker reads it as HTML, so it is escaped as HTML.

    A fragment is there by the text that a reader would see of it.
    """
    if OPEN not in text:
        return text

    def written(value: Value) -> str:
        return html.escape(visible_text(value.text) if value.kind is Kind.HTML else value.text)

    return _joined([text], values, written)


def to_json(data: object) -> bytes:
    """JSON as it is written into a site: one line, the same bytes for the same data."""
    return orjson.dumps(data)


@lru_cache(maxsize=512)
def visible_text(fragment: str) -> str:
    """The text of a piece of HTML, spaces collapsed.

    >>> visible_text("<b>Bel</b>: a@<wbr>b<br>nu &amp; straks")
    'Bel: a@b nu & straks'
    >>> visible_text("<p title='a > b'>een</p><script>x()</script><p>twee<!-- <p>drie</p> --></p>")
    'een twee'
    """
    text = _TAG.sub(lambda tag: "" if tag["name"] and tag["name"].lower() in _INLINE else " ", fragment)
    return " ".join(html.unescape(text).split())


#: Elements that stand within a word or a sentence.
_INLINE = frozenset({"a", "abbr", "b", "code", "em", "i", "mark", "small", "span", "strong", "time", "wbr"})
#: A tag, or what no reader sees. Fragments are well-formed: we wrote them, or nh3 has.
_TAG = re.compile(
    r"""<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?(?P<name>[a-zA-Z][^\s/>]*)(?:"[^"]*"|'[^']*'|[^'">])*>""",
    re.DOTALL | re.IGNORECASE,
)
