"""Slots: the places in a shared page where an organisation's value will stand.

A slot is a private-use sentinel around a number. Markdown, Jinja and Material pass it through untouched, and no value
can hold one, because loading refuses private-use characters. What a number means is kept beside the page, never in it:
pages of two organisations with the same text are one page.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final

OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"
#: In a fragment: the way from the page to the root of the site. Filled per page, since a fragment may stand on many.
ROOT: Final = "\ue002"
SLOT: Final = re.compile(f"{OPEN}([0-9]+){CLOSE}")

#: In a rendered frame: where the passages of the page will stand.
CONTENT: Final = "\ue003"

#: In a piece of a fragment: where a piece that it holds stands.
GAP: Final = "\ue004"
#: In a piece of a fragment: where a name stands, in an attribute that is no address.
HOLE: Final = "\ue005"

#: The slots of the frame around every page, by number; the numbers of a page's own slots start behind them.
FRAME: Final = (
    "tab",
    "title",
    "robots",
    "exit_url",
    "root",
    "logo",
    "own_menu",
    "emergency",
    "footer",
    "language_nl",
    "language_en",
)
#: So many slots a passage can have: its text has the same numbers whatever the passages before it show.
OWN: Final = 1000


class Kind(StrEnum):
    """What may fill a slot, which decides how it is escaped."""

    TEXT = "text"
    URL = "url"
    HTML = "html"
    #: An address within the site, counted from its root.
    LINK = "link"
    #: The path at which the site lives, at the start of the links of the page for 'not found'.
    PATH = "path"


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """A piece of a fragment: HTML with a :data:`GAP` for each piece ``inside`` and a :data:`HOLE` for each name.

    A piece stands for itself: it closes what it opens. So it may be in many fragments, and is looked at once. What is
    the same for many organisations is its frame, which was escaped when it was made; names are escaped when it is put
    together.
    """

    frame: str
    inside: tuple[Piece, ...] = ()
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """A piece or a name too many or too few is a mistake of ours."""
        demand_fit(self.frame, len(self.inside), len(self.names))

    @property
    def html(self) -> str:
        """The piece as a whole; put together anew each time, since it is long and its parts are shared."""
        return _whole(self, {})


def demand_fit(frame: str, pieces: int, names: int) -> None:
    """Raises ``ValueError`` when a frame has not as many gaps and holes."""
    if (frame.count(GAP), frame.count(HOLE)) != (pieces, names):
        raise ValueError(f"{pieces} pieces and {names} names do not fit into {frame!r}")


def _whole(piece: Piece, known: dict[Piece, str]) -> str:
    if piece in known:
        return known[piece]
    inside, names = iter(piece.inside), iter(piece.names)
    parts = [
        _whole(next(inside), known) if part == GAP else html.escape(next(names)) if part == HOLE else part
        for part in split(piece.frame)
    ]
    known[piece] = "".join(parts)
    return known[piece]


@lru_cache(maxsize=1 << 11)
def split(frame: str) -> tuple[str, ...]:
    """The texts of a frame, and its gaps and holes, in order."""
    return tuple(filter(None, re.split(f"([{GAP}{HOLE}])", frame)))


@dataclass(frozen=True)
class Value:
    """What fills a slot. For ``HTML`` it is a fragment that was escaped when it was made, perhaps in pieces."""

    kind: Kind
    given: str | Piece

    @property
    def text(self) -> str:
        """What fills the slot, as one text."""
        return self.given if isinstance(self.given, str) else self.given.html


def sentinel(number: int) -> str:
    r"""The slot with this number, as it travels through the renderer.

    >>> sentinel(7) == "\ue0007\ue001"
    True
    """
    return f"{OPEN}{number}{CLOSE}"


@dataclass
class Ledger:
    """Hands out the slot numbers of a page, for each passage in the order of first use, and keeps what fills each.

    ``position`` is that of the passage on its page, from 0.
    """

    position: int = 0
    values: dict[int, Value] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    def turn_to(self, position: int) -> None:
        """Goes on with another passage of the page, whose slots are its own."""
        self.position = position
        self._numbers = {}

    def slot(self, fact: str, value: Value) -> str:
        """The slot for a fact; the same fact has the same slot wherever the page uses it."""
        number = self._numbers.setdefault(fact, OWN * (self.position + 1) + len(self._numbers))
        self.values[number] = value
        return sentinel(number)
