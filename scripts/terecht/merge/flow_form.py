"""What the flow says in one language: which questions, sentences and links an organisation's plan has, and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import jinja2
from markupsafe import Markup

from terecht.flow.conditions import ALWAYS, NEVER, Condition, Given
from terecht.flow.plan import Card, Offer
from terecht.flow.sentences import OTHERWISE, OutcomeText, Sentences
from terecht.flow.sheet import Sheet
from terecht.flow.table import UNKNOWN, Entry, Question, Rule
from terecht.load.organisation import Organisation
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


def _text(value: Any) -> Any:
    return value.text if isinstance(value, Fact) else value


@dataclass(frozen=True)
class Says:
    """One sentence of a card as it is shown: ``when`` it stands, its words, and the page to read on.

    ``own``: it shows a fact of the organisation.
    """

    when: Condition
    html: Markup
    link: str | None
    own: bool


_escaped = lru_cache(maxsize=1 << 12)(Markup.escape)
#: Pages to read on after a card: more is a choice too many.
_MOST_LINKS = 4
#: What has a ``when``.
Conditional = TypeVar("Conditional", Card, Entry, Says)


class FlowForm:
    """What the page of the flow asks for, for one organisation in one language."""

    def __init__(
        self,
        sentences: Sentences,
        sheet: Sheet,
        organisation: Organisation,
        language: str,
        templates: SentenceTemplates,
    ) -> None:
        self.table = sheet.table
        self.sentences = sentences
        self.sheet = sheet
        self.plan = sheet.plan
        self.organisation = organisation
        self._facts = see(organisation, language, Ledger())
        self._templates = templates
        self._said: dict[tuple[Offer, str], list[Says]] = {}
        self._links: dict[Offer, list[tuple[str, Condition]]] = {}
        self._reading: dict[tuple[tuple[str, Condition], ...], tuple[Entry, ...]] = {}
        self._holds: dict[str, bool] = {}

    def name(self, condition: Condition) -> str | None:
        """What a part that stands under a condition has in ``data-if``."""
        return self.sheet.name(condition)

    def possible(self, parts: tuple[Conditional, ...]) -> list[Conditional]:
        """The parts of which the condition can hold at all."""
        return [part for part in parts if self.sheet.possible(part.when)]

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

    def words(self, card: Card) -> OutcomeText:
        """The words of a card."""
        return self.sentences.outcomes[card.outcome]

    def says(self, card: Card, part: str) -> list[Says]:
        """The sentences of a part of a card (``why``, ``expect``, ``cannot``, ``ways``) that this organisation has."""
        key = (card.offer, part)
        if key not in self._said:
            self._said[key] = list(self._says(card, part))
        return self._said[key]

    def links(self, card: Card) -> tuple[Entry, ...]:
        """The pages to read on, each once with the first heading that a sentence names, where one of them stands."""
        there = tuple(
            (link, when)
            for link, when in self._linked(card)
            if when is ALWAYS or self.sheet.possible(self.sheet.algebra.within(card.when, when))
        )
        if there not in self._reading:
            self._reading[there] = tuple(self._pages(there))[:_MOST_LINKS]
        return self._reading[there]

    def _pages(self, there: Iterable[tuple[str, Condition]]) -> Iterator[Entry]:
        first: dict[str, str] = {}
        stands: dict[str, list[Condition]] = {}
        for link, when in there:
            page = link.partition("#")[0]
            first.setdefault(page, link)
            stands.setdefault(page, []).append(when)
        for page, conditions in stands.items():
            yield Entry(first[page], self.sheet.algebra.some(*conditions))

    def _linked(self, card: Card) -> list[tuple[str, Condition]]:
        """The page and heading that each sentence of a card names, and when it stands."""
        if card.offer not in self._links:
            said = (one for part in self.words(card).parts for one in self.says(card, part))
            self._links[card.offer] = list(dict.fromkeys((one.link, one.when) for one in said if one.link))
        return self._links[card.offer]

    def secret(self, role: str) -> str:
        """What stays secret with a role, as far as we know."""
        return self.sentences.secret.get(role, self.sentences.secret[OTHERWISE])

    def somebody(self, people: Iterable[Conditional]) -> Condition:
        """Somebody of these is shown."""
        return self.sheet.algebra.some(*(person.when for person in people))

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in (*self.table.safety, *self.table.rules)}

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

    def _says(self, card: Card, part: str) -> Iterator[Says]:
        for position, item in enumerate(self.words(card).parts[part]):
            stands = self.sheet.stands(item, card, part, position)
            if self.sheet.possible(stands) and self._asked(item.when):
                yield Says(stands, self._shown(item.text), item.link, own="{{" in item.text)

    def _asked(self, when: str) -> bool:
        if when not in self._holds:
            self._holds[when] = not when or bool(self._render(f"{{% if {when} %}}1{{% endif %}}"))
        return self._holds[when]

    def _shown(self, text: str) -> Markup:
        return Markup(self._render(text)) if "{{" in text else _escaped(text)  # noqa: S704  autoescaped

    def _render(self, text: str) -> str:
        return self._templates.render(text, self._facts)
