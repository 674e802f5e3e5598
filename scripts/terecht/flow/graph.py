"""The decision table as a picture for reviewers: questions, rules and outcomes, edges labelled with the answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import graphviz

from terecht.findings import Unusable
from terecht.flow.conditions import Condition, Every, Given, Holds, Not, Some
from terecht.flow.table import Advice, Entry, Rule, Table

#: A colour for the edges of each question, to be told apart by everyone (Okabe and Ito, 2008), and for those of facts.
_COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#8C6D00",
    "#56B4E9",
    "#E69F00",
    "#7A4FBF",
    "#000000",
    "#777777",
)


def draw(table: Table) -> graphviz.Digraph:
    """The picture: a question leads to what it decides, a rule to its outcomes, and dashed to what is beside them.

    Three columns: questions, rules in the order in which they are tried, outcomes.
    """
    names = [*(question.id for question in table.questions), "facts"]
    colours = dict(zip(names, _COLOURS, strict=True))
    picture = graphviz.Digraph(
        "flow", graph_attr={"rankdir": "LR", "ranksep": "5", "nodesep": "0.3"}, node_attr={"shape": "box"}
    )
    advices: tuple[Advice, ...] = (*table.safety, *table.rules, *table.additions)
    with _column(picture, [f"q_{name}" for name in names]) as column:
        for question in table.questions:
            answers = "\\l".join((*question.answers, "weet_niet"))
            label = f"{question.id}\\n\\n{answers}\\l"
            column.node(f"q_{question.id}", label, style="rounded", color=colours[question.id])
        column.node("q_facts", "facts\\n\\nof the organisation", style="rounded", color=colours["facts"])
    with _column(picture, [advice.id for advice in advices]) as column:
        for advice in advices:
            rests_on = f"\\n{advice.rests_on}" if isinstance(advice, Rule) else ""
            column.node(advice.id, f"{advice.id}{rests_on}", shape="ellipse" if isinstance(advice, Rule) else "diamond")
    with _column(picture, [f"o_{name}" for name in table.outcomes]) as column:
        for name in table.outcomes:
            column.node(f"o_{name}", name, style="filled", fillcolor="lightgrey")
    for question in table.questions:
        _asks(picture, question.asked, f"q_{question.id}", colours, style="bold", constraint="false")
    for advice in advices:
        _asks(picture, advice.when, advice.id, colours)
        for entry in advice.outcome if isinstance(advice, Rule) else ():
            picture.edge(advice.id, f"o_{entry.name}", _label(entry))
        for entry in (*advice.top_also, *advice.also):
            picture.edge(advice.id, f"o_{entry.name}", _label(entry), style="dashed")
    return picture


@contextmanager
def _column(picture: graphviz.Digraph, names: list[str]) -> Iterator[graphviz.Digraph]:
    """Nodes below one another, in this order."""
    with picture.subgraph(graph_attr={"rank": "same"}) as column:
        yield column
        for above, below in pairwise(names):
            column.edge(above, below, style="invis")


def _asks(
    picture: graphviz.Digraph, condition: Condition, to: str, colours: Mapping[str, str], **attributes: str
) -> None:
    for name, label in _answers(condition).items():
        picture.edge(f"q_{name}", to, label, color=colours[name], fontcolor=colours[name], **attributes)


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
