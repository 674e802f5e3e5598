"""A condition as a CSS selector on the form that holds the answers: the other output of the predicate tree.

A reader's raw answers go in, those to questions that are not asked included, so what counts is written out first.
Every selector is a compound of ``:has()``, ``:is()`` and ``:not()``, which nest, so no normal form is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from terecht.flow.algebra import Algebra
from terecht.flow.conditions import ALWAYS, Condition, Every, Given, Holds, Not, Some
from terecht.flow.plan import Plan
from terecht.flow.table import Table


def raw_of(table: Table, plan: Plan, algebra: Algebra) -> Callable[[Condition], Condition]:
    """Rewrites a condition about answers that count to one about what is chosen in the form (``Table.counted``)."""
    questions = {question.id: question for question in table.questions}

    @cache
    def given(one: Given) -> Condition:
        question = questions[one.question]
        if one.answer == question.open:
            others = (Given(one.question, answer) for answer in question.answers if answer != one.answer)
            return algebra.no(algebra.some(*map(given, others)))
        asked = raw(plan.asked[question.id])
        return algebra.every(asked, raw(plan.shown.get((question.id, one.answer), ALWAYS)), one)

    @cache
    def raw(condition: Condition) -> Condition:
        match condition:
            case Given():
                return given(condition)
            case Holds():
                return condition
            case Not():
                return algebra.no(raw(condition.part))
            case Every():
                return algebra.every(*map(raw, condition.parts))
            case Some():
                return algebra.some(*map(raw, unopened(condition.parts)))

    def unopened(parts: tuple[Condition, ...]) -> Iterator[Condition]:
        """The parts; answers that include the one for 'no answer' by those that they leave out."""
        chosen = [part for part in parts if isinstance(part, Given)]
        opened = {one.question for one in chosen if one.answer == questions[one.question].open}
        for question in opened:
            left_out = [Given(question, answer) for answer in questions[question].answers]
            yield Not(Some(tuple(one for one in left_out if one not in chosen)))
        yield from (part for part in parts if not (isinstance(part, Given) and part.question in opened))

    return raw


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
