"""A condition as a CSS selector on the form that holds the answers: the other output of the predicate tree.

A reader's raw answers go in, those to questions that are not asked included, so what counts is written out first.
Every selector is a compound of ``:has()``, ``:is()`` and ``:not()``, which nest, so no normal form is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from terecht.flow.algebra import Algebra
from terecht.flow.conditions import ALWAYS, Condition, Every, Given, Holds, Not, Some
from terecht.flow.plan import Plan
from terecht.flow.table import Table


class Raw:
    """Rewrites a condition about answers that count to one about what is chosen in the form (``Table.counted``)."""

    def __init__(self, table: Table, plan: Plan, algebra: Algebra) -> None:
        self._questions = {question.id: question for question in table.questions}
        self._plan = plan
        self._algebra = algebra
        self._known: dict[Condition, Condition] = {}

    def __call__(self, condition: Condition) -> Condition:
        """The condition on what is chosen."""
        if condition not in self._known:
            self._known[condition] = self._rewritten(condition)
        return self._known[condition]

    def _rewritten(self, condition: Condition) -> Condition:
        match condition:
            case Given():
                return self._given(condition)
            case Holds():
                return condition
            case Not():
                return self._algebra.no(self(condition.part))
            case Every():
                return self._algebra.every(*map(self, condition.parts))
            case Some():
                return self._algebra.some(*map(self, self._closed(condition.parts)))

    def _given(self, one: Given) -> Condition:
        question = self._questions[one.question]
        if one.answer == question.open:
            others = (Given(one.question, answer) for answer in question.answers if answer != one.answer)
            return self._algebra.no(self._algebra.some(*map(self, others)))
        shown = self._plan.shown.get((question.id, one.answer), ALWAYS)
        return self._algebra.every(self(self._plan.asked[question.id]), self(shown), one)

    def _closed(self, parts: tuple[Condition, ...]) -> Iterator[Condition]:
        """The parts; answers that include the one for 'no answer' as those that they leave out, which is shorter."""
        chosen = [part for part in parts if isinstance(part, Given)]
        opened = dict.fromkeys(one.question for one in chosen if one.answer == self._questions[one.question].open)
        for question in opened:
            answers = [Given(question, answer) for answer in self._questions[question].answers]
            yield Not(Some(tuple(one for one in answers if one not in chosen)))
        yield from (part for part in parts if not (isinstance(part, Given) and part.question in opened))


def selector(condition: Condition, inputs: Mapping[Given, str]) -> str:
    """The compound selector that matches the form where the condition holds; ``inputs`` names the input of an answer.

    >>> asked = Every((Given("rol", "zelf"), Not(Some((Given("wens", "hulp"), Given("wens", "klacht"))))))
    >>> selector(asked, {})
    ':has(#rol-zelf:checked):not(:has(#wens-hulp:checked,#wens-klacht:checked))'
    """
    match condition:
        case Given():
            return _chosen((condition,), inputs)
        case Holds():
            raise ValueError(f"the fact {condition.fact} is not settled")
        case Not():
            return f":not({_either(condition.part, inputs)})"
        case Every():
            return "".join(_bracketed(part, inputs) for part in condition.parts)
        case Some():
            return _bracketed(condition, inputs)


def _bracketed(condition: Condition, inputs: Mapping[Given, str]) -> str:
    if isinstance(condition, Some):
        either = _either(condition, inputs)
        return either if _one_compound(condition) else f":is({either})"
    return selector(condition, inputs)


def _one_compound(condition: Some) -> bool:
    return all(isinstance(part, Given) for part in condition.parts)


def _either(condition: Condition, inputs: Mapping[Given, str]) -> str:
    """The selectors of which one matches, with commas; answers share one ``:has()``."""
    if not isinstance(condition, Some):
        return selector(condition, inputs)
    chosen = tuple(part for part in condition.parts if isinstance(part, Given))
    others = [selector(part, inputs) for part in condition.parts if not isinstance(part, Given)]
    return ",".join([*([_chosen(chosen, inputs)] if chosen else []), *others])


def _chosen(answers: tuple[Given, ...], inputs: Mapping[Given, str]) -> str:
    wanted = (inputs.get(one, f"#{one.question}-{one.answer}") for one in answers)
    return f":has({','.join(f'{one}:checked' for one in wanted)})"
