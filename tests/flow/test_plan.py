"""The plan of an organisation says the same as ``decide``, about every set of answers; so do its short conditions."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from flowing import NAMES, client_named, draw, shown_by
from terecht.flow.algebra import Algebra
from terecht.flow.conditions import ALWAYS, NEVER, Answers, Condition, Every, Given, Not, Some, holds
from terecht.flow.decide import Decider
from terecht.flow.knowledge import Knowledge
from terecht.flow.plan import plan_of
from terecht.flow.selectors import Raw

#: Sets of answers over all organisations.
DRAWS = 100_000


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_composes_what_decide_decides(name: str, content: Knowledge, tmp_path: Path) -> None:
    """For raw answers, those to questions that are not asked included: the same rule, cards, contacts and lines."""
    table = content.flow.table
    organisation = client_named(name, tmp_path, content).organisation
    decider, plan = Decider(table, organisation), plan_of(table, organisation)
    chance = random.Random(f"plan {name}")
    for _ in range(DRAWS // len(NAMES) + 1):
        raw = draw(table, organisation, chance)
        assert shown_by(plan, table.counted(raw, decider.facts)) == decider.decide(raw), sorted(raw)


def test_a_plan_with_a_fault_composes_something_else(content: Knowledge, tmp_path: Path) -> None:
    table = content.flow.table
    organisation = client_named("lagelanden", tmp_path, content).organisation
    plan = plan_of(table, client_named("everyone", tmp_path, content).organisation)
    chance = random.Random(1)
    raws = [draw(table, organisation, chance) for _ in range(50)]
    decider = Decider(table, organisation)
    assert any(shown_by(plan, table.counted(raw, decider.facts)) != decider.decide(raw) for raw in raws)


@pytest.mark.parametrize("name", NAMES)
def test_a_condition_on_the_form_is_the_condition_on_what_counts(name: str, content: Knowledge, tmp_path: Path) -> None:
    """The stylesheet sees what is chosen; stale answers in hidden questions are chosen too."""
    table = content.flow.table
    organisation = client_named(name, tmp_path, content).organisation
    plan, facts = plan_of(table, organisation), Decider(table, organisation).facts
    raw_condition = Raw.of(table, plan)
    chance = random.Random(f"raw {name}")
    for _ in range(150):
        raw = draw(table, organisation, chance)
        counted = plan.numbered(table.counted(raw, facts))
        chosen = plan.numbered(raw)
        for card in plan.cards:
            assert holds(raw_condition(card.when), chosen, frozenset()) == holds(card.when, counted, frozenset()), card


QUESTIONS = {"een": ("a", "b", "c"), "twee": ("a", "b"), "meer": ("a", "b", "c")}
SINGLE = frozenset({"een", "twee"})


def any_condition(chance: random.Random, depth: int) -> Condition:
    """A condition of some depth about made-up questions."""
    kind = chance.randrange(4) if depth else 0
    if kind == 0:
        question = chance.choice(list(QUESTIONS))
        return Given(question, chance.choice(QUESTIONS[question]))
    if kind == 1:
        return Not(any_condition(chance, depth - 1))
    parts = tuple(any_condition(chance, depth - 1) for _ in range(chance.randrange(4)))
    return Every(parts) if kind == 2 else Some(parts)


def every_set_of_answers() -> list[Answers]:
    """All that can be answered: one of a single question at most, any of the other."""
    sets: list[Answers] = [frozenset()]
    for question, answers in QUESTIONS.items():
        if question in SINGLE:
            sets += [known | {(question, answer)} for known in sets for answer in answers]
        else:
            for answer in answers:
                sets += [known | {(question, answer)} for known in sets]
    return sets


def test_a_short_condition_means_the_same() -> None:
    algebra, chance, sets = Algebra(SINGLE), random.Random(7), every_set_of_answers()
    shorter = 0
    for _ in range(600):
        parts = tuple(any_condition(chance, 3) for _ in range(chance.randrange(1, 4)))
        made: dict[Condition, Condition] = {
            algebra.every(*parts): Every(parts),
            algebra.some(*parts): Some(parts),
            algebra.no(parts[0]): Not(parts[0]),
        }
        inside = Every((parts[0], algebra.within(algebra.every(parts[0]), parts[-1])))
        made[inside] = Every((parts[0], parts[-1]))
        for short, long in made.items():
            for answers in sets:
                assert holds(short, answers, frozenset()) == holds(long, answers, frozenset()), long
            shorter += short in (ALWAYS, NEVER) or len(str(short)) < len(str(long))
    assert shorter > 600
