"""The cards of the flow, each made once for all organisations in which it says the same.

A card knows nothing of an organisation but its :class:`Case`, and leaves blanks for people and for sentences that show
a fact. So what is made for one can never tell another anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Literal, NamedTuple, TypeAlias, TypeVar

from markupsafe import Markup

from terecht.flow.conditions import ALWAYS, Condition
from terecht.flow.items import Asked, RoleFor, item_condition
from terecht.flow.plan import Link, Offer
from terecht.flow.selectors import Raw
from terecht.flow.sentences import OTHERWISE, Item, Sentences
from terecht.flow.sheet import Sheet
from terecht.flow.table import MANAGERS, Entry, Rule, Table
from terecht.merge.drafts import Draft, Names, OwnNumber, Part, Person, Sentence, Whole, draft, row
from terecht.merge.ours import KEPT, Ours
from terecht.slots import GAP

#: Where a card stands.
Kind: TypeAlias = Literal["safety", "first", "also"]
#: The page of what the rules rest on.
SOURCES = "over#bronnen"
_GAP = Markup(GAP)  # noqa: S704 - a constant
#: Pages to read on after a card: more is a choice too many.
_MOST_LINKS = 4


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


@dataclass(frozen=True)
class Case:
    """All that a card depends on beside its place: in equal cases an outcome says the same, whoever's it is.

    ``offer`` has blanks for names of people. ``facts`` and ``roles_left`` are those that the sentences of the outcome
    ask (``Cards.asked``), ``holds`` those of their ``when`` that hold. ``own_number``: there is one for an emergency.
    """

    offer: Offer
    safety: bool
    facts: frozenset[str]
    roles_left: tuple[tuple[RoleFor, Condition], ...]
    holds: frozenset[str]
    own_number: bool

    @property
    def left(self) -> Mapping[RoleFor, Condition]:
        """When somebody is left of the roles."""
        return dict(self.roles_left)


@dataclass(frozen=True, eq=False)
class Body:
    """What a card says, wherever it stands. ``linked`` are pages and headings to read on, and when each is named."""

    case: Case
    offers: Whole
    rest: Whole
    linked: tuple[tuple[str, Condition], ...]
    rules: Mapping[str, str]


class Made(NamedTuple):
    """A card, and the rules of the stylesheet for what stands under a condition in it, by name."""

    part: Draft
    rules: Mapping[str, str]


class Cards:
    """The cards in one language, for organisations in which questions are asked alike (``raw``).

    ``address`` is that of a page and heading, as it is in sites with the same languages.
    """

    def __init__(self, ours: Ours, sentences: Sentences, table: Table, raw: Raw, address: Callable[[str], str]) -> None:
        self.ours = ours
        self.sentences = sentences
        self.table = table
        self.raw = raw
        self.address = address
        self.rules: Mapping[str, Rule] = {rule.id: rule for rule in (*table.safety, *table.rules)}
        #: What the sentences of an outcome ask.
        self.asked = lru_cache(maxsize=KEPT)(self._asked)
        #: Every ``when`` of a sentence, once.
        self.whens = tuple(sorted(frozenset().union(*(self.asked(outcome).whens for outcome in sentences.outcomes))))
        #: What a card says in a case.
        self.body = lru_cache(maxsize=KEPT)(self._body)
        #: A card at its place: for which rule, when it stands there, and when as large as the first contact.
        self.card = lru_cache(maxsize=KEPT)(self._card)

    def _asked(self, outcome: str) -> Asked:
        parts = self.sentences.outcomes[outcome].parts.values()
        return Asked.by(chain.from_iterable(parts), self.table.outcomes[outcome], self.table)

    def _body(self, case: Case) -> Body:
        return _Body(self, case, Sheet(self.raw)).made()

    def _card(self, kind: Kind, source: str, when: Condition, large: Condition, body: Body) -> Made:
        sheet = Sheet(self.raw)
        sheet.take(body.rules)
        place = _Place(self, source, when, body, sheet)
        return Made(place.beside(large) if kind == "also" else place.section(kind), sheet.rules)


class _Says(NamedTuple):
    """One sentence of a card: ``when`` it stands, its words or a blank for them, and the page to read on."""

    when: Condition
    shown: Markup | Sentence
    link: str | None


def entry(ours: Ours, sheet: Sheet, kind: str, name: str | Person, when: Condition, card: Part) -> Draft:
    """One of a list of people or lines."""
    names = Names(sheet)
    return draft(ours.part("entry", kind, names.of(name), names(when)), [card], names.found)


def lines(ours: Ours, sheet: Sheet, entries: Iterable[Entry], *, told: bool) -> list[Draft]:
    """National lines, if there is one; perhaps with what each is ``told``."""
    found = [
        entry(ours, sheet, "line", one.name, one.when, Draft(ours.line(one.name, told)))
        for one in entries
        if sheet.possible(one.when)
    ]
    return [draft(ours.part("lines"), [row(found)])] if found else []


#: What has a ``when``.
_Conditional = TypeVar("_Conditional", Entry, _Says)


class _Body:
    """Makes a body."""

    def __init__(self, cards: Cards, case: Case, sheet: Sheet) -> None:
        self.cards = cards
        self.case = case
        self.offer = case.offer
        self.sheet = sheet
        self.algebra = sheet.algebra
        self.words = cards.sentences.outcomes[self.offer.outcome]
        self.said = {part: list(self._says(part, items)) for part, items in self.words.parts.items()}
        self._people: dict[tuple[Entry, ...], Draft] = {}

    def made(self) -> Body:
        """The body."""
        offers, rest = Whole(row(self._offers())), Whole(row(self._rest()))
        linked = ((one.link, one.when) for said in self.said.values() for one in said if one.link)
        return Body(self.case, offers, rest, tuple(dict.fromkeys(linked)), self.sheet.rules)

    def _says(self, part: str, items: tuple[Item, ...]) -> Iterator[_Says]:
        outcome = self.cards.table.outcomes[self.offer.outcome]
        for position, item in enumerate(items):
            if item.when and item.when not in self.case.holds:
                continue
            reader, safety = self.offer.reader, self.case.safety
            stands = item_condition(item, outcome, reader, self.case, self.cards.table, safety=safety)
            if self.sheet.possible(stands):
                own = Sentence(self.offer.outcome, part, position)
                yield _Says(stands, own if "{{" in item.text else Markup.escape(item.text), item.link)

    def _offers(self) -> Iterator[Draft]:
        """Why, whom one can turn to, and what to expect."""
        offer, part = self.offer, self.cards.ours.part
        if why := self.said["why"]:
            yield self._sentences("why", why)
        if self.case.own_number:
            yield draft(GAP, [OwnNumber()])
        for position, link in enumerate(offer.links):
            yield from self._link(link)
            if position == 0 and self.words.missing and self.sheet.possible(offer.missing):
                names = Names(self.sheet)
                yield draft(part("note", self.words.missing, names(offer.missing)), (), names.found)
        yield from self._lines(offer.instead)
        for link in offer.beside:
            yield from self._link(link)
        if not offer.links and not offer.beside:
            yield from self._lines(offer.lines)
        yield from self._list("expect")

    def _rest(self) -> Iterator[Draft]:
        yield from self._list("cannot")
        yield from self._list("ways")
        if self.offer.links or self.offer.beside:
            yield from self._lines(self.offer.lines)
            yield Draft(self.cards.ours.part("other"))

    def _list(self, part: str) -> Iterator[Draft]:
        if found := self.said[part]:
            yield self._sentences("says", found, part)

    def _sentences(self, part: str, found: list[_Says], *title: str) -> Draft:
        names = Names(self.sheet)
        somebody = [names(self._any(found))] if title else []
        own = [one.shown for one in found if isinstance(one.shown, Sentence)]
        said = tuple(Said(names(one.when), _GAP if isinstance(one.shown, Sentence) else one.shown) for one in found)
        return draft(self.cards.ours.part(part, *title, *somebody, said), own, names.found)

    def _link(self, link: Link) -> Iterator[Draft]:
        people = tuple(self._possible(link.people))
        if not people or not self.sheet.possible(link.when):
            return
        if people not in self._people:
            self._people[people] = row(self._person(one) for one in people)
        names = Names(self.sheet)
        secret = self.cards.sentences.secret
        facts = (link.role, secret.get(link.role, secret[OTHERWISE]), names(link.when), names(self._any(people)))
        yield draft(self.cards.ours.part("who", *facts), [self._people[people]], names.found)

    def _person(self, person: Entry) -> Draft:
        ours, name = self.cards.ours, person.name
        if name in MANAGERS:
            return entry(ours, self.sheet, "contact", name, person.when, Draft(ours.manager(name)))
        return entry(ours, self.sheet, "contact", Person(name), person.when, Person(name))

    def _lines(self, entries: tuple[Entry, ...]) -> list[Draft]:
        return lines(self.cards.ours, self.sheet, entries, told=False)

    def _possible(self, parts: Iterable[_Conditional]) -> Iterator[_Conditional]:
        return (part for part in parts if self.sheet.possible(part.when))

    def _any(self, parts: Iterable[_Conditional]) -> Condition:
        return self.algebra.some(*(part.when for part in parts))


class _Place:
    """Puts a body at a place."""

    def __init__(self, cards: Cards, source: str, when: Condition, body: Body, sheet: Sheet) -> None:
        self.cards = cards
        self.part = cards.ours.part
        self.source = source
        self.when = when
        self.body = body
        self.offer = body.case.offer
        self.sheet = sheet
        self.algebra = sheet.algebra

    def section(self, kind: Kind) -> Draft:
        """A card that stands open; beside the first contact it says neither why it is there nor on what it rests."""
        names, also = Names(self.sheet), kind == "also"
        reason = None if also else self.cards.sentences.reasons[self.source]
        facts = (self.source, self.offer.outcome, names(self.when), self._titles(names))
        frame = self.part("card", kind, *facts, reason)
        return draft(frame, [row([*self._says(), *([] if also else [self._source()])])], names.found)

    def beside(self, large: Condition) -> Draft:
        """A card beside the first contact: as large as that, or folded."""
        folded = self.algebra.no(large)
        found = []
        if self.sheet.possible(large):
            found.append(self._aside(self.section("also"), large, large=True))
        if self.sheet.possible(folded):
            names = Names(self.sheet)
            frame = self.part("fold", self.source, self.offer.outcome, names(self.when), self._titles(names))
            found.append(self._aside(draft(frame, [row(self._says())], names.found), folded, large=False))
        return row(found)

    def _aside(self, card: Part, when: Condition, *, large: bool) -> Draft:
        names = Names(self.sheet)
        return draft(self.part("aside", names(when), large), [card], names.found)

    def _titles(self, names: Names) -> tuple[Title, ...]:
        words, missing = self.cards.sentences.outcomes[self.offer.outcome], self.offer.missing
        somebody = self.algebra.no(missing)
        if not words.missing_title or not self.sheet.possible(missing):
            return (Title(None, words.title),)
        if not self.sheet.possible(somebody):
            return (Title(None, words.missing_title),)
        return Title(names(somebody), words.title), Title(names(missing), words.missing_title)

    def _says(self) -> list[Part]:
        """The body, and where to read on, which depends on the place."""
        more: list[Part] = [self.body.rest, *self._links()]
        if self.body.case.safety:
            more = [draft(self.part("more"), [row(more)])]
        return [self.body.offers, *more]

    def _links(self) -> Iterator[Draft]:
        """The pages to read on, each once with the first heading that a sentence names, where one of them stands."""
        if found := list(self._pages())[:_MOST_LINKS]:
            names = Names(self.sheet)
            address, title_of = self.cards.address, self.cards.ours.title_of
            links = tuple(Read(names(one.when), address(one.name), title_of(one.name)) for one in found)
            yield draft(self.part("read", links), (), names.found)

    def _pages(self) -> Iterator[Entry]:
        first: dict[str, str] = {}
        stands: dict[str, list[Condition]] = {}
        for link, when in self.body.linked:
            if when is ALWAYS or self.sheet.possible(self.algebra.within(self.when, when)):
                page = link.partition("#")[0]
                first.setdefault(page, link)
                stands.setdefault(page, []).append(when)
        for page, conditions in stands.items():
            yield Entry(first[page], self.algebra.some(*conditions))

    def _source(self) -> Draft:
        rule = self.cards.rules[self.source]
        return Draft(self.part("source", rule.id, rule.laws, self.cards.address(SOURCES)))
