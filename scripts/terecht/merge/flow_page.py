"""The flow as a fragment in pieces: every question and card of an organisation's plan, each part written once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup

from terecht.flow.conditions import Condition
from terecht.flow.plan import Card, Link, Offer
from terecht.flow.table import Entry, Question
from terecht.merge.flow_form import FlowForm, Says
from terecht.merge.ours import Ours
from terecht.slots import HOLE, Piece, row

#: The page of what the rules rest on.
SOURCES = "over#bronnen"


class Said(NamedTuple):
    """A sentence; ``when`` is a hole where it has a condition, here and below."""

    when: str | None
    html: Markup


class Title(NamedTuple):
    """A title."""

    when: str | None
    text: str


class Read(NamedTuple):
    """A page to read on."""

    when: str | None
    address: str
    title: str


class Answer(NamedTuple):
    """An answer to a question; a person has a number."""

    shown: str | None
    id: str
    text: str
    number: str | None


class Names:
    """Leaves holes in a part, and keeps the names of conditions that fill them, in the order of the part."""

    def __init__(self, form: FlowForm) -> None:
        self._form = form
        self._found: list[str] = []

    def __call__(self, condition: Condition) -> str | None:
        """A hole for the name of a condition; nothing for one that always holds."""
        name = self._form.name(condition)
        return None if name is None else self.of(name)

    def of(self, name: str) -> str:
        """A hole for another name."""
        self._found.append(name)
        return HOLE

    @property
    def found(self) -> tuple[str, ...]:
        """What fills the holes."""
        return tuple(self._found)


@dataclass(frozen=True, eq=False)
class FlowPage:
    """Puts the flow of one organisation together. ``persons`` are the cards of its contacts, ``address`` of a link."""

    form: FlowForm
    ours: Ours
    persons: Mapping[str, Piece]
    address: Callable[[str], str]
    _bodies: dict[Offer, tuple[Piece, ...]] = field(default_factory=dict)
    _people: dict[tuple[Entry, ...], Piece] = field(default_factory=dict)
    _reading: dict[tuple[Entry, ...], Piece] = field(default_factory=dict)
    _sources: dict[str, Piece] = field(default_factory=dict)

    def piece(self) -> Piece:
        """The whole form."""
        form, plan = self.form, self.form.plan
        first, *others = [self._question(question) for question in form.questions(after=False)]
        safety = [self._section(card, "safety") for card in form.possible(plan.safety)]
        outcome = [
            *(self._beside(card) for card in form.possible(plan.top)),
            *self._lines(plan.top_lines, told=True),
            *(self._section(card, "first") for card in form.possible(plan.first)),
            *(self._beside(card) for card in form.possible(plan.also)),
            *self._lines(plan.lines, told=True),
        ]
        after = [self._question(question) for question in form.questions(after=True)]
        names = Names(form)
        frame = self.ours.part("form", names(plan.asked["werkrelatie"]))
        return Piece(frame, (first, row(safety), row(others), row(outcome), row(after)), names.found)

    def _question(self, question: Question) -> Piece:
        text, names = self.form.sentences.questions[question.id], Names(self.form)
        numbers = self.form.plan.advisers if question.people else {}
        asked = names(self.form.plan.asked[question.id])
        answers = tuple(
            Answer(names(shown), name, answer, numbers.get(name)) for name, answer, shown in self.form.answers(question)
        )
        make = self.ours.made if question.people else self.ours.part
        frame = make("question", question.id, text.title, text.hint, question.several, asked, answers)
        return Piece(frame, (), names.found)

    def _section(self, card: Card, kind: str) -> Piece:
        """A card that stands open; beside the first contact it says neither why it is there nor on what it rests."""
        names, also = Names(self.form), kind == "also"
        reason = None if also else self.form.sentences.reasons[card.source]
        facts = (card.source, card.outcome, names(card.when), self._titles(card, names))
        frame = self.ours.part("card", kind, *facts, reason)
        return Piece(frame, (row([*self._body(card), *([] if also else [self._source(card.source)])]),), names.found)

    def _beside(self, card: Card) -> Piece:
        """A card beside the first contact: as large as that, or folded."""
        sheet = self.form.sheet
        folded = sheet.algebra.no(card.large)
        found = []
        if sheet.possible(card.large):
            found.append(self._aside(self._section(card, "also"), card.large, large=True))
        if sheet.possible(folded):
            names = Names(self.form)
            frame = self.ours.part("fold", card.source, card.outcome, names(card.when), self._titles(card, names))
            found.append(self._aside(Piece(frame, (row(self._body(card)),), names.found), folded, large=False))
        return row(found)

    def _aside(self, card: Piece, when: Condition, *, large: bool) -> Piece:
        names = Names(self.form)
        return Piece(self.ours.part("aside", names(when), large), (card,), names.found)

    def _titles(self, card: Card, names: Names) -> tuple[Title, ...]:
        text, sheet = self.form.words(card), self.form.sheet
        somebody = sheet.algebra.no(card.missing)
        if not text.missing_title or not sheet.possible(card.missing):
            return (Title(None, text.title),)
        if not sheet.possible(somebody):
            return (Title(None, text.missing_title),)
        return Title(names(somebody), text.title), Title(names(card.missing), text.missing_title)

    def _body(self, card: Card) -> list[Piece]:
        """What a card says: that of its offer, and where to read on, which depends on its place."""
        if card.offer not in self._bodies:
            self._bodies[card.offer] = tuple(row(part) for part in (self._offers(card), self._rest(card)))
        offers, rest = self._bodies[card.offer]
        more = [rest, *self._links(card)]
        if card in self.form.plan.safety:
            more = [Piece(self.ours.part("more"), (row(more),))]
        return [offers, *more]

    def _offers(self, card: Card) -> Iterator[Piece]:
        """Why, whom one can turn to, and what to expect."""
        offer, form, ours = card.offer, self.form, self.ours
        if why := form.says(card, "why"):
            yield self._sentences("why", why)
        number = form.organisation.policy.emergency.internal
        if offer.outcome == "alarm" and number:
            yield Piece(ours.made("alarm", number))
        missing = form.words(card).missing
        for position, link in enumerate(offer.links):
            yield from self._link(link)
            if position == 0 and missing and form.sheet.possible(offer.missing):
                names = Names(form)
                yield Piece(ours.part("note", missing, names(offer.missing)), (), names.found)
        yield from self._lines(offer.instead)
        for link in offer.beside:
            yield from self._link(link)
        if not offer.links and not offer.beside:
            yield from self._lines(offer.lines)
        yield from self._list(card, "expect")

    def _rest(self, card: Card) -> Iterator[Piece]:
        yield from self._list(card, "cannot")
        yield from self._list(card, "ways")
        if card.links or card.beside:
            yield from self._lines(card.lines)
            yield Piece(self.ours.part("other"))

    def _list(self, card: Card, part: str) -> Iterator[Piece]:
        if found := self.form.says(card, part):
            yield self._sentences("says", found, part)

    def _sentences(self, part: str, found: list[Says], *title: str) -> Piece:
        names = Names(self.form)
        somebody = [names(self.form.somebody(found))] if title else []
        make = self.ours.made if any(one.own for one in found) else self.ours.part
        frame = make(part, *title, *somebody, tuple(Said(names(one.when), one.html) for one in found))
        return Piece(frame, (), names.found)

    def _link(self, link: Link) -> Iterator[Piece]:
        form = self.form
        people = tuple(form.possible(link.people))
        if people and form.sheet.possible(link.when):
            if people not in self._people:
                self._people[people] = row(self._entry("contact", one, self.persons[one.name]) for one in people)
            names = Names(form)
            facts = (link.role, form.secret(link.role), names(link.when), names(form.somebody(people)))
            yield Piece(self.ours.part("who", *facts), (self._people[people],), names.found)

    def _entry(self, kind: str, entry: Entry, card: Piece) -> Piece:
        names = Names(self.form)
        return Piece(self.ours.part("entry", kind, names.of(entry.name), names(entry.when)), (card,), names.found)

    def _lines(self, entries: tuple[Entry, ...], *, told: bool = False) -> list[Piece]:
        found = self.form.possible(entries)
        cards = [self._entry("line", entry, self.ours.line(entry.name, told)) for entry in found]
        return [Piece(self.ours.part("lines"), (row(cards),))] if cards else []

    def _links(self, card: Card) -> list[Piece]:
        links = self.form.links(card)
        if links and links not in self._reading:
            names = Names(self.form)
            found = [Read(names(one.when), self.address(one.name), self.ours.title_of(one.name)) for one in links]
            self._reading[links] = Piece(self.ours.part("read", tuple(found)), (), names.found)
        return [self._reading[links]] if links else []

    def _source(self, rule: str) -> Piece:
        if rule not in self._sources:
            laws = self.form.rules[rule].laws
            self._sources[rule] = Piece(self.ours.part("source", rule, laws, self.address(SOURCES)))
        return self._sources[rule]
