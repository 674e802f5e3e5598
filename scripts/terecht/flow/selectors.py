"""A condition as a CSS selector on the form that holds the answers: the other output of the predicate tree.

A reader's raw answers go in, those to questions that are not asked included, so what counts is written out first.
Every selector is a compound of ``:has()``, ``:is()`` and ``:not()``, which nest, so no normal form is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from terecht.flow.algebra import KEPT, Algebra
from terecht.flow.conditions import ALWAYS, Condition, Every, Given, Holds, Not, Some
from terecht.flow.plan import Plan
from terecht.flow.table import ABOUT_ADVISERS, Table

_Asked: TypeAlias = tuple[tuple[str, Condition], ...]
_Shown: TypeAlias = tuple[tuple[tuple[str, str], Condition], ...]


class Raw:
    """Rewrites a condition about answers that count to one about what is chosen in the form (``Table.counted``).

    It depends on when questions are asked and answers shown, so nearly all organisations have the same one.
    """

    def __init__(self, table: Table, asked: _Asked, shown: _Shown) -> None:
        self._questions = {question.id: question for question in table.questions}
        self._asked = dict(asked)
        self._shown = dict(shown)
        self.algebra = Algebra.of(table)

    @staticmethod
    def of(table: Table, plan: Plan) -> Raw:
        """The one for organisations with such a plan."""
        return _raw(table, tuple(plan.asked.items()), tuple(plan.shown.items()))

    @lru_cache(maxsize=KEPT)  # noqa: B019  bounded, and there are few of these
    def __call__(self, condition: Condition) -> Condition:
        """The condition on what is chosen."""
        match condition:
            case Given():
                return self._given(condition)
            case Holds():
                return condition
            case Not():
                return self.algebra.no(self(condition.part))
            case Every():
                return self.algebra.every(*map(self, condition.parts))
            case Some():
                return self.algebra.some(*map(self, self._closed(condition.parts)))

    def _given(self, one: Given) -> Condition:
        question = self._questions[one.question]
        if one.answer == question.open:
            others = (Given(one.question, answer) for answer in question.answers if answer != one.answer)
            return self.algebra.no(self.algebra.some(*map(self, others)))
        shown = self._shown.get((question.id, one.answer), ALWAYS)
        return self.algebra.every(self(self._asked[question.id]), self(shown), one)

    def _closed(self, parts: tuple[Condition, ...]) -> Iterator[Condition]:
        """The parts; answers that include the one for 'no answer' as those that they leave out, which is shorter."""
        chosen = [part for part in parts if isinstance(part, Given)]
        opened = dict.fromkeys(one.question for one in chosen if one.answer == self._questions[one.question].open)
        for question in opened:
            answers = [Given(question, answer) for answer in self._questions[question].answers]
            yield Not(Some(tuple(one for one in answers if one not in chosen)))
        yield from (part for part in parts if not (isinstance(part, Given) and part.question in opened))


@lru_cache(maxsize=8)
def _raw(table: Table, asked: _Asked, shown: _Shown) -> Raw:
    return Raw(table, asked, shown)


@lru_cache(maxsize=KEPT)
def selector(condition: Condition) -> str:
    """The compound selector that matches the form where the condition holds.

    The vertrouwenspersonen are numbers in it, since a stylesheet is no place for names.

    >>> asked = Every((Given("rol", "zelf"), Not(Some((Given("wens", "hulp"), Given("wens", "klacht"))))))
    >>> selector(asked), selector(Given("betrokken_vp", "2"))
    (':has(#rol-zelf:checked):not(:has(#wens-hulp:checked,#wens-klacht:checked))', ":has([data-vp='2']:checked)")
    """
    match condition:
        case Given():
            return _chosen((condition,))
        case Holds():
            raise ValueError(f"the fact {condition.fact} is not settled")
        case Not():
            return f":not({_either(condition.part)})"
        case Every():
            return "".join(map(_bracketed, condition.parts))
        case Some():
            return _bracketed(condition)


def _bracketed(condition: Condition) -> str:
    if isinstance(condition, Some):
        either = _either(condition)
        return either if _one_compound(condition) else f":is({either})"
    return selector(condition)


def _one_compound(condition: Some) -> bool:
    return all(isinstance(part, Given) for part in condition.parts)


def _either(condition: Condition) -> str:
    """The selectors of which one matches, with commas; answers share one ``:has()``."""
    if not isinstance(condition, Some):
        return selector(condition)
    chosen = tuple(part for part in condition.parts if isinstance(part, Given))
    others = [selector(part) for part in condition.parts if not isinstance(part, Given)]
    return ",".join([*([_chosen(chosen)] if chosen else []), *others])


def _chosen(answers: tuple[Given, ...]) -> str:
    return f":has({','.join(f'{_input(one)}:checked' for one in answers)})"


def _input(one: Given) -> str:
    return f"[data-vp='{one.answer}']" if one.question == ABOUT_ADVISERS else f"#{one.question}-{one.answer}"
