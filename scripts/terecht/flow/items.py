"""When a sentence stands on a card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeAlias

from terecht.flow.algebra import Algebra
from terecht.flow.conditions import ALWAYS, NEVER, Condition, Given
from terecht.flow.sentences import Item
from terecht.flow.table import Outcome, Table

#: A role, perhaps for a topic.
RoleFor: TypeAlias = tuple[str, str | None]


class Settled(Protocol):
    """An organisation as sentences see it: the facts that hold, and when somebody of a role is ``left``."""

    @property
    def facts(self) -> frozenset[str]:
        """The facts that hold."""

    @property
    def left(self) -> Mapping[RoleFor, Condition]:
        """When somebody is left."""


@dataclass(frozen=True)
class Asked:
    """What the sentences of an outcome ask: some facts, some roles, and the ``when`` of each as it is written."""

    facts: frozenset[str]
    roles: tuple[RoleFor, ...]
    whens: frozenset[str]

    @staticmethod
    def by(items: Iterable[Item], outcome: Outcome, table: Table) -> Asked:
        """What these sentences of an outcome ask."""
        asking = list(items)
        facts = frozenset().union(*(_read(table, item.answers).facts for item in asking if item.answers))
        roles = tuple(dict.fromkeys(_role(item.role, outcome) for item in asking if item.role))
        return Asked(facts, roles, frozenset(item.when for item in asking if item.when))


def item_condition(
    item: Item, outcome: Outcome, reader: Condition, settled: Settled, table: Table, *, safety: bool
) -> Condition:
    """When a sentence stands, as it need be written for the ``reader`` of its card: see :func:`item_parts`."""
    if not (item.for_ or item.answers or item.role or item.lines):
        return ALWAYS
    algebra = Algebra.of(table)
    return algebra.within(reader, algebra.every(*item_parts(item, outcome, settled, table, safety=safety)))


def item_parts(item: Item, outcome: Outcome, settled: Settled, table: Table, *, safety: bool) -> tuple[Condition, ...]:
    """For its reader and their answers, with somebody left of its role, and with lines that are for this reader.

    A safety card asks nobody who they are, so there its lines are for everyone (FLOW part 2, item 1).
    """
    algebra = Algebra.of(table)
    parts: list[Condition] = [Given("rol", item.for_)] if item.for_ else []
    if item.lines and not safety and table.not_for_accused_lines.intersection(item.lines):
        parts.append(algebra.no(Given("rol", "beklaagde")))
    if item.answers:
        parts.append(algebra.settled(_read(table, item.answers), settled.facts))
    if item.role:
        parts.append(settled.left.get(_role(item.role, outcome), NEVER))
    return tuple(parts)


def _role(role: str, outcome: Outcome) -> RoleFor:
    return role, outcome.topic if role == "vertrouwenspersoon" else None


@lru_cache(maxsize=256)
def _read(table: Table, expression: str) -> Condition:
    return table.vocabulary.read(expression)
