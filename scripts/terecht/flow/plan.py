"""All that one organisation's flow can show, and for each part the condition under which it does.

The page is this plan with words, its stylesheet is this plan's conditions turned round, and ``flow check`` proves what
must hold by reasoning about them. ``decide`` computes the same for one set of answers and knows nothing of plans.
The conditions are about answers that count (``table.Table.counted``); facts are settled, so none is left in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import get_args

from terecht.flow.algebra import Algebra
from terecht.flow.conditions import ALWAYS, NEVER, Answers, Condition, Every, Given, Not, Once, Some
from terecht.flow.facts import as_addition, facts_of
from terecht.flow.table import ABOUT_ADVISERS, MANAGERS, ROLES_INVOLVED, Advice, Entry, Outcome, Rule, Table
from terecht.load.organisation import Contact, Organisation, Relation

_RELATIONS: tuple[str, ...] = get_args(Relation)
_ACCUSED = Given("rol", "beklaagde")


@dataclass(frozen=True)
class Link:
    """The people of one role on a card, in order. With ``when`` it is the turn of this role, in this order."""

    role: str
    when: Condition
    people: tuple[Entry, ...]


@dataclass(frozen=True, eq=False)
class Offer(metaclass=Once):
    """Whom and what an outcome offers: the same on each card of it that is for the same ``reader``.

    ``links`` are its role and the chain of it, ``instead`` the lines at the end of the chain; ``missing`` says that
    nobody of the role is left. ``beside`` are further roles. What is in it is written as where ``reader`` holds.
    """

    outcome: str
    reader: Condition
    links: tuple[Link, ...]
    missing: Condition
    instead: tuple[Entry, ...]
    beside: tuple[Link, ...]
    lines: tuple[Entry, ...]

    def renamed(self, names: Mapping[str, str]) -> Offer:
        """The same with these names for its people; others keep theirs."""
        links, beside = (
            tuple(
                Link(link.role, link.when, tuple(Entry(names.get(one.name, one.name), one.when) for one in link.people))
                for link in group
            )
            for group in (self.links, self.beside)
        )
        return Offer(self.outcome, self.reader, links, self.missing, self.instead, beside, self.lines)


@dataclass(frozen=True, eq=False)
class Card:
    """An offer at one place: ``when`` it stands there, and when as ``large`` as the first contact."""

    source: str
    when: Condition
    large: Condition
    offer: Offer

    @property
    def outcome(self) -> str:
        """The outcome that the card is about."""
        return self.offer.outcome

    @property
    def links(self) -> tuple[Link, ...]:
        """The people of its role, and of the chain of that."""
        return self.offer.links

    @property
    def missing(self) -> Condition:
        """Nobody of its role is left."""
        return self.offer.missing

    @property
    def instead(self) -> tuple[Entry, ...]:
        """The lines at the end of the chain."""
        return self.offer.instead

    @property
    def beside(self) -> tuple[Link, ...]:
        """The people of further roles."""
        return self.offer.beside

    @property
    def lines(self) -> tuple[Entry, ...]:
        """Its own lines."""
        return self.offer.lines


@dataclass(frozen=True)
class Plan:
    """``safety`` comes on top; ``top`` and ``top_lines`` above the ``first`` contact; ``also`` and ``lines`` below.

    ``left`` says for each role, and for a topic of a vertrouwenspersoon, when somebody of it is left. The conditions of
    questions and answers are in ``asked`` and ``shown``. In conditions the vertrouwenspersonen have the numbers that
    ``advisers`` gives them, so that organisations whose people differ in name alone have the same conditions.
    """

    asked: Mapping[str, Condition]
    shown: Mapping[tuple[str, str], Condition]
    safety: tuple[Card, ...]
    top_lines: tuple[Entry, ...]
    top: tuple[Card, ...]
    first: tuple[Card, ...]
    also: tuple[Card, ...]
    lines: tuple[Entry, ...]
    left: Mapping[tuple[str, str | None], Condition]
    hidden: tuple[Entry, ...]
    facts: frozenset[str]
    advisers: Mapping[str, str]

    def numbered(self, answers: Answers) -> Answers:
        """The answers with the numbers of vertrouwenspersonen instead of their ids, as the conditions know them."""
        return frozenset(
            (question, self.advisers.get(answer, answer) if question == ABOUT_ADVISERS else answer)
            for question, answer in answers
        )

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards, in the order of the page."""
        return (*self.safety, *self.top, *self.first, *self.also)


