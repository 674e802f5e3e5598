"""Stories of readers, with the answer that each must get: ``docs/flow/scenarios.yml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator

from terecht.findings import Finding, Unusable
from terecht.flow.answers import read_answers
from terecht.flow.decide import Decider, Decision
from terecht.flow.table import Table
from terecht.load.organisation import Facts, Organisation
from terecht.load.typed import read_file
from terecht.load.yaml_tree import Mapping as Tree
from terecht.load.yaml_tree import place


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Names(Facts):
    """Outcomes, contacts and national lines, by id."""

    outcomes: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


class Under(Facts):
    """The rule and the outcome that stand under a safety card."""

    rule: str
    outcome: str


class Scenario(Facts):
    """One story."""

    id: str
    story: str
    organisation: str
    answers: dict[str, Annotated[tuple[str, ...], BeforeValidator(_listed)]]
    rule: str
    outcome: str
    then: Under | None = None
    first_contact: str | None = None
    shows: Names = Names()
    never: Names = Names()


class _File(Facts):
    organisations: dict[str, Organisation]
    scenarios: tuple[Scenario, ...]


@dataclass(frozen=True)
class Scenarios:
    """All stories, and the organisations in which they happen."""

    organisations: Mapping[str, Organisation]
    scenarios: tuple[Scenario, ...]
    tree: Tree
    shown: str


def load_scenarios(path: Path, shown: str) -> tuple[Scenarios | None, list[Finding]]:
    """The stories in a file, or what is wrong with it. ``shown`` is the path that findings name."""
    read, findings = read_file(_File, path, shown)
    if read is None:
        return None, findings
    file, tree = read
    return Scenarios(file.organisations, file.scenarios, tree, shown), findings


def run(scenarios: Scenarios, table: Table) -> Iterator[Finding]:
    """Every story that gets another answer than it must, or that leaves out a question on its way."""
    for position, scenario in enumerate(scenarios.scenarios):
        at = place(scenarios.tree, ("scenarios", position, "id"))
        for problem in _problems(scenario, scenarios.organisations, table):
            yield Finding(scenarios.shown, *at, "T089", f"'{scenario.id}': {problem}", "mend the rule, or the story")


def _problems(scenario: Scenario, organisations: Mapping[str, Organisation], table: Table) -> Iterator[str]:
    organisation = organisations.get(scenario.organisation)
    if organisation is None:
        yield f"there is no organisation '{scenario.organisation}'"
        return
    decider = Decider(table, organisation)
    try:
        raw = read_answers(scenario.answers, table, organisation)
    except Unusable as error:
        yield error.message
        return
    asked = {question.id for question in decider.asked(raw)}
    usual = {"veiligheid", "rol"}
    for question in sorted(asked - set(scenario.answers) - usual):
        yield f"'{question}' is asked, and not answered"
    for question in sorted(set(scenario.answers) - asked):
        yield f"'{question}' is answered, and not asked"
    yield from _differences(scenario, decider.decide(raw))


def _differences(scenario: Scenario, decision: Decision) -> Iterator[str]:
    if (decision.rule, decision.outcome) != (scenario.rule, scenario.outcome):
        yield f"{decision.rule} gives '{decision.outcome}'; {scenario.rule} and '{scenario.outcome}' are wanted"
    then = (decision.then.rule, decision.then.outcome) if decision.then else None
    wanted = (scenario.then.rule, scenario.then.outcome) if scenario.then else None
    if then != wanted:
        yield f"under it stands {then}; {wanted} is wanted"
    if scenario.first_contact and decision.contacts[:1] != (scenario.first_contact,):
        yield f"the first contact is {decision.contacts[:1]}; '{scenario.first_contact}' is wanted"
    there = {
        "outcomes": {decision.outcome, *decision.also, *([decision.then.outcome] if decision.then else [])},
        "contacts": set(decision.contacts),
        "lines": set(decision.national),
    }
    for kind, found in there.items():
        for name in getattr(scenario.shows, kind):
            if name not in found:
                yield f"'{name}' is not among the {kind}"
        for name in getattr(scenario.never, kind):
            if name in found:
                yield f"'{name}' is among the {kind}"
