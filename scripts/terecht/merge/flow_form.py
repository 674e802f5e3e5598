"""What the flow of one organisation is made from, in one language: its questions, and what its cards depend on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import compress
from typing import Any

import jinja2

from terecht.flow.conditions import ALWAYS, NEVER, Condition, Given
from terecht.flow.plan import Offer, Plan
from terecht.flow.sheet import Sheet
from terecht.flow.table import UNKNOWN, Question
from terecht.load.organisation import Organisation
from terecht.merge.flow_cards import Cards, Case
from terecht.slots import Ledger
from terecht.templates.facts import Fact, see


class SentenceTemplates:
    """The compiled sentences that show or ask a fact: compiled once, used for every organisation."""

    def __init__(self) -> None:
        self._environment = jinja2.Environment(autoescape=True, finalize=_text, undefined=jinja2.StrictUndefined)
        self._compiled: dict[str, jinja2.Template] = {}

    def render(self, text: str, facts: Mapping[str, Any]) -> str:
        """A sentence with the facts of a page, shown as the text that they are."""
        if text not in self._compiled:
            self._compiled[text] = self._environment.from_string(text)
        return self._compiled[text].render(facts)

    def holding(self, conditions: tuple[str, ...], facts: Mapping[str, Any]) -> frozenset[str]:
        """Those of these expressions over facts that hold."""
        text = "".join(f"{{% if {condition} %}}1{{% else %}}0{{% endif %}}" for condition in conditions)
        return frozenset(compress(conditions, map(int, self.render(text, facts))))


def _text(value: Any) -> Any:
    return value.text if isinstance(value, Fact) else value


class FlowForm:
    """What the page of the flow asks for, for one organisation in one language."""

    def __init__(
        self,
        cards: Cards,
        plan: Plan,
        sheet: Sheet,
        organisation: Organisation,
        language: str,
        templates: SentenceTemplates,
    ) -> None:
        self.cards = cards
        self.table = cards.table
        self.sentences = cards.sentences
        self.plan = plan
        self.sheet = sheet
        self.organisation = organisation
        self._facts = see(organisation, language, Ledger())
        self._templates = templates

    def name(self, condition: Condition) -> str | None:
        """What a part that stands under a condition has in ``data-if``."""
        return self.sheet.name(condition)

    def questions(self, *, after: bool) -> Iterator[Question]:
        """The questions of this organisation, in order: those before the advice, or those after it."""
        for question in self.table.questions:
            possible = self.sheet.possible(self.plan.asked[question.id])
            if possible and question.after == after and (not question.people or len(self.plan.advisers) > 1):
                yield question

    def answers(self, question: Question) -> Iterator[tuple[str, str, Condition]]:
        """The answers of a question: id, words, and when each is shown."""
        words = self.sentences.questions[question.id].answers
        if question.people:
            advisers = self.organisation.with_role("vertrouwenspersoon")
            yield from ((adviser.id, adviser.name, ALWAYS) for adviser in advisers)
        for answer in question.answers:
            if answer == "vertrouwenspersoon" and not self.plan.advisers:
                continue
            shown = self.plan.shown.get((question.id, answer), ALWAYS)
            if self.sheet.possible(shown):
                yield answer, words[answer], shown
        yield UNKNOWN, words[UNKNOWN], ALWAYS

    @cached_property
    def blanks(self) -> Mapping[str, str]:
        """The name of the blank for each contact: its first role and a number, so that cards of many are the same."""
        counted: dict[str, int] = {}
        found = {}
        for contact in self.organisation.contacts:
            role = contact.roles[0]
            counted[role] = counted.get(role, 0) + 1
            found[contact.id] = f"{role} {counted[role]}"
        return found

    def case(self, offer: Offer, *, safety: bool) -> Case:
        """All that a card with this offer depends on beside its place."""
        asked = self.cards.asked(offer.outcome)
        return Case(
            offer.renamed(self.blanks),
            safety,
            asked.facts & self.plan.facts,
            tuple((role, self.plan.left[role]) for role in asked.roles if role in self.plan.left),
            asked.whens & self._holds,
            own_number=offer.outcome == "alarm" and self.organisation.policy.emergency.internal is not None,
        )

    def sentence(self, outcome: str, part: str, position: int) -> str:
        """A sentence that shows a fact, as HTML."""
        return self._render(self.sentences.outcomes[outcome].parts[part][position].text)

    @cached_property
    def may_be_absent(self) -> Mapping[str, Condition]:
        """For each contact: they are not involved, so that they may be named as somebody's replacement."""
        return {entry.name: self.sheet.algebra.no(entry.when) for entry in self.plan.hidden}

    @cached_property
    def not_served(self) -> Condition:
        """P-06 leaves this reader out, so that somebody who says nothing about it has to be asked."""
        serves = self.organisation.policy.serves
        relations = self.table.answers("werkrelatie")
        if serves is None:
            return NEVER
        return self.sheet.algebra.some(*(Given("werkrelatie", one) for one in relations if one not in serves))

    @cached_property
    def _holds(self) -> frozenset[str]:
        return self._templates.holding(self.cards.whens, self._facts)

    def _render(self, text: str) -> str:
        return self._templates.render(text, self._facts)
