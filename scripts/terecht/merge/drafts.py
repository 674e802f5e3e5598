"""Drafts: parts of a page that many organisations share, with blanks for what is one's own."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from terecht.flow.conditions import Condition
from terecht.flow.sheet import Sheet
from terecht.slots import GAP, HOLE, Piece, demand_fit, split


@dataclass(frozen=True)
class Person:
    """The blank for the short card of a contact, or for their id: ``name`` is that of ``FlowForm.blanks``."""

    name: str


@dataclass(frozen=True)
class Sentence:
    """The blank for a sentence that shows a fact: where it stands in the file of sentences."""

    outcome: str
    part: str
    position: int


@dataclass(frozen=True)
class OwnNumber:
    """The blank for the organisation's own number for an emergency."""


#: What an organisation fills a blank with.
Own: TypeAlias = Person | Sentence | OwnNumber


@dataclass(frozen=True, eq=False, slots=True)
class Whole:
    """A draft that stays a piece of its own, since several parts hold it."""

    draft: Draft


Blank: TypeAlias = Own | Whole


@dataclass(frozen=True, eq=False, slots=True)
class Draft:
    """HTML with a gap for each of the ``blanks`` and a hole for the id of each of the ``people``; see ``Piece``."""

    frame: str
    blanks: tuple[Blank, ...] = ()
    people: tuple[Person, ...] = ()


Part: TypeAlias = Draft | Blank


def draft(frame: str, inside: Iterable[Part] = (), names: Iterable[str | Person] = ()) -> Draft:
    """A frame with the parts for its gaps and the names for its holes written into it, but for what is blank.

    Raises ``ValueError`` for a part or a name too many or too few.
    """
    parts, named = tuple(inside), tuple(names)
    demand_fit(frame, len(parts), len(named))
    next_part, next_name = iter(parts), iter(named)
    written: list[str] = []
    blanks: list[Blank] = []
    people: list[Person] = []
    for text in split(frame):
        if text == GAP:
            part = next(next_part)
            written.append(part.frame if isinstance(part, Draft) else GAP)
            blanks += part.blanks if isinstance(part, Draft) else [part]
            people += part.people if isinstance(part, Draft) else []
        elif text == HOLE:
            name = next(next_name)
            written.append(html.escape(name) if isinstance(name, str) else HOLE)
            people += [] if isinstance(name, str) else [name]
        else:
            written.append(text)
    return Draft("".join(written), tuple(blanks), tuple(people))


def row(parts: Iterable[Part]) -> Draft:
    """Parts one after the other."""
    inside = tuple(parts)
    return draft("\n".join([GAP] * len(inside)), inside)


class Filling:
    """Fills the blanks of one organisation: ``own`` gives what stands in a blank, ``id_of`` the id of a contact."""

    def __init__(self, own: Callable[[Own], Piece], id_of: Callable[[Person], str]) -> None:
        self._own = own
        self._id_of = id_of
        self._done: dict[Blank, Piece] = {}

    def __call__(self, part: Draft) -> Piece:
        """The part with nothing blank."""
        return Piece(part.frame, tuple(map(self._filled, part.blanks)), tuple(map(self._id_of, part.people)))

    def _filled(self, blank: Blank) -> Piece:
        if blank not in self._done:
            self._done[blank] = self(blank.draft) if isinstance(blank, Whole) else self._own(blank)
        return self._done[blank]


class Names:
    """Leaves holes in a frame, and keeps the names that fill them, in the order of the frame."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._found: list[str | Person] = []

    def __call__(self, condition: Condition) -> str | None:
        """A hole for the name of a condition; nothing for one that always holds."""
        name = self._sheet.name(condition)
        return None if name is None else self.of(name)

    def of(self, name: str | Person) -> str:
        """A hole for another name."""
        self._found.append(name)
        return HOLE

    @property
    def found(self) -> tuple[str | Person, ...]:
        """What fills the holes."""
        return tuple(self._found)
