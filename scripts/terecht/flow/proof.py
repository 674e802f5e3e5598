"""What must hold for every set of answers, proved for one organisation (FLOW part 6), or broken by one set of answers.

The raw space has over 10⁹ sets, so nothing is enumerated: each invariant is turned round and a solver is asked for
answers that break it. Its classes are the conditions of the plan, split no further than the question needs. Who may
not be offered is said here once more, from the organisation alone, so that a slip in the plan can not excuse itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TypeAlias

from terecht.flow.conditions import ALWAYS, Condition, Every, Given, Not, Some
from terecht.flow.items import item_parts
from terecht.flow.plan import Card, Link, Plan
from terecht.flow.sentences import Item, Sentences
from terecht.flow.solver import examples, possible
from terecht.flow.table import ABOUT_ADVISERS, MANAGERS, Entry, Table
from terecht.load.organisation import Contact, Organisation

#: Outcomes that sit people down together.
TOGETHER = frozenset({"mediator", "mediator_info", "vp_voorbereiden"})
#: Outcomes that may offer a mediator.
OF_MEDIATORS = frozenset({"mediator", "mediator_info", "informatie"})
MOST_QUESTIONS = 7
#: FLOW part 6, invariant 6. The table has its own list of what to leave out for the accused.
NOT_FOR_ACCUSED = frozenset(
    {
        *("politie", "slachtofferhulp", "centrum_seksueel_geweld", "veilig_thuis", "chat_met_fier"),
        *("discriminatie_nl", "mores", "centrum_veilige_sport", "vertrouwensinspecteurs"),
    }
)
#: Something in the files of the flow: ``("rules", "R18")``, ``("outcomes", "vp", "ways", "2")``.
Place: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Breach:
    """An invariant that does not hold: its number, where in the table, what goes wrong, and answers that show it."""

    invariant: int
    source: str
    what: str
    answers: str


#: A condition that must not hold, where in the table it comes from, and what is wrong when it does.
Case: TypeAlias = tuple[str, str, Condition]


class Proof:
    """Proves the invariants of one organisation's plan."""

    def __init__(self, table: Table, plan: Plan, organisation: Organisation, sentences: Sentences) -> None:
        self.table = table
        self.plan = plan
        self.organisation = organisation
        self.sentences = sentences
        self._outs: dict[tuple[str, str], Condition] = {}
        self.people = {contact.id: contact for contact in organisation.contacts}
        advisers = tuple(plan.advisers.values())
        self.possible = {one.id: advisers if one.people else one.answers for one in table.questions}

    @cached_property
    def cases(self) -> Mapping[int, list[Case]]:
        """What would break each invariant.

        What depends on no answer is seen elsewhere: 5 by :meth:`reached`, 7 in the template of the line.
        """
        return {
            1: list(self._not_one()),
            2: list(self._offered_though_out()),
            3: list(self._too_few()),
            4: list(self._mediator()),
            6: list(self._accused()),
        }

    @property
    def anything_wrong(self) -> Condition:
        """Holds for answers that break an invariant."""
        return Some(tuple(case for found in self.cases.values() for _, _, case in found))

    def breaches(self) -> Iterator[Breach]:
        """What breaks each invariant, with the first answers that were found to do so."""
        given = [Given(question, answer) for question, answers in self.possible.items() for answer in answers]
        cases = {
            f"k{number}_{at}": (number, case) for number, found in self.cases.items() for at, case in enumerate(found)
        }
        asked = {constant: condition for constant, (_, (_, _, condition)) in cases.items()}
        for constant, chosen in examples(self.possible_answers(), asked, given):
            number, (source, what, _) = cases[constant]
            yield Breach(number, source, what, self._told(chosen))

    def reached(self, known: AbstractSet[Place]) -> frozenset[Place]:
        """The rules, outcomes, answers and sentences that some answers reach (for invariant 5), beside those known."""
        ways: dict[Place, list[Condition]] = defaultdict(list)
        for place, condition in self._reachable():
            if place not in known:
                ways[place].append(condition)
        asked = {f"r{position}": Some(tuple(found)) for position, found in enumerate(ways.values())}
        reached = set(possible(self.possible_answers(), asked))
        return frozenset(place for constant, place in zip(asked, ways, strict=True) if constant in reached)

    def _reachable(self) -> Iterator[tuple[Place, Condition]]:
        for card in self.plan.cards:
            yield ("rules", card.source), card.when
            yield ("outcomes", card.outcome), card.when
            yield ("outcomes", card.outcome, "missing"), Every((card.when, card.missing))
        for card, part, position, item in self._items():
            yield ("outcomes", card.outcome, part, str(position)), self._stands(card, item)
        for _, link, _, offered in self._people:
            yield ("secret", link.role), offered
        for question in self.table.questions:
            for answer in question.answers:
                shown = self.plan.shown.get((question.id, answer), ALWAYS)
                yield ("questions", question.id, answer), Every((self.plan.asked[question.id], shown))

    @cached_property
    def _people(self) -> list[tuple[Card, Link, Entry, Condition]]:
        """Everybody who can be offered, and when."""
        return [
            (card, link, person, Every((card.when, link.when, person.when)))
            for card in self.plan.cards
            for link in (*card.links, *card.beside)
            for person in link.people
        ]

    def _lines(self, cards: Iterable[Card]) -> Iterator[tuple[str, str, Condition]]:
        """Every line on these cards and on none, where it comes from, and when it stands."""
        for card in cards:
            for line in (*card.instead, *card.lines):
                yield card.source, line.name, Every((card.when, line.when))
        for line in (*self.plan.top_lines, *self.plan.lines):
            yield "additions", line.name, line.when

    def _items(self) -> Iterator[tuple[Card, str, int, Item]]:
        """Every sentence, its list and its position."""
        for card in self.plan.cards:
            for part, items in self.sentences.outcomes[card.outcome].parts.items():
                for position, item in enumerate(items):
                    yield card, part, position, item

    def _stands(self, card: Card, item: Item) -> Condition:
        outcome, safety = self.table.outcomes[card.outcome], card in self.plan.safety
        return Every((card.when, *item_parts(item, outcome, self.plan, self.table, safety=safety)))

    def possible_answers(self) -> Iterator[Condition]:
        """What ``Table.counted`` makes of any raw answers, and nothing else."""
        for question in self.table.questions:
            chosen = [Given(question.id, answer) for answer in self.possible[question.id]]
            for one in chosen:
                if one.answer != question.open:
                    shown = self.plan.shown.get((question.id, one.answer), ALWAYS)
                    yield Some((Not(one), Every((self.plan.asked[question.id], shown))))
            if not question.several:
                yield Not(_two_of(chosen))
            if question.open:
                yield Some(tuple(chosen))

    def _told(self, chosen: Iterable[Given]) -> str:
        """Answers as the command line takes them."""
        names = {number: name for name, number in self.plan.advisers.items()}
        given: dict[str, list[str]] = defaultdict(list)
        for one in chosen:
            given[one.question].append(names[one.answer] if one.question == ABOUT_ADVISERS else one.answer)
        return " ".join(f"{question}={','.join(answers)}" for question, answers in given.items())

    def _given(self, question: str, *answers: str) -> Condition:
        return Some(tuple(Given(question, one) for one in answers if one in self.possible[question]))

    # Invariant 1

    def _not_one(self) -> Iterator[Case]:
        first = [card.when for card in self.plan.first]
        yield "rules", "no rule gives a first contact", Not(Some(tuple(first)))
        yield "rules", "more than one rule gives the first contact", _two_of(first)
        yield "safety", "more than one safety card stands", _two_of(card.when for card in self.plan.safety)
        before = [self.plan.asked[one.id] for one in self.table.questions if not one.after]
        too_many = Some(tuple(map(Every, combinations(before, MOST_QUESTIONS + 1))))
        yield "questions", f"more than {MOST_QUESTIONS} questions come first", too_many
        later = {question.id for question in self.table.questions if question.after}
        for card in (*self.plan.safety, *self.plan.first):
            if needed := {given.question for given in card.when.givens} & later:
                yield card.source, f"the first contact waits for '{min(needed)}', which is asked after it", ALWAYS

    # Invariant 2

    def _offered_though_out(self) -> Iterator[Case]:
        for card, link, person, offered in self._people:
            what = f"'{card.outcome}' offers '{person.name}' as {link.role}, who may not be offered"
            yield card.source, what, Every((offered, self._out(person.name, link.role)))
        for card, part, _, item in self._items():
            if item.role:
                what = f"'{card.outcome}' sends to {item.role} ({part}: '{item.text}'), and nobody is left"
                yield card.source, what, Every((self._stands(card, item), self._nobody(item.role)))
        for card in (*self.plan.top, *self.plan.also):
            outcome = self.table.outcomes[card.outcome]
            if outcome.role and not outcome.stays:
                what = f"'{card.outcome}' stands, and its role is involved with nobody left"
                gone = Every((self._said(outcome.role), self._all_involved(outcome.role)))
                yield card.source, what, Every((card.when, gone))
        for contact in self.organisation.contacts:
            hidden = next(entry.when for entry in self.plan.hidden if entry.name == contact.id)
            what = f"'{contact.id}' is involved, and may be named as a replacement"
            yield "questions", what, Every((Not(hidden), self._involved(contact)))

    def _said(self, role: str) -> Condition:
        return self._given("betrokken", role)

    def _involved(self, contact: Contact) -> Condition:
        """FLOW part 2, item 4: any involved role; of the vertrouwenspersonen those named, or all when none is."""
        roles = (role for role in ("directie", "hr", "klachtencommissie") if role in contact.roles)
        involved: list[Condition] = [self._said(role) for role in roles]
        if "vertrouwenspersoon" in contact.roles:
            named = self._given("betrokken_vp", *self.possible["betrokken_vp"])
            this = self._given("betrokken_vp", self.plan.advisers[contact.id])
            involved.append(Every((self._said("vertrouwenspersoon"), Some((Not(named), this)))))
        return Some(tuple(involved))

    def _out(self, name: str, role: str) -> Condition:
        if (name, role) not in self._outs:
            self._outs[name, role] = self._made_out(name, role)
        return self._outs[name, role]

    def _made_out(self, name: str, role: str) -> Condition:
        if name in MANAGERS:
            gone = "leidinggevende" if name == "leidinggevende" else "directie"
            return Some((self._said(gone), self._given("werkrelatie", "oud_medewerker", "sollicitant")))
        contact = self.people[name]
        return Some((self._involved(contact), Not(self._serves(contact, role))))

    def _serves(self, contact: Contact, role: str) -> Condition:
        """FLOW part 2, item 5: the contact's own word, or what usually holds for the role."""
        served = self.possible["werkrelatie"]
        if contact.serves is not None:
            served = contact.serves
        elif role == "klachtencommissie" and self.organisation.policy.complaint.who is not None:
            served = self.organisation.policy.complaint.who
        elif role == "bedrijfsarts":
            served = ("in_dienst", "stage")
        return self._given("werkrelatie", *served)

    def _nobody(self, role: str) -> Condition:
        names = (role,) if role in MANAGERS else (contact.id for contact in self.organisation.with_role(role))
        return Every(tuple(self._out(name, role) for name in names))

    def _all_involved(self, role: str) -> Condition:
        if role in MANAGERS:
            return ALWAYS
        return Every(tuple(map(self._involved, self.organisation.with_role(role))))

    # Invariant 3

    def _too_few(self) -> Iterator[Case]:
        contacts: dict[str, list[Condition]] = defaultdict(list)
        lines: dict[str, list[Condition]] = defaultdict(list)
        for _, _, person, offered in self._people:
            if person.name not in MANAGERS:
                contacts[person.name].append(offered)
        for _, name, stands in self._lines(self.plan.cards):
            lines[name].append(stands)
        lines.pop("alarm_112", None)
        national = [Some(tuple(places)) for places in lines.values()]
        people = [Some(tuple(places)) for places in contacts.values()]
        yield "rules", "no national line is offered", Not(Some(tuple(national)))
        yield "rules", "fewer than two ways are offered", Not(_two_of([*people, *national]))

    # Invariant 4

    def _mediator(self) -> Iterator[Case]:
        topics = self.possible["onderwerp"]
        grave = self._given("onderwerp", *topics[: topics.index("conflict")])
        quarrel = Every((self._given("onderwerp", "conflict"), self._given("bereid", "beiden")))
        danger = Some(tuple(card.when for card in self.plan.safety))
        for card in self.plan.cards:
            if card in self.plan.first and card.outcome == "mediator":
                what = "a mediator comes first, and it is not a quarrel alone in which both want to talk"
                yield card.source, what, Every((card.when, Some((grave, Not(quarrel)))))
            if card.outcome in TOGETHER:
                yield card.source, f"'{card.outcome}' stands beside a safety card", Every((card.when, danger))
            for link in (*card.links, *card.beside):
                if link.role == "mediator":
                    somebody = Some(tuple(person.when for person in link.people))
                    offered = Every((card.when, link.when, somebody))
                    if card.outcome not in OF_MEDIATORS or link in card.links[1:]:
                        yield card.source, f"'{card.outcome}' leads to a mediator", offered
                    yield card.source, "a mediator is offered beside a safety card", Every((offered, danger))

    # Invariant 6

    def _accused(self) -> Iterator[Case]:
        accused = Given("rol", "beklaagde")
        after_safety = (*self.plan.top, *self.plan.first, *self.plan.also)
        for card in after_safety:
            if card.outcome == "politie":
                yield card.source, "the accused are offered the card 'politie'", Every((accused, card.when))
        for card, _, person, offered in self._people:
            if self._of_the_other_side(person.name):
                yield card.source, f"the accused are offered '{person.name}'", Every((accused, offered))
        for source, name, stands in self._lines(after_safety):
            if name in NOT_FOR_ACCUSED:
                yield source, f"the accused are offered '{name}'", Every((accused, stands))
        for card, _, _, item in self._items():
            if card not in self.plan.safety and NOT_FOR_ACCUSED.intersection(item.lines):
                what = f"the accused read on '{card.outcome}': '{item.text}'"
                yield card.source, what, Every((accused, self._stands(card, item)))

    def _of_the_other_side(self, name: str) -> bool:
        contact = self.people.get(name)
        return bool(contact and "vertrouwenspersoon" in contact.roles and contact.also_for_accused != "yes")


def _two_of(conditions: Iterable[Condition]) -> Condition:
    return Some(tuple(map(Every, combinations(conditions, 2))))
