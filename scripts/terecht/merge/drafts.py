"""Drafts: pieces that many organisations share, with blanks for what is one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from terecht.flow.conditions import Condition
from terecht.flow.sheet import Sheet
from terecht.slots import GAP, HOLE, Piece


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


Blank: TypeAlias = Person | Sentence | OwnNumber


@dataclass(frozen=True, eq=False, slots=True)
class Draft:
    """A piece with a blank, here or further inside; see :class:`Piece`."""

    frame: str
    inside: tuple[Part, ...]
    names: tuple[str | Person, ...]


Part: TypeAlias = Piece | Draft | Blank


def draft(frame: str, inside: Iterable[Part] = (), names: Iterable[str | Person] = ()) -> Piece | Draft:
    """A piece when nothing in it is blank, else a draft of one."""
    parts, named = tuple(inside), tuple(names)
    whole = tuple(part for part in parts if isinstance(part, Piece))
    known = tuple(name for name in named if isinstance(name, str))
    if len(whole) == len(parts) and len(known) == len(named):
        return Piece(frame, whole, known)
    return Draft(frame, parts, named)


def row(parts: Iterable[Part]) -> Piece | Draft:
    """Parts one after the other."""
    inside = tuple(parts)
    return draft("\n".join([GAP] * len(inside)), inside)


class Filling:
    """Fills the blanks of one organisation: ``own`` gives what stands in a blank, ``id_of`` the id of a contact."""

    def __init__(self, own: Callable[[Blank], Piece], id_of: Callable[[Person], str]) -> None:
        self._own = own
        self._id_of = id_of
        self._done: dict[Draft | Blank, Piece] = {}

    def __call__(self, part: Part) -> Piece:
        """The part with nothing blank, once for all its places."""
        if isinstance(part, Piece):
            return part
        if part not in self._done:
            self._done[part] = self._filled(part) if isinstance(part, Draft) else self._own(part)
        return self._done[part]

    def _filled(self, part: Draft) -> Piece:
        names = (name if isinstance(name, str) else self._id_of(name) for name in part.names)
        return Piece(part.frame, tuple(map(self, part.inside)), tuple(names))


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
