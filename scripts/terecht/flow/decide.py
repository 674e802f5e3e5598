"""What follows from a reader's answers, for one organisation: the first contact, what stands beside it, and who.

Who is offered is FLOW part 2, items 4 and 5: nobody whom the reader said to be involved, nobody who is not there for
this reader, and where nobody is left the next link of the role's chain, which ends at a national line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from terecht.flow.conditions import Answers, holds
from terecht.flow.facts import as_addition, facts_of
from terecht.flow.table import MANAGERS, ROLES_INVOLVED, Advice, Entry, Outcome, Question, Rule, Table
from terecht.load.organisation import Contact, Organisation


@dataclass(frozen=True)
class Step:
    """A rule that matched, and the outcome that it gives."""

    rule: str
    outcome: str


@dataclass(frozen=True)
class Decision:
    """What a reader gets: ``then`` stands under a safety card; contacts and lines in the order of first appearance."""

    rule: str
    outcome: str
    then: Step | None
    also: tuple[str, ...]
    contacts: tuple[str, ...]
    national: tuple[str, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True)
class _People:
    """Who of an organisation may be offered, given the answers that count."""

    organisation: Organisation
    answers: Answers
    external_first: bool

    def _said(self, question: str) -> frozenset[str]:
        return frozenset(answer for name, answer in self.answers if name == question)

    def involved(self, contact: Contact) -> bool:
        """Whether the reader said that this is about, or should not go to, this person or one of their roles."""
        said = self._said("betrokken")
        if any(role in said and role in contact.roles for role in ROLES_INVOLVED):
            return True
        if "vertrouwenspersoon" not in said or "vertrouwenspersoon" not in contact.roles:
            return False
        named = self._said("betrokken_vp")
        return not named or contact.id in named

    def serves(self, contact: Contact, role: str) -> bool:
        """Whether this contact is there for this reader, in this role."""
        (relation,) = self._said("werkrelatie") or {"in_dienst"}
        # In no other role either: who stands beside the one can not stand beside the other (FLOW part 6, invariant 6).
        if self.accused and "vertrouwenspersoon" in contact.roles and contact.also_for_accused != "yes":
            return False
        if contact.serves is not None:
            return relation in contact.serves
        if role == "klachtencommissie":
            who = self.organisation.policy.complaint.who
            return who is None or relation in who
        return role != "bedrijfsarts" or relation in {"in_dienst", "stage"}

    @property
    def accused(self) -> bool:
        """Whether the reader is accused."""
        return ("rol", "beklaagde") in self.answers

    def of(self, role: str, topic: str | None = None) -> tuple[Contact, ...]:
        """The contacts of a role that may be offered, in the order in which they are shown."""
        found = [
            contact
            for contact in self.organisation.with_role(role)
            if not self.involved(contact) and self.serves(contact, role)
        ]
        if role == "vertrouwenspersoon":
            found = [contact for contact in found if topic is None or contact.topics is None or topic in contact.topics]
            if not self.accused:
                found.sort(key=lambda contact: contact.also_for_accused == "yes")
            if self.external_first:
                found.sort(key=lambda contact: contact.kind != "extern")
        return tuple(found)

    def manager(self, which: str) -> bool:
        """Whether a manager, who has no card, may be named: ``leidinggevende`` or ``hogere_leidinggevende``."""
        if self._said("werkrelatie") & {"oud_medewerker", "sollicitant"}:
            return False
        ruled_out = "leidinggevende" if which == "leidinggevende" else "directie"
        return ruled_out not in self._said("betrokken")

    def all_involved(self, role: str) -> bool:
        """Whether the role is involved and nobody of it is left."""
        if role in MANAGERS:
            return role in self._said("betrokken")
        everyone = self.organisation.with_role(role)
        return role in self._said("betrokken") and all(map(self.involved, everyone))


class Decider:
    """Decides for one organisation."""

    def __init__(self, table: Table, organisation: Organisation) -> None:
        self.table = table
        self.organisation = organisation
        self.facts = facts_of(organisation)

    def decide(self, raw: Answers) -> Decision:
        """The decision for raw answers: pairs of a question and an answer, ``weet_niet`` and stale ones included."""
        answers = self.table.counted(raw, self.facts)
        safety = self._first(self.table.safety, answers)
        first = self._first(self.table.rules, answers)
        assert first is not None  # the last rule always matches  # noqa: S101
        then = first if safety else None
        head = safety or first
        matching = [advice for advice in self.table.additions if self._holds(advice, answers)]
        people = _People(self.organisation, answers, any(advice.external_first for advice in matching))
        advices: list[Advice] = [step[0] for step in (safety, first) if step] + matching
        shown = {outcome for _, outcome in filter(None, (safety, first))}
        also = self._also(advices, shown, answers, people)
        contacts: list[str] = []
        national: list[str] = self._allowed(self._top_lines(advices, answers), people)
        if safety:
            # A safety card names nobody of the organisation, since nobody knows yet who is involved; nor does it ask
            # whether the reader is accused.
            national += self._names(self.table.outcomes[safety[1]].lines, answers)
            national += self._names(safety[0].lines, answers)
        for card in (first[1], *also):
            who, where = self._offers(self.table.outcomes[card], answers, people)
            contacts += who
            national += self._allowed(where, people)
        for advice in (first[0], *matching):
            national += self._allowed(self._names(advice.lines, answers), people)
        hidden = tuple(contact.id for contact in self.organisation.contacts if people.involved(contact))
        return Decision(
            head[0].id,
            head[1],
            Step(then[0].id, then[1]) if then else None,
            tuple(also),
            tuple(dict.fromkeys(contacts)),
            tuple(dict.fromkeys(national)),
            hidden,
        )

    def asked(self, raw: Answers) -> tuple[Question, ...]:
        """The questions that are asked of a reader with these answers, in order."""
        answers = self.table.counted(raw, self.facts)
        return tuple(question for question in self.table.questions if holds(question.asked, answers, self.facts))

    def _holds(self, advice: Advice | Entry, answers: Answers) -> bool:
        return holds(advice.when, answers, self.facts)

    def _names(self, entries: Iterable[Entry], answers: Answers) -> list[str]:
        return [entry.name for entry in entries if self._holds(entry, answers)]

    def _first(self, rules: tuple[Rule, ...], answers: Answers) -> tuple[Rule, str] | None:
        for rule in rules:
            if self._holds(rule, answers):
                return rule, self._names(rule.outcome, answers)[0]
        return None

    def _also(self, advices: list[Advice], shown: set[str], answers: Answers, people: _People) -> list[str]:
        wanted = [name for advice in advices for name in self._names(advice.top_also, answers)]
        wanted += [name for advice in advices for name in self._names(advice.also, answers)]
        also: dict[str, None] = {}
        for name in filter(None, (as_addition(name, self.facts) for name in wanted)):
            outcome = self.table.outcomes[name]
            barred = people.accused and name in self.table.not_for_accused_outcomes
            gone = outcome.role and not outcome.stays and people.all_involved(outcome.role)
            if name not in shown and not barred and not gone:
                also[name] = None
        return list(also)

    def _top_lines(self, advices: list[Advice], answers: Answers) -> list[str]:
        return [name for advice in advices for name in self._names(advice.top_lines, answers)]

    def _allowed(self, lines: Iterable[str], people: _People) -> list[str]:
        return [line for line in lines if not (people.accused and line in self.table.not_for_accused_lines)]

    def _offers(self, outcome: Outcome, answers: Answers, people: _People) -> tuple[list[str], list[str]]:
        """The contacts and the lines of a card, fallbacks included."""
        contacts: list[str] = []
        lines = self._names(outcome.lines, answers)
        if outcome.role:
            own, instead = self._role(outcome.role, outcome.topic, answers, people)
            contacts += own
            lines = instead + lines
        for role in self._names(outcome.beside, answers):
            if role not in MANAGERS:
                contacts += [contact.id for contact in people.of(role, outcome.topic)]
        return contacts, lines

    def _role(self, role: str, topic: str, answers: Answers, people: _People) -> tuple[list[str], list[str]]:
        """The contacts of a role, or those of the next link of its chain, or the lines at its end."""
        chain = self.table.chains[role]
        for candidate in (role, *self._names(chain.roles, answers)):
            if candidate in MANAGERS:
                if people.manager(candidate):
                    return [], []
            elif found := people.of(candidate, topic if candidate == "vertrouwenspersoon" else None):
                return [contact.id for contact in found], []
        return [], self._names(chain.lines, answers)
