"""The stylesheet of a flow: one rule for each condition, and each rule hides what does not hold.

A part of the page has the name of its condition in ``data-if``. Nothing has to win from anything else, so the order
of the rules does not matter, and where ``:has()`` is not known every rule is dropped and everything can be read.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from functools import lru_cache

from terecht.flow.algebra import KEPT, Algebra
from terecht.flow.conditions import ALWAYS, NEVER, Condition
from terecht.flow.items import item_condition
from terecht.flow.plan import Card, Offer, Plan
from terecht.flow.selectors import Raw, selector
from terecht.flow.sentences import Item
from terecht.flow.table import Table

#: The id of the form that holds the answers and the advice.
FORM = "flow"


class Sheet:
    """Names one organisation's conditions, the same in each language, and writes their rules."""

    def __init__(self, table: Table, plan: Plan) -> None:
        self.table = table
        self.plan = plan
        self.algebra = Algebra.of(table)
        self._raw = Raw.of(table, plan)
        self._names: dict[Condition, str | None] = {}
        self._rules: dict[str, str] = {}
        self._items: dict[tuple[Offer, str, int], Condition] = {}

    def name(self, condition: Condition) -> str | None:
        """What to write in ``data-if``; nothing for what always stands. What can never stand has no place on the page.

        The same condition has the same name in every organisation, so that parts of pages are the same too.
        """
        if condition not in self._names:
            self._names[condition] = self._named(self._raw(condition))
        return self._names[condition]

    def _named(self, raw: Condition) -> str | None:
        if raw is NEVER:
            raise ValueError("this can never be shown")
        if raw is ALWAYS:
            return None
        name, rule = _rule(self.algebra, raw)
        if self._rules.setdefault(name, rule) != rule:
            raise ValueError("two conditions have one name")
        return name

    def possible(self, condition: Condition) -> bool:
        """Whether there are answers for which this is shown, as far as its form tells."""
        return condition in self._names or self._raw(condition) is not NEVER

    def stands(self, item: Item, card: Card, part: str, position: int) -> Condition:
        """When a sentence stands on a card, at a position of a part: the same in each language."""
        key = (card.offer, part, position)
        if key not in self._items:
            self._items[key] = item_condition(item, card, self.plan, self.table)
        return self._items[key]

    def stylesheet(self) -> str:
        """The rules for all names that were handed out."""
        return "".join(self._rules.values())


@lru_cache(maxsize=KEPT)
def _rule(algebra: Algebra, raw: Condition) -> tuple[str, str]:
    """The name of a condition, a digest of its selector, and the rule that hides where it does not hold."""
    where = selector(algebra.no(raw))
    name = urlsafe_b64encode(hashlib.blake2b(where.encode(), digest_size=6).digest()).decode()
    return name, f"#{FORM}{where} [data-if='{name}']{{display:none}}\n"