def plan_of(table: Table, organisation: Organisation) -> Plan:
    """The plan of one organisation."""
    return _Planner(table, organisation).plan()


class _Planner:
    def __init__(self, table: Table, organisation: Organisation) -> None:
        self.table = table
        self.organisation = organisation
        self.facts = facts_of(organisation)
        self.algebra = Algebra.of(table)
        advisers = organisation.with_role("vertrouwenspersoon")
        self.advisers = {contact.id: str(number) for number, contact in enumerate(advisers, 1)}
        self.involved = {contact.id: self._said_to_be_involved(contact) for contact in organisation.contacts}
        self._people = cache(self._who_may_be_offered)
        self._offer = cache(self._offered)
        self.external_first = self._some(advice.when for advice in table.additions if advice.external_first)

    def plan(self) -> Plan:
        rules = list(self._rules(self.table.rules))
        safety = list(self._rules(self.table.safety))
        advices: list[tuple[Advice, Condition]] = [
            *((rule, self._some(when for _, when in outcomes)) for rule, outcomes in (*safety, *rules)),
            *((advice, self._settled(advice.when)) for advice in self.table.additions),
        ]
        taken: dict[str, list[Condition]] = {}
        for _, outcomes in (*safety, *rules):
            for outcome, when in outcomes:
                taken.setdefault(outcome, []).append(when)
        top = tuple(self._beside(advices, "top_also", taken))
        also = tuple(self._beside(advices, "also", taken))
        loose = [(advice, when) for advice, when in advices if advice not in self.table.safety]
        return Plan(
            MappingProxyType({question.id: self._settled(question.asked) for question in self.table.questions}),
            MappingProxyType(
                {
                    (question.id, answer): self._settled(when)
                    for question in self.table.questions
                    for answer, when in question.shown.items()
                }
            ),
            tuple(self._safety_card(rule, outcome, when) for rule, outcomes in safety for outcome, when in outcomes),
            _possible(self._once(self._loose(advices, "top_lines"))),
            top,
            tuple(self._card(rule.id, outcome, when) for rule, outcomes in rules for outcome, when in outcomes),
            also,
            _possible(self._once(self._loose(loose, "lines"))),
            MappingProxyType(dict(self._left())),
            tuple(Entry(contact.id, self.involved[contact.id]) for contact in self.organisation.contacts),
            self.facts,
            MappingProxyType(self.advisers),
        )

    def _settled(self, condition: Condition) -> Condition:
        return self.algebra.settled(condition, self.facts)

    def _some(self, parts: Iterable[Condition]) -> Condition:
        return self.algebra.some(*map(self._settled, parts))

    def _rules(self, rules: tuple[Rule, ...]) -> Iterator[tuple[Rule, list[tuple[str, Condition]]]]:
        """Each rule with its outcomes, and when the rule is the first that matches and gives that one."""
        earlier: list[Condition] = []
        for rule in rules:
            when = self._settled(rule.when)
            here = self.algebra.every(when, *map(self.algebra.no, earlier))
            outcomes = []
            for entry in rule.outcome:
                this = self._settled(entry.when)
                outcomes.append((entry.name, self.algebra.every(here, this)))
                here = self.algebra.every(here, self.algebra.no(this))
            yield rule, [(name, condition) for name, condition in outcomes if condition != NEVER]
            earlier.append(when)

    def _beside(
        self, advices: list[tuple[Advice, Condition]], which: str, taken: dict[str, list[Condition]]
    ) -> Iterator[Card]:
        """The cards that stand beside the first contact; each outcome once, at the first place that asks for it."""
        for advice, matches in advices:
            for entry in getattr(advice, which):
                outcome = as_addition(entry.name, self.facts)
                if outcome is None:
                    continue
                wanted = self.algebra.every(matches, self._settled(entry.when))
                free = [self.algebra.no(self.algebra.within(wanted, other)) for other in taken.get(outcome, ())]
                when = self.algebra.every(wanted, *free, self._may_stand(self.table.outcomes[outcome]))
                if when != NEVER:
                    yield self._card(advice.id, outcome, when, self.algebra.within(when, self._settled(entry.large)))
                    taken.setdefault(outcome, []).append(wanted)

    def _may_stand(self, outcome: Outcome) -> Condition:
        allowed = self.algebra.no(_ACCUSED) if outcome.id in self.table.not_for_accused_outcomes else ALWAYS
        if outcome.role is None or outcome.stays:
            return allowed
        said = Given("betrokken", outcome.role)
        if outcome.role in MANAGERS:
            return self.algebra.every(allowed, self.algebra.no(said))
        gone = self.algebra.every(
            said, *(self.involved[contact.id] for contact in self.organisation.with_role(outcome.role))
        )
        known = outcome.role in self.table.answers("betrokken")
        return self.algebra.every(allowed, self.algebra.no(gone)) if known else allowed

    def _safety_card(self, rule: Rule, outcome: str, when: Condition) -> Card:
        own = self._entries(self.table.outcomes[outcome].lines)
        lines = _possible(self._once([*own, *self._entries(rule.lines)]))
        return Card(rule.id, when, ALWAYS, Offer(outcome, ALWAYS, (), NEVER, (), (), lines))

    def _card(self, source: str, name: str, when: Condition, large: Condition = ALWAYS) -> Card:
        return Card(source, when, large, self._offer(name, _reader(when)))

    def _offered(self, name: str, reader: Condition) -> Offer:
        outcome = self.table.outcomes[name]
        groups: list[tuple[Link, ...]] = []
        instead: list[Entry] = []
        missing: Condition = NEVER
        if outcome.role:
            roles = self.table.chains[outcome.role]
            turn: Condition = ALWAYS
            for role in (Entry(outcome.role, ALWAYS), *self._entries(roles.roles)):
                topic = outcome.topic if role.name == "vertrouwenspersoon" else None
                groups.append(self._links(Entry(role.name, self.algebra.every(turn, role.when)), topic))
                somebody = self._any(self._people(role.name, topic))
                turn = self.algebra.every(turn, self.algebra.no(self.algebra.every(role.when, somebody)))
                missing = turn if len(groups) == 1 else missing
            instead = [Entry(line.name, self.algebra.every(turn, line.when)) for line in self._entries(roles.lines)]
        own = len(groups)
        groups += [
            self._links(role, outcome.topic) for role in self._entries(outcome.beside) if role.name not in MANAGERS
        ]
        lines = self._once(self._allowed([*instead, *self._entries(outcome.lines)]), reader)
        shown = self._each_once(groups, reader)
        first, chained, beside = shown[: min(own, 1)], shown[1:own], shown[own:]
        return Offer(
            name,
            reader,
            (*chain.from_iterable(first), *(part for part in chain.from_iterable(chained) if part.people)),
            self.algebra.within(reader, missing),
            _possible(lines[: len(instead)]),
            tuple(part for part in chain.from_iterable(beside) if part.people),
            _possible(lines[len(instead) :]),
        )

    def _links(self, role: Entry, topic: str | None) -> tuple[Link, ...]:
        """The people of a role where it is its turn: a link for each order in which they may stand."""
        people = self._people(role.name, topic)
        outside = self._outside_first(people) if role.name == "vertrouwenspersoon" else people
        if people == outside:
            return (Link(role.name, role.when, people),)
        usual = self.algebra.no(self.external_first)
        return (
            Link(role.name, self.algebra.every(role.when, self.external_first), outside),
            Link(role.name, self.algebra.every(role.when, usual), people),
        )

    def _each_once(self, groups: list[tuple[Link, ...]], reader: Condition) -> list[tuple[Link, ...]]:
        """The links of each role as they need be written: what can not be there is gone, and nobody stands twice."""
        within = self.algebra.within
        seen: dict[str, list[Condition]] = {}
        found = []
        for group in groups:
            links = []
            here: list[tuple[str, Condition]] = []
            for part in group:
                turn = within(reader, part.when)
                people = []
                for person in part.people:
                    when = within(reader, person.when)
                    shown = self.algebra.every(turn, when)
                    here.append((person.name, shown))
                    if person.name in seen:
                        earlier = self.algebra.some(*seen[person.name])
                        when = self.algebra.every(when, self.algebra.no(within(shown, earlier)))
                    if NEVER not in (when, turn):
                        people.append(Entry(person.name, when))
                links.append(Link(part.role, turn, tuple(people)))
            for name, shown in here:
                seen.setdefault(name, []).append(shown)
            found.append(tuple(links))
        return found

    def _loose(self, advices: list[tuple[Advice, Condition]], which: str) -> Iterator[Entry]:
        for advice, matches in advices:
            for entry in self._allowed(self._entries(getattr(advice, which))):
                yield Entry(entry.name, self.algebra.every(matches, entry.when))

    def _entries(self, entries: Iterable[Entry]) -> list[Entry]:
        settled = [Entry(entry.name, self._settled(entry.when)) for entry in entries]
        return [entry for entry in settled if entry.when != NEVER]

    def _allowed(self, lines: Iterable[Entry]) -> list[Entry]:
        """The lines, those for who was hurt not for the accused."""
        barred = self.table.not_for_accused_lines
        return [
            Entry(
                line.name,
                self.algebra.every(line.when, self.algebra.no(_ACCUSED)) if line.name in barred else line.when,
            )
            for line in lines
        ]

    def _once(self, lines: Iterable[Entry], within: Condition = ALWAYS) -> tuple[Entry, ...]:
        """Each line at the first place where it is shown, as it need be written ``within`` a card."""
        seen: dict[str, list[Condition]] = {}
        found = []
        for line in lines:
            here = self.algebra.within(within, line.when)
            earlier = (self.algebra.no(self.algebra.within(here, when)) for when in seen.get(line.name, ()))
            found.append(Entry(line.name, self.algebra.every(here, *earlier)))
            seen.setdefault(line.name, []).append(here)
        return tuple(found)

    def _left(self) -> Iterator[tuple[tuple[str, str | None], Condition]]:
        roles = dict.fromkeys(role for contact in self.organisation.contacts for role in contact.roles)
        for role in (*roles, *MANAGERS):
            yield (role, None), self._any(self._people(role, None))
        for topic in sorted({outcome.topic for outcome in self.table.outcomes.values()}):
            yield ("vertrouwenspersoon", topic), self._any(self._people("vertrouwenspersoon", topic))

    def _any(self, people: Iterable[Entry]) -> Condition:
        return self.algebra.some(*(person.when for person in people))

    def _who_may_be_offered(self, role: str, topic: str | None) -> tuple[Entry, ...]:
        """Those of a role, in their usual order, and when each may be offered."""
        if role in MANAGERS:
            ruled_out = "leidinggevende" if role == "leidinggevende" else "directie"
            answers = (Given("werkrelatie", "oud_medewerker"), Given("werkrelatie", "sollicitant"))
            return (Entry(role, Not(Some((Given("betrokken", ruled_out), *answers)))),)
        contacts = list(self.organisation.with_role(role))
        if role == "vertrouwenspersoon":
            contacts = [one for one in contacts if topic is None or one.topics is None or topic in one.topics]
            # The accused see those with also_for_accused alone, so one order does for all.
            contacts.sort(key=lambda contact: contact.also_for_accused == "yes")
        return tuple(self._person(contact, role) for contact in contacts)

    def _outside_first(self, people: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """The same people, those from outside first."""
        kinds = {contact.id: contact.kind for contact in self.organisation.contacts}
        return tuple(sorted(people, key=lambda person: kinds[person.name] != "extern"))

    def _person(self, contact: Contact, role: str) -> Entry:
        accused = "vertrouwenspersoon" in contact.roles and contact.also_for_accused != "yes"
        return Entry(
            contact.id,
            self.algebra.every(
                self.algebra.no(self.involved[contact.id]),
                self._serves(contact, role),
                self.algebra.no(_ACCUSED) if accused else ALWAYS,
            ),
        )

    def _said_to_be_involved(self, contact: Contact) -> Condition:
        said: list[Condition] = [Given("betrokken", role) for role in ROLES_INVOLVED if role in contact.roles]
        if "vertrouwenspersoon" in contact.roles:
            several = len(self.advisers) > 1
            named = tuple(Given(ABOUT_ADVISERS, number) for number in self.advisers.values() if several)
            this = (Given(ABOUT_ADVISERS, self.advisers[contact.id]),) if several else ()
            about = self.algebra.some(self.algebra.no(self.algebra.some(*named)), *this)
            said.append(self.algebra.every(Given("betrokken", "vertrouwenspersoon"), about))
        return self.algebra.some(*said)

    def _serves(self, contact: Contact, role: str) -> Condition:
        served = self._served(contact, role)
        return self.algebra.no(
            self.algebra.some(*(Given("werkrelatie", one) for one in _RELATIONS if one not in served))
        )

    def _served(self, contact: Contact, role: str) -> tuple[str, ...]:
        if contact.serves is not None:
            return contact.serves
        if role == "klachtencommissie":
            who = self.organisation.policy.complaint.who
            return _RELATIONS if who is None else who
        return ("in_dienst", "stage") if role == "bedrijfsarts" else _RELATIONS


def _possible(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.when != NEVER)


def _reader(when: Condition) -> Condition:
    """What a condition says of who the reader is, if it names one kind of readers."""
    parts = when.parts if isinstance(when, Every) else (when,)
    return next((part for part in parts if isinstance(part, Given) and part.question == "rol"), ALWAYS)
