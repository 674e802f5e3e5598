"""The decision table as a picture for reviewers: questions, rules and outcomes, edges labelled with the answers."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import graphviz

from terecht.findings import Unusable
from terecht.flow.conditions import Condition, Every, Given, Holds, Not, Some
from terecht.flow.table import Advice, Entry, Rule, Table


def draw(table: Table) -> graphviz.Digraph:
    """The picture: a question leads to what it decides, a rule to its outcomes, and dashed to what is beside them."""
    picture = graphviz.Digraph("flow", graph_attr={"rankdir": "LR", "ranksep": "2"}, node_attr={"shape": "box"})
    picture.node("q_facts", "facts\\n\\nof the organisation", style="rounded")
    for question in table.questions:
        answers = "\\l".join((*question.answers, "weet_niet"))
        picture.node(f"q_{question.id}", f"{question.id}\\n\\n{answers}\\l", style="rounded")
        for name, label in _answers(question.asked).items():
            picture.edge(f"q_{name}", f"q_{question.id}", label, style="bold")
    for rule in (*table.safety, *table.rules):
        _draw(picture, rule)
        for entry in rule.outcome:
            picture.edge(rule.id, f"o_{entry.name}", _label(entry))
    for addition in table.additions:
        _draw(picture, addition)
    for outcome in table.outcomes.values():
        picture.node(f"o_{outcome.id}", outcome.id, shape="box", style="filled", fillcolor="lightgrey")
    return picture


def _draw(picture: graphviz.Digraph, advice: Advice) -> None:
    rests_on = f"\\n{advice.rests_on}" if isinstance(advice, Rule) else ""
    picture.node(advice.id, f"{advice.id}{rests_on}", shape="ellipse" if isinstance(advice, Rule) else "diamond")
    for name, label in _answers(advice.when).items():
        picture.edge(f"q_{name}", advice.id, label)
    for entry in (*advice.top_also, *advice.also):
        picture.edge(advice.id, f"o_{entry.name}", _label(entry), style="dashed")


def _label(entry: Entry) -> str | None:
    return "\\n".join(f"{name}: {label}" for name, label in _answers(entry.when).items()) or None


def _answers(condition: Condition) -> dict[str, str]:
    """The answers that a condition asks for, by question; what must not be is named where nothing else is."""
    wanted: dict[str, list[str]] = defaultdict(list)
    unwanted: dict[str, list[str]] = defaultdict(list)

    def walk(part: Condition, *, positive: bool) -> None:
        match part:
            case Given():
                (wanted if positive else unwanted)[part.question].append(part.answer)
            case Holds():
                (wanted if positive else unwanted)["facts"].append(part.fact)
            case Not():
                walk(part.part, positive=not positive)
            case Every() | Some():
                for inner in part.parts:
                    walk(inner, positive=positive)

    walk(condition, positive=True)
    labels = {}
    for name in dict.fromkeys((*wanted, *unwanted)):
        answers = list(dict.fromkeys(wanted.get(name) or (f"niet {answer}" for answer in unwanted[name])))
        labels[name] = "\\n".join(answers)
    return labels


def write(table: Table, output: Path | None) -> str | None:
    """Writes the picture to a ``.dot`` or ``.svg`` file; without one, gives it in DOT. Raises :class:`Unusable`."""
    picture = draw(table)
    if output is None:
        return str(picture.source)
    if output.suffix == ".dot":
        output.write_text(picture.source, "utf-8")
    elif output.suffix == ".svg":
        try:
            output.write_bytes(picture.pipe(format="svg"))
        except graphviz.ExecutableNotFound:
            help_ = "install Graphviz (on Debian: sudo apt-get install graphviz), or write a .dot file"
            raise Unusable("an SVG needs the program 'dot'", help_) from None
    else:
        raise Unusable(f"'{output.name}' is neither .dot nor .svg", "name a file that ends in one of them")
    return None
