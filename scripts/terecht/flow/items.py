"""When a sentence stands on a card."""

from __future__ import annotations

from functools import lru_cache

from terecht.flow.algebra import Algebra
from terecht.flow.conditions import ALWAYS, NEVER, Condition, Given
from terecht.flow.plan import Card, Plan
from terecht.flow.sentences import Item
from terecht.flow.table import Table


def item_condition(item: Item, card: Card, plan: Plan, table: Table) -> Condition:
    """When a sentence stands, as it need be written for the reader of its card: see :func:`item_parts`."""
    if not (item.for_ or item.answers or item.role or item.lines):
        return ALWAYS
    algebra = Algebra.of(table)
    return algebra.within(card.offer.reader, algebra.every(*item_parts(item, card, plan, table)))


def item_parts(item: Item, card: Card, plan: Plan, table: Table) -> tuple[Condition, ...]:
    """For its reader and their answers, with somebody left of its role, and with lines that are for this reader.

    A safety card asks nobody who they are, so there its lines are for everyone (FLOW part 2, item 1).
    """
    algebra = Algebra.of(table)
    parts: list[Condition] = [Given("rol", item.for_)] if item.for_ else []
    if item.lines and card not in plan.safety and table.not_for_accused_lines.intersection(item.lines):
        parts.append(algebra.no(Given("rol", "beklaagde")))
    if item.answers:
        parts.append(algebra.settled(_read(table, item.answers), plan.facts))
    if item.role:
        topic = table.outcomes[card.outcome].topic if item.role == "vertrouwenspersoon" else None
        parts.append(plan.left.get((item.role, topic), NEVER))
    return tuple(parts)


@lru_cache(maxsize=256)
def _read(table: Table, expression: str) -> Condition:
    return table.vocabulary.read(expression)
