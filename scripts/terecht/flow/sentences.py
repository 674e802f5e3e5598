"""What readers read in the flow: ``docs/flow/<language>.yml``, the same keys in each language as the table has ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from terecht.findings import Finding, did_you_mean
from terecht.flow.table import MANAGERS, UNKNOWN, Table
from terecht.load.organisation import GROUPS, ROLES, Facts
from terecht.load.typed import read_model
from terecht.load.yaml_tree import Mapping as Tree
from terecht.load.yaml_tree import parse, place


def _item(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _items(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Item(Facts):
    """A sentence or two. With a ``role`` it sends readers there, and hides where that role is missing or involved."""

    text: str
    role: str | None = None
    when: str = ""
    for_: Annotated[Literal["zelf", "omstander"] | None, Field(alias="for")] = None
    link: str | None = None

    @property
    def shape(self) -> tuple[str | None, ...]:
        """What is the same in each language."""
        return self.role, self.when, self.for_, self.link


Items = Annotated[tuple[Annotated[Item, BeforeValidator(_item)], ...], BeforeValidator(_items)]


class QuestionText(Facts):
    """A question, and its answers by id."""

    title: str
    hint: str | None = None
    answers: dict[str, str]


class OutcomeText(Facts):
    """A card."""

    title: str
    why: Items
    expect: Items = ()
    cannot: Items = ()
    ways: Items = ()
    missing: str | None = None

    @property
    def shape(self) -> tuple[object, ...]:
        """What is the same in each language."""
        parts = (self.why, self.expect, self.cannot, self.ways)
        return (*(tuple(item.shape for item in items) for items in parts), self.missing is None)


class Sentences(Facts):
    """All sentences of one language."""

    title: str
    intro: tuple[str, ...]
    questions: dict[str, QuestionText]
    reasons: dict[str, str]
    outcomes: dict[str, OutcomeText]


@dataclass(frozen=True)
class SentenceFile:
    """The sentences of a language, with the places of their keys."""

    sentences: Sentences
    tree: Tree
    shown: str


def load_sentences(path: Path, shown: str, table: Table) -> tuple[SentenceFile | None, list[Finding]]:
    """The sentences in a file, or what is wrong with it: each id of the table once, and nothing else."""
    if not path.exists():
        return None, [Finding(shown, 1, 1, "T050", f"'{path.name}' is missing", "copy that of another language")]
    tree, findings = parse(path.read_bytes(), shown)
    if tree is None:
        return None, findings
    sentences, wrong = read_model(Sentences, tree, shown)
    findings += wrong
    if sentences is None:
        return None, findings
    file = SentenceFile(sentences, tree, shown)
    findings += _against_the_table(file, table)
    return file, findings


def compare_sentences(first: SentenceFile, other: SentenceFile) -> Iterator[Finding]:
    """Where the cards of a language have other items than those of the first: another role, condition or link."""
    for name, outcome in other.sentences.outcomes.items():
        source = first.sentences.outcomes.get(name)
        if source and source.shape != outcome.shape:
            message = f"the sentences of '{name}' are not those of the first language"
            help_ = f"same number, roles, conditions and links as in {first.shown}, in the same order"
            yield Finding(other.shown, *place(other.tree, ("outcomes", name)), "T084", message, help_)
    if len(first.sentences.intro) != len(other.sentences.intro):
        at = place(other.tree, ("intro",))
        yield Finding(other.shown, *at, "T084", "the introduction has another number of sentences", "")


def _against_the_table(file: SentenceFile, table: Table) -> Iterator[Finding]:
    sentences = file.sentences
    rules = [rule.id for rule in (*table.safety, *table.rules)]
    yield from _keys(file, ("questions",), sentences.questions, [question.id for question in table.questions])
    yield from _keys(file, ("reasons",), sentences.reasons, rules)
    yield from _keys(file, ("outcomes",), sentences.outcomes, table.outcomes)
    for question in table.questions:
        if written := sentences.questions.get(question.id):
            at = ("questions", question.id, "answers")
            yield from _keys(file, at, written.answers, [*question.answers, UNKNOWN])
    known = {*ROLES, *GROUPS, *MANAGERS}
    for name, outcome in sentences.outcomes.items():
        for part in ("why", "expect", "cannot", "ways"):
            for position, item in enumerate(getattr(outcome, part)):
                if item.role and item.role not in known:
                    here = place(file.tree, ("outcomes", name, part, position))
                    help_ = did_you_mean(item.role, sorted(known))
                    yield Finding(file.shown, *here, "T084", f"there is no role '{item.role}'", help_)


def _keys(
    file: SentenceFile, at: tuple[str, ...], found: Mapping[str, object], wanted: Iterable[str]
) -> Iterator[Finding]:
    names = list(wanted)
    for name in found:
        if name not in names:
            message = f"'{name}' is not in the table"
            yield Finding(file.shown, *place(file.tree, (*at, name)), "T084", message, did_you_mean(name, names))
    for name in names:
        if name not in found:
            yield Finding(file.shown, *place(file.tree, at), "T084", f"'{name}' is missing", "add it")
