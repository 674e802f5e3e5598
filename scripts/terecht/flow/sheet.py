"""The stylesheet of a flow: one rule for each condition, and each rule hides what does not hold.

A part of the page has the number of its condition in ``data-if``. Nothing has to win from anything else, so the order
of the rules does not matter, and where ``:has()`` is not known every rule is dropped and everything can be read.
"""

from __future__ import annotations

from terecht.flow.algebra import Algebra
from terecht.flow.conditions import ALWAYS, NEVER, Condition, Given
from terecht.flow.items import item_condition
from terecht.flow.plan import Card, Plan
from terecht.flow.selectors import Raw, selector
from terecht.flow.sentences import Item
from terecht.flow.table import Table
from terecht.load.organisation import Organisation

#: The id of the form that holds the answers and the advice.
FORM = "flow"


class Sheet:
    """Hands out the numbers of one organisation's conditions, the same in each language, and writes their rules.

    The vertrouwenspersonen have numbers too, ``data-vp``, since a stylesheet is no place for names.
    """

    def __init__(self, table: Table, plan: Plan, organisation: Organisation) -> None:
        self.table = table
        self.plan = plan
        self.algebra = Algebra.of(table)
        self._raw = Raw(table, plan, self.algebra)
        self._numbers: dict[Condition, int] = {}
        self._items: dict[tuple[object, ...], Condition] = {}
        advisers = organisation.with_role("vertrouwenspersoon")
        self.advisers = {contact.id: number for number, contact in enumerate(advisers, 1)}
        self._inputs = {Given("betrokken_vp", name): f"[data-vp='{number}']" for name, number in self.advisers.items()}

    def number(self, condition: Condition) -> int | None:
        """The number for ``data-if``; none for what always stands. What can never stand has no place on the page."""
        raw = self._raw(condition)
        if raw == NEVER:
            raise ValueError("this can never be shown")
        return None if raw == ALWAYS else self._numbers.setdefault(raw, len(self._numbers) + 1)

    def possible(self, condition: Condition) -> bool:
        """Whether there are answers for which this is shown, as far as its form tells."""
        return self._raw(condition) != NEVER

    def stands(self, item: Item, card: Card) -> Condition:
        """When a sentence stands on a card: the same in each language."""
        key = (card, *item.shape)
        if key not in self._items:
            self._items[key] = item_condition(item, card, self.plan, self.table)
        return self._items[key]

    def stylesheet(self) -> str:
        """The rules for all numbers that were handed out."""
        return "".join(
            f"#{FORM}{selector(self.algebra.no(condition), self._inputs)} [data-if='{number}']{{display:none}}\n"
            for condition, number in self._numbers.items()
        )
