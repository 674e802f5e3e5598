"""``terecht flow check``: the scenarios, the invariants of every organisation, and nothing is there for nothing."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

import jinja2
from jinja2 import nodes

from terecht.findings import Finding
from terecht.flow.facts import facts_of
from terecht.flow.knowledge import EMERGENCY, Flow
from terecht.flow.plan import plan_of
from terecht.flow.proof import Place, Proof
from terecht.flow.scenarios import Scenarios, run
from terecht.flow.sentences import OTHERWISE
from terecht.flow.solver import Solver
from terecht.load.organisation import Organisation
from terecht.load.yaml_tree import place

_READER = jinja2.Environment(autoescape=True)


def check(flow: Flow, scenarios: Scenarios, organisations: Mapping[str, Organisation]) -> Iterator[Finding]:
    """Everything that does not hold. ``organisations`` are by id; those of the scenarios are checked with them.

    Organisations that differ in nothing that the flow asks share one proof.
    """
    yield from run(scenarios, flow.table)
    sentences = next(iter(flow.sentences.values()))
    different = {signature(organisation): (name, organisation) for name, organisation in _all(scenarios, organisations)}
    reached: set[Place] = set()
    proofs: list[tuple[str, Proof]] = []
    with Solver() as solver:
        for name, organisation in different.values():
            proof = Proof(flow.table, plan_of(flow.table, organisation), organisation, sentences)
            proofs.append((name, proof))
            solver.ask(proof.possible_answers(), proof.anything_wrong)
            if name in scenarios.organisations:
                reached |= proof.reached(reached)
        broken = [proof for proof, wrong in zip(proofs, solver.answers(), strict=True) if wrong]
    for name, proof in broken:
        for breach in proof.breaches():
            message = f"invariant {breach.invariant} does not hold for '{name}': {breach.what}"
            known = name in organisations
            help_ = f"terecht flow decide {name} {breach.answers}" if known else f"with {breach.answers}"
            yield Finding(f"{flow.shown}/structure.yml", *flow.table.places[breach.source], "T092", message, help_)
    yield from _for_nothing(flow, reached)
    yield from _not_always_there(flow)


def _all(scenarios: Scenarios, organisations: Mapping[str, Organisation]) -> Iterator[tuple[str, Organisation]]:
    """Last those of the scenarios: of organisations with one signature the last is proved, and they must be."""
    yield from organisations.items()
    yield from scenarios.organisations.items()


def signature(organisation: Organisation) -> Hashable:
    """What the flow asks of an organisation: with the same signature it decides the same, names apart."""
    contacts = tuple(
        (contact.roles, contact.kind == "extern", contact.serves, contact.topics, contact.also_for_accused == "yes")
        for contact in organisation.contacts
    )
    policy = organisation.policy
    return facts_of(organisation), contacts, policy.complaint.who, policy.complaint_contact


def _for_nothing(flow: Flow, reached: set[Place]) -> Iterator[Finding]:
    """Invariant 5: every rule, outcome, answer and sentence is reached, in an organisation of the scenarios."""
    table = f"{flow.shown}/structure.yml"
    help_ = "delete it, mend its condition, or add an organisation to the scenarios in which it is reached"
    for key, ids in (
        ("rules", [rule.id for rule in (*flow.table.safety, *flow.table.rules)]),
        ("outcomes", flow.table.outcomes),
    ):
        for name in ids:
            if (key, name) not in reached:
                yield Finding(table, *flow.table.places[name], "T092", f"invariant 5: nothing leads to '{name}'", help_)
    file = next(iter(flow.files.values()))
    for where, location in _texts(flow):
        if where not in reached:
            message = f"invariant 5: no reader ever sees '{' '.join(where)}'"
            yield Finding(file.shown, *place(file.tree, location), "T092", message, help_)


def _not_always_there(flow: Flow) -> Iterator[Finding]:
    """Invariant 7: the line of every page has 112 and a helpline under no condition, so for every organisation.

    That the line is on a page, outside every question, is seen by the audit of each page that is built.
    """
    always = [piece for part in _READER.parse(flow.emergency).body for piece in getattr(part, "nodes", ())]
    text = "".join(piece.data for piece in always if isinstance(piece, nodes.TemplateData))
    phones = {_dotted(piece) for piece in always}
    for what, there in (
        ("112", 'href="tel:112"' in text),
        ("a helpline", any(name.startswith("helplines.") and name.endswith(".phone") for name in phones)),
    ):
        if not there:
            message = f"invariant 7: {what} is not always in the line for danger"
            yield Finding(EMERGENCY, 1, 1, "T092", message, "write it outside every {% if %}")


def _dotted(node: nodes.Node) -> str:
    """The name that a template shows, such as ``helplines.zelfdoding_113.phone``; empty for anything else."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_dotted(node.node)}.{node.attr}"
    return ""


def _texts(flow: Flow) -> Iterator[tuple[Place, tuple[str | int, ...]]]:
    """The sentences of a language: as they are reached, and as they stand in the file."""
    sentences = next(iter(flow.sentences.values()))
    for question in flow.table.questions:
        for answer in question.answers:
            yield ("questions", question.id, answer), ("questions", question.id, "answers", answer)
    for role in sentences.secret:
        if role != OTHERWISE:
            yield ("secret", role), ("secret", role)
    for name, outcome in sentences.outcomes.items():
        for key in ("missing", "missing_title"):
            if getattr(outcome, key):
                yield ("outcomes", name, "missing"), ("outcomes", name, key)
        for part, items in outcome.parts.items():
            for position in range(len(items)):
                yield ("outcomes", name, part, str(position)), ("outcomes", name, part, position)
