"""Conditions in a short form: what is known from one part is taken out of the others.

Short conditions make short selectors. Nothing here changes what a condition means; a test compares.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from terecht.flow.conditions import ALWAYS, NEVER, Condition, Every, Given, Holds, Not, Some
from terecht.flow.table import Table

#: Results that are kept: organisations differ less than they are alike.
KEPT = 1 << 15


@dataclass
class _Known:
    """What is known of the answers: those that were given, and those that were not."""

    given: dict[Given, None] = field(default_factory=dict)
    by_question: dict[str, Given] = field(default_factory=dict)
    absent: dict[Given, None] = field(default_factory=dict)

    def touches(self, condition: Condition) -> bool:
        """Whether anything is known that can matter to this."""
        return not (
            self.by_question.keys().isdisjoint(condition.questions) and self.absent.keys().isdisjoint(condition.givens)
        )

    def value(self, one: Given, single: frozenset[str]) -> bool | None:
        """Whether this answer was given; ``None`` when nothing is known of it."""
        if one in self.given:
            return True
        if one in self.absent:
            return False
        other = one.question in single and one.question in self.by_question
        return False if other else None


@dataclass(frozen=True, eq=False)
class Algebra:
    """``single`` holds the questions with one answer: who gives one has not given another."""

    single: frozenset[str]

    @staticmethod
    @lru_cache(maxsize=8)
    def of(table: Table) -> Algebra:
        """The algebra of a table's questions."""
        return Algebra(frozenset(question.id for question in table.questions if not question.several))

    @lru_cache(maxsize=KEPT)  # noqa: B019  bounded, and there is one algebra a table
    def every(self, *parts: Condition) -> Condition:
        """All of the parts."""
        if NEVER in parts:
            return NEVER
        return self._every(parts, _Known())

    @lru_cache(maxsize=KEPT)  # noqa: B019
    def some(self, *parts: Condition) -> Condition:
        """One of the parts or more."""
        if ALWAYS in parts:
            return ALWAYS
        return self._some(parts, _Known())

    def no(self, part: Condition) -> Condition:
        """Not this part."""
        if part is ALWAYS:
            return NEVER
        if part is NEVER:
            return ALWAYS
        return part.negated

    def settled(self, condition: Condition, facts: frozenset[str]) -> Condition:
        """The condition for an organisation of which these facts hold: answers alone are left."""
        return self._settled(condition, condition.facts & facts)

    @lru_cache(maxsize=KEPT)  # noqa: B019
    def _settled(self, condition: Condition, facts: frozenset[str]) -> Condition:
        match condition:
            case Given():
                return condition
            case Holds():
                return ALWAYS if condition.fact in facts else NEVER
            case Not():
                return self.no(self.settled(condition.part, facts))
            case Every():
                return self.every(*(self.settled(part, facts) for part in condition.parts))
            case Some():
                return self.some(*(self.settled(part, facts) for part in condition.parts))

    @lru_cache(maxsize=KEPT)  # noqa: B019
    def within(self, context: Condition, condition: Condition) -> Condition:
        """The condition as it need be written where ``context`` holds."""
        known = _Known()
        for part in context.parts if isinstance(context, Every) else (context,):
            self._learn(part, known)
        return self._reduced(condition, known) if known.given or known.absent else condition

    def _learn(self, part: Condition, known: _Known) -> bool:
        """Notes what a part says on its own. Whether that is all that it says."""
        match part:
            case Given():
                known.given[part] = None
                known.by_question[part.question] = part
                return True
            case Not(part=Given() as one):
                known.absent[one] = None
                return True
            case Not(part=Some(parts=parts)) if all(isinstance(one, Given) for one in parts):
                known.absent.update((one, None) for one in parts if isinstance(one, Given))
                return True
        return False

    def _reduced(self, condition: Condition, known: _Known) -> Condition:
        if not known.touches(condition):
            return condition
        match condition:
            case Given():
                value = known.value(condition, self.single)
                return condition if value is None else ALWAYS if value else NEVER
            case Holds():
                return condition
            case Not():
                return self.no(self._reduced(condition.part, known))
            case Every():
                return self._every(condition.parts, known)
            case Some():
                return self._some(condition.parts, known)

    def _every(self, parts: Iterable[Condition], outside: _Known) -> Condition:
        """Literals first: what each says is taken out of the parts that say more, until there is nothing new."""
        known = _Known(dict(outside.given), dict(outside.by_question), dict(outside.absent))
        own = _Known()
        todo = deque(parts)
        rest: list[Condition] = []
        while todo:
            part = self._reduced(todo.popleft(), known)
            pieces = list(_pieces(part))
            if part == NEVER:
                return NEVER
            if pieces != [part]:
                todo.extendleft(reversed(pieces))
            elif self._learn(part, known):
                self._learn(part, own)
                todo.extend(rest)
                rest = []
            else:
                rest.append(part)
        told = self.single.intersection(known.by_question)
        absent = tuple(one for one in own.absent if one.question not in told)
        negative = (Not(absent[0]),) if len(absent) == 1 else (Not(Some(absent)),) if absent else ()
        left = (*own.given, *negative, *dict.fromkeys(rest))
        return left[0] if len(left) == 1 else Every(left)

    def _some(self, parts: Iterable[Condition], known: _Known) -> Condition:
        """The other side of :meth:`_every`: where one part holds anyway, the others need only speak of the rest."""
        none = self._every(map(self.no, parts), known)
        if none in (ALWAYS, NEVER):
            return self.no(none)
        left = _flat(map(self.no, none.parts if isinstance(none, Every) else (none,)), Some)
        return left[0] if len(left) == 1 else Some(tuple(left))


def _pieces(condition: Condition) -> Iterable[Condition]:
    """What must all hold, taken apart: also what must all not hold."""
    if isinstance(condition, Every):
        for part in condition.parts:
            yield from _pieces(part)
    elif isinstance(condition, Not) and isinstance(condition.part, Some):
        for part in condition.part.parts:
            yield part.negated
    else:
        yield condition


def _flat(parts: Iterable[Condition], kind: type[Every | Some]) -> list[Condition]:
    """The parts, those of the same kind taken apart, each once."""
    flat: dict[Condition, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, kind) else (part,)))
    return list(flat)
