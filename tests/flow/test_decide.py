"""Whatever a reader answers: an advice, somebody to turn to, and never whom they ruled out (FLOW part 6)."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable

import pytest

from flowing import NAMES, client_named, draw
from terecht.flow.conditions import Answers
from terecht.flow.decide import Decider, Decision
from terecht.flow.knowledge import Knowledge
from terecht.flow.table import Table
from terecht.load.organisation import ROLES, Organisation

DRAWS = 1500


@pytest.fixture(scope="module")
def table(content: Knowledge) -> Table:
    return content.flow.table


@pytest.fixture(scope="module")
def organisations(content: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Organisation]:
    top = tmp_path_factory.mktemp("flow")
    return {name: client_named(name, top, content).organisation for name in NAMES}


Case = tuple[Answers, Answers, Decision, Organisation]
Cases = Callable[[str], list[Case]]


@pytest.fixture(scope="module")
def cases(table: Table, organisations: dict[str, Organisation]) -> Cases:
    """Draws of an organisation, the same each time: the raw answers, those that count, and the decision."""

    @functools.cache
    def make(name: str) -> list[Case]:
        organisation = organisations[name]
        decider = Decider(table, organisation)
        chance = random.Random(name)
        raws = [draw(table, organisation, chance) for _ in range(DRAWS)]
        return [(raw, table.counted(raw, decider.facts), decider.decide(raw), organisation) for raw in raws]

    return make


@pytest.mark.parametrize("name", NAMES)
def test_there_is_always_somebody_and_one_outside(name: str, cases: Cases) -> None:
    """Invariant 3: two ways or more, one of them national; 112 does not count."""
    for raw, _, decision, _ in cases(name):
        national = set(decision.national) - {"alarm_112"}
        assert national, raw
        assert len(national) + len(decision.contacts) >= 2, raw


@pytest.mark.parametrize("name", NAMES)
def test_nobody_who_is_involved_is_offered(name: str, cases: Cases) -> None:
    """Invariant 2, for contacts."""
    roles = {"directie", "hr", "klachtencommissie"}
    for raw, answers, decision, organisation in cases(name):
        said = {answer for question, answer in answers if question == "betrokken"}
        named = {answer for question, answer in answers if question == "betrokken_vp"}
        for one in organisation.contacts:
            out = bool(said & roles & set(one.roles))
            if "vertrouwenspersoon" in said and "vertrouwenspersoon" in one.roles:
                out |= not named or one.id in named
            assert (one.id in decision.hidden) == out, raw
            assert not (out and one.id in decision.contacts), (raw, one.id)


@pytest.mark.parametrize("name", NAMES)
def test_a_mediator_never_comes_first_by_accident(name: str, cases: Cases) -> None:
    """Invariant 4: only where both want to, never after danger, never through a chain."""
    for raw, answers, decision, organisation in cases(name):
        first = decision.then or decision
        cards = {decision.outcome, first.outcome, *decision.also}
        if first.outcome == "mediator":
            assert {("onderwerp", "conflict"), ("bereid", "beiden")} <= answers, raw
        mediators = {one.id for one in organisation.with_role("mediator") if set(one.roles) == {"mediator"}}
        if mediators & set(decision.contacts):
            assert cards & {"mediator", "mediator_info", "informatie"}, raw
        if decision.then:
            assert not cards & {"mediator", "mediator_info", "vp_voorbereiden"}, raw
        grave = {"seksueel", "geweld", "discriminatie", "pesten", "integriteit"}
        if {answer for question, answer in answers if question == "onderwerp"} & grave:
            assert first.outcome != "mediator", raw


@pytest.mark.parametrize("name", NAMES)
def test_the_accused_are_not_sent_to_the_other_side(name: str, cases: Cases, table: Table) -> None:
    """Invariant 6: outside the safety cards no police, no lines for who was hurt, no other vertrouwenspersoon."""
    for raw, answers, decision, organisation in cases(name):
        if ("rol", "beklaagde") not in answers or decision.then:
            continue
        assert not table.not_for_accused_lines & set(decision.national), raw
        assert "politie" not in {decision.outcome, *decision.also}, raw
        for one in organisation.contacts:
            if "vertrouwenspersoon" in one.roles and one.also_for_accused != "yes":
                assert one.id not in decision.contacts, (raw, one.id)


@pytest.mark.parametrize("name", NAMES)
def test_no_more_than_seven_questions_come_first(name: str, cases: Cases, table: Table) -> None:
    """Invariant 1. What is asked after the outcome is never needed for it."""
    for raw, answers, decision, organisation in cases(name):
        asked = [question for question in Decider(table, organisation).asked(raw) if not question.after]
        assert len(asked) <= 7, raw
        assert decision.rule, raw
        assert len({question for question, _ in answers if question == "rol"}) == 1


def test_every_rule_and_outcome_is_reached(table: Table, organisations: dict[str, Organisation]) -> None:
    """Invariant 5, for rules and outcomes: none is there for nothing."""
    chance = random.Random(5)
    rules: set[str] = set()
    outcomes: set[str] = set()
    for organisation in organisations.values():
        decider = Decider(table, organisation)
        for _ in range(6000):
            decision = decider.decide(draw(table, organisation, chance))
            rules |= {decision.rule, *([decision.then.rule] if decision.then else [])}
            outcomes |= {decision.outcome, *decision.also, *([decision.then.outcome] if decision.then else [])}
    assert rules == {rule.id for rule in (*table.safety, *table.rules)}
    assert outcomes == set(table.outcomes)


def test_an_answer_to_a_question_that_is_not_asked_does_not_count(
    table: Table, organisations: dict[str, Organisation]
) -> None:
    decider = Decider(table, organisations["everyone"])
    asked = frozenset({("rol", "beklaagde"), ("onderwerp", "pesten")})
    stale = asked | {("wens", "klacht"), ("bereid", "beiden"), ("betrokken_vp", "bakker")}
    assert decider.decide(stale) == decider.decide(asked)
    shown = frozenset({("onderwerp", "pesten"), ("wens", "misstand")})
    assert decider.decide(shown) == decider.decide(frozenset({("onderwerp", "pesten")}))


def test_every_role_that_the_table_names_is_one(table: Table) -> None:
    assert set(table.chains) <= {*ROLES, "leidinggevende"}
