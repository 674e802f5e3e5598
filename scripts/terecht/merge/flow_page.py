"""The flow as a fragment in pieces: every question and card of an organisation's plan, each part written once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from terecht.flow.plan import Card, Offer
from terecht.flow.table import Entry, Question
from terecht.merge.drafts import Draft, Filling, Names, Own, OwnNumber, Person, Sentence, Whole, draft, row
from terecht.merge.flow_cards import Body, Kind, lines
from terecht.merge.flow_form import FlowForm
from terecht.slots import Piece


class Answer(NamedTuple):
    """An answer to a question; ``shown`` is a hole where it has a condition, and a person has a number."""

    shown: str | None
    id: str
    text: str
    number: str | None


class FlowPage:
    """Puts the flow of one organisation together. ``persons`` are the short cards of its contacts by id."""

    def __init__(self, form: FlowForm, persons: Mapping[str, Piece]) -> None:
        self.form = form
        self.cards = form.cards
        self.ours = form.cards.ours
        self.sheet = form.sheet
        self._persons = persons
        self._contacts = {Person(name): contact for contact, name in form.blanks.items()}
        self._bodies: dict[tuple[Offer, bool], Body] = {}

    def piece(self) -> Piece:
        """The whole form."""
        plan = self.form.plan
        first, *others = self._questions(after=False)
        outcome = [
            *self._cards(plan.top, "also"),
            *self._lines(plan.top_lines),
            *self._cards(plan.first, "first"),
            *self._cards(plan.also, "also"),
            *self._lines(plan.lines),
        ]
        rows = [[first], self._cards(plan.safety, "safety"), others, outcome, self._questions(after=True)]
        fill = Filling(self._own, self._contacts.__getitem__)
        frame = self.ours.part("form", self.sheet.name(plan.asked["werkrelatie"]))
        return Piece(frame, tuple(fill(row(map(Whole, parts))) for parts in rows))

    def _questions(self, *, after: bool) -> list[Draft]:
        return [self._question(question) for question in self.form.questions(after=after)]

    def _question(self, question: Question) -> Draft:
        text, names = self.form.sentences.questions[question.id], Names(self.sheet)
        numbers = self.form.plan.advisers if question.people else {}
        asked = names(self.form.plan.asked[question.id])
        answers = tuple(
            Answer(names(shown), name, answer, numbers.get(name)) for name, answer, shown in self.form.answers(question)
        )
        make = self.ours.made if question.people else self.ours.part
        return draft(
            make("question", question.id, text.title, text.hint, question.several, asked, answers), (), names.found
        )

    def _cards(self, cards: Iterable[Card], kind: Kind) -> Iterator[Draft]:
        for card in cards:
            if self.sheet.possible(card.when):
                made = self.cards.card(kind, card.source, card.when, card.large, self._body(card.offer, kind))
                self.sheet.take(made.rules)
                yield made.part

    def _body(self, offer: Offer, kind: Kind) -> Body:
        safety = kind == "safety"
        if (offer, safety) not in self._bodies:
            self._bodies[offer, safety] = self.cards.body(self.form.case(offer, safety=safety))
        return self._bodies[offer, safety]

    def _lines(self, entries: tuple[Entry, ...]) -> list[Draft]:
        return lines(self.ours, self.sheet, entries, told=True)

    def _own(self, blank: Own) -> Piece:
        match blank:
            case Person():
                return self._persons[self._contacts[blank]]
            case Sentence(outcome, part, position):
                return Piece(self.form.sentence(outcome, part, position))
            case OwnNumber():
                return Piece(self.ours.made("alarm", self.form.organisation.policy.emergency.internal))
