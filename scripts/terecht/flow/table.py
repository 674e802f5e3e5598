"""The decision table of ``docs/flow/structure.yml``, read and checked: questions, rules, additions, outcomes, chains.

Every word that it names exists, every condition can be read, a question depends on earlier ones alone. What it rests on
is in the file itself, rule by rule.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from terecht.findings import Finding, did_you_mean
from terecht.flow.conditions import (
    ALWAYS,
    NEVER,
    Answers,
    Condition,
    Every,
    Given,
    Not,
    Some,
    UnreadableError,
    Vocabulary,
    holds,
)
from terecht.flow.facts import FACTS
from terecht.load.organisation import GROUPS, ROLES, Facts
from terecht.load.typed import read_file
from terecht.load.values import Date, YesNo
from terecht.load.yaml_tree import Mapping as Tree
from terecht.load.yaml_tree import place

#: What is asked of a reader who would rather not say: the same as no answer.
UNKNOWN = "weet_niet"
#: The answers to ``betrokken`` that rule out a role, beside that of the vertrouwenspersoon, of whom persons count.
ROLES_INVOLVED = ("directie", "hr", "klachtencommissie")
#: The question whose answers are the vertrouwenspersonen; in conditions each is a number, as names are no structure.
ABOUT_ADVISERS = "betrokken_vp"
#: People whom everybody has and who have no card: one's manager, and the manager above.
MANAGERS = ("leidinggevende", "hogere_leidinggevende")


def _entry(value: Any) -> Any:
    return {"is": value} if isinstance(value, str) else value


def _entries(value: Any) -> Any:
    return [{"is": value}] if isinstance(value, str) else value


class WrittenEntry(Facts):
    """An outcome, a role or a line, perhaps only where a condition holds."""

    is_: Annotated[str, Field(alias="is")]
    when: str = ""
    large: str = ""


Entries = tuple[Annotated[WrittenEntry, BeforeValidator(_entry)], ...]


class WrittenQuestion(Facts):
    """A question as it stands in the file."""

    id: str
    answers: tuple[str, ...] = ()
    several: YesNo = "no"
    people: YesNo = "no"
    after: YesNo = "no"
    asked: str = ""
    shown: dict[str, str] = Field(default_factory=dict)
    open: str | None = None


class WrittenTop(Facts):
    """What stands before everything else."""

    also: Entries = ()
    lines: Entries = ()


class WrittenRule(Facts):
    """A rule of the first two groups as it stands in the file."""

    id: str
    when: str = ""
    outcome: Annotated[Entries, BeforeValidator(_entries)]
    also: Entries = ()
    lines: Entries = ()
    on_top: WrittenTop = WrittenTop()
    rests_on: str
    laws: tuple[str, ...] = ()


class WrittenAddition(Facts):
    """An addition as it stands in the file."""

    id: str
    when: str
    for_: Annotated[str, Field(alias="for")] = "zelf, omstander"
    external_first: YesNo = "no"
    also: Entries = ()
    lines: Entries = ()
    on_top: WrittenTop = WrittenTop()


class WrittenOutcome(Facts):
    """An outcome as it stands in the file."""

    id: str
    role: str | None = None
    topic: str = "omgangsvormen"
    stays: YesNo = "no"
    beside: Entries = ()
    lines: Entries = ()


class WrittenChain(Facts):
    """Who comes instead of a role, as it stands in the file."""

    roles: Entries
    lines: Entries


class WrittenExclusion(Facts):
    """What the accused are never offered."""

    outcomes: tuple[str, ...]
    lines: tuple[str, ...]


class Written(Facts):
    """The whole file."""

    checked_on: Date
    questions: tuple[WrittenQuestion, ...]
    names: dict[str, str]
    safety: tuple[WrittenRule, ...]
    rules: tuple[WrittenRule, ...]
    additions: tuple[WrittenAddition, ...]
    outcomes: tuple[WrittenOutcome, ...]
    chains: dict[str, WrittenChain]
    not_for_accused: WrittenExclusion


@dataclass(frozen=True)
class Entry:
    """An outcome, a role or a line, and when; what stands beside the first is ``large`` where it weighs as much."""

    name: str
    when: Condition
    large: Condition = NEVER


@dataclass(frozen=True)
class Question:
    """A question: its answers, when it is asked, which answers are not always shown, and what no answer counts as."""

    id: str
    answers: tuple[str, ...]
    several: bool
    people: bool
    after: bool
    asked: Condition
    shown: Mapping[str, Condition]
    open: str | None


@dataclass(frozen=True)
class Advice:
    """What a rule or an addition gives beside a first contact; what is ``top`` goes before everything else."""

    id: str
    when: Condition
    also: tuple[Entry, ...]
    lines: tuple[Entry, ...]
    top_also: tuple[Entry, ...]
    top_lines: tuple[Entry, ...]
    external_first: bool = False


@dataclass(frozen=True)
class Rule(Advice):
    """A rule: its first contact is the first outcome whose condition holds."""

    outcome: tuple[Entry, ...] = ()
    rests_on: str = ""
    laws: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a card offers: a role with its chain, roles beside it, national lines."""

    id: str
    role: str | None
    topic: str
    stays: bool
    beside: tuple[Entry, ...]
    lines: tuple[Entry, ...]


@dataclass(frozen=True)
class Chain:
    """Who comes instead of a role: the first role with somebody, or the lines."""

    roles: tuple[Entry, ...]
    lines: tuple[Entry, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """The decision table.

    ``checked_on`` is the day on which somebody last held it against what it rests on; ``places`` are the line and
    column of each id and each part of the file; ``vocabulary`` reads further conditions in the words of the table.
    """

    checked_on: str
    questions: tuple[Question, ...]
    safety: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    additions: tuple[Advice, ...]
    outcomes: Mapping[str, Outcome]
    chains: Mapping[str, Chain]
    not_for_accused_outcomes: frozenset[str]
    not_for_accused_lines: frozenset[str]
    places: Mapping[str, tuple[int, int]]
    vocabulary: Vocabulary

    def answers(self, question: str) -> tuple[str, ...]:
        """The answers to a question; none where it is about people."""
        return next(one.answers for one in self.questions if one.id == question)

    def counted(self, raw: Answers, facts: frozenset[str]) -> Answers:
        """The answers that count: to questions that are asked, among answers that are shown, open ones filled in."""
        counted: set[tuple[str, str]] = set()
        for question in self.questions:
            so_far = frozenset(counted)
            asked = holds(question.asked, so_far, facts)
            given = [answer for name, answer in raw if name == question.id and answer != UNKNOWN] if asked else []
            given = [answer for answer in given if holds(question.shown.get(answer, ALWAYS), so_far, facts)]
            if not given and question.open:
                given = [question.open]
            counted.update((question.id, answer) for answer in given)
        return frozenset(counted)


def load_table(
    path: Path, shown: str, helplines: Iterable[str], laws: Iterable[str]
) -> tuple[Table | None, list[Finding]]:
    """The table in a file, or what is wrong with it. ``shown`` is the path that findings name."""
    read, findings = read_file(Written, path, shown)
    if read is None:
        return None, findings
    reader = _Reader(*read, shown, frozenset(helplines), frozenset(laws))
    table = reader.table()
    findings += reader.findings
    return (None if reader.findings else table), findings


class _Reader:
    """Reads the conditions of a file, and notes what can not be read or does not exist."""

    def __init__(
        self, written: Written, tree: Tree, shown: str, helplines: frozenset[str], laws: frozenset[str]
    ) -> None:
        self.written = written
        self.tree = tree
        self.shown = shown
        self.helplines = helplines
        self.laws = laws
        self.roles = frozenset((*ROLES, *GROUPS, *MANAGERS))
        self.outcomes = frozenset(outcome.id for outcome in written.outcomes)
        self.findings: list[Finding] = []
        answers = {question.id: question.answers for question in written.questions}
        one = frozenset(question.id for question in written.questions if question.several == "no")
        topics = answers.get("onderwerp", ())
        self.vocabulary = Vocabulary(
            answers, one, FACTS, choices={"topic": lambda value: _topic(topics, value)}, choice_values={"topic": topics}
        )

    def table(self) -> Table:
        """The table; without a meaning where there are findings."""
        self._twice()
        self._names()
        questions = tuple(self._questions())
        safety = tuple(self._rules("safety", self.written.safety))
        rules = tuple(self._rules("rules", self.written.rules))
        if not rules or rules[-1].when != ALWAYS:
            self._note(("rules",), "T088", "the last rule has a condition, so some readers get no advice", "drop it")
        first = dict(_first_outcomes(rules))
        self.vocabulary = dataclasses.replace(
            self.vocabulary,
            choices={**self.vocabulary.choices, "first": lambda value: first.get(value, Some(()))},
            choice_values={**self.vocabulary.choice_values, "first": tuple(sorted(self.outcomes))},
        )
        exclusion = self.written.not_for_accused
        return Table(
            self.written.checked_on,
            questions,
            safety,
            rules,
            tuple(self._additions()),
            MappingProxyType({outcome.id: outcome for outcome in self._outcomes()}),
            MappingProxyType(dict(self._chains())),
            frozenset(exclusion.outcomes),
            frozenset(exclusion.lines),
            MappingProxyType(dict(self._places())),
            self.vocabulary,
        )

    def _places(self) -> Iterator[tuple[str, tuple[int, int]]]:
        for key in ("questions", "outcomes", "safety", "rules", "additions"):
            yield key, place(self.tree, (key,))
            for position, part in enumerate(getattr(self.written, key)):
                yield part.id, place(self.tree, (key, position, "id"))

    def _note(self, location: tuple[str | int, ...], code: str, message: str, help_: str = "") -> None:
        self.findings.append(Finding(self.shown, *place(self.tree, location), code, message, help_))

    def _twice(self) -> None:
        seen: set[str] = set()
        for key in ("questions", "safety", "rules", "additions", "outcomes"):
            for position, part in enumerate(getattr(self.written, key)):
                name = f"{'outcome ' if key == 'outcomes' else ''}{part.id}"
                if name in seen:
                    self._note((key, position, "id"), "T040", f"the id '{part.id}' stands here twice", "rename one")
                seen.add(name)

    def _read(self, expression: str, location: tuple[str | int, ...]) -> Condition:
        try:
            return self.vocabulary.read(expression)
        except UnreadableError as error:
            self._note(location, "T088", error.message, error.help)
            return ALWAYS

    def _names(self) -> None:
        for name, expression in self.written.names.items():
            condition = self._read(expression, ("names", name))
            names = {**self.vocabulary.names, name: condition}
            self.vocabulary = dataclasses.replace(self.vocabulary, names=names)

    def _questions(self) -> Iterator[Question]:
        earlier: set[str] = set()
        for position, question in enumerate(self.written.questions):
            at = ("questions", position)
            asked = self._read(question.asked, (*at, "asked"))
            shown = {answer: self._read(when, (*at, "shown", answer)) for answer, when in question.shown.items()}
            for answer in (*shown, *([question.open] if question.open else [])):
                self._known(answer, question.answers, "answer", at)
            for condition in (asked, *shown.values()):
                for later in sorted(condition.questions - earlier):
                    self._note(at, "T088", f"'{question.id}' depends on '{later}', which comes later", "reorder them")
            earlier.add(question.id)
            yield Question(
                question.id,
                question.answers,
                question.several == "yes",
                question.people == "yes",
                question.after == "yes",
                asked,
                MappingProxyType(shown),
                question.open,
            )

    def _rules(self, key: str, written: tuple[WrittenRule, ...]) -> Iterator[Rule]:
        for position, rule in enumerate(written):
            at = (key, position)
            when = self._read(rule.when, (*at, "when"))
            outcome = self._list(rule.outcome, self.outcomes, "outcome", (*at, "outcome"))
            for number, law in enumerate(rule.laws):
                self._known(law, self.laws, "law", (*at, "laws", number))
            yield Rule(rule.id, when, *self._beside(rule, at), outcome=outcome, rests_on=rule.rests_on, laws=rule.laws)

    def _additions(self) -> Iterator[Advice]:
        roles = self.vocabulary.answers["rol"]
        for position, addition in enumerate(self.written.additions):
            at = ("additions", position)
            named = roles if addition.for_ == "everyone" else tuple(map(str.strip, addition.for_.split(",")))
            for role in named:
                self._known(role, roles, "reader", (*at, "for"))
            who = Some(tuple(Given("rol", role) for role in named))
            when = Every((who, self._read(addition.when, (*at, "when"))))
            external_first = addition.external_first == "yes"
            yield Advice(addition.id, when, *self._beside(addition, at), external_first=external_first)

    def _beside(
        self, written: WrittenRule | WrittenAddition, at: tuple[str | int, ...]
    ) -> tuple[tuple[Entry, ...], tuple[Entry, ...], tuple[Entry, ...], tuple[Entry, ...]]:
        return (
            self._list(written.also, self.outcomes, "outcome", (*at, "also")),
            self._list(written.lines, self.helplines, "helpline", (*at, "lines")),
            self._list(written.on_top.also, self.outcomes, "outcome", (*at, "on_top", "also")),
            self._list(written.on_top.lines, self.helplines, "helpline", (*at, "on_top", "lines")),
        )

    def _outcomes(self) -> Iterator[Outcome]:
        for position, outcome in enumerate(self.written.outcomes):
            at = ("outcomes", position)
            if outcome.role:
                self._known(outcome.role, self.roles, "role", (*at, "role"))
            beside = self._list(outcome.beside, self.roles, "role", (*at, "beside"))
            lines = self._list(outcome.lines, self.helplines, "helpline", (*at, "lines"))
            yield Outcome(outcome.id, outcome.role, outcome.topic, outcome.stays == "yes", beside, lines)

    def _chains(self) -> Iterator[tuple[str, Chain]]:
        for role, chain in self.written.chains.items():
            at = ("chains", role)
            self._known(role, self.roles, "role", at)
            if not chain.lines:
                self._note(at, "T088", f"the chain of '{role}' does not end at a national line", "add one to 'lines'")
            roles = self._list(chain.roles, self.roles, "role", (*at, "roles"))
            yield role, Chain(roles, self._list(chain.lines, self.helplines, "helpline", (*at, "lines")))
        needing = {outcome.role for outcome in self.written.outcomes if outcome.role}
        for role in sorted(needing - set(self.written.chains)):
            self._note(("chains",), "T088", f"there is no chain for '{role}'", "say who comes instead")

    def _list(self, entries: Entries, known: frozenset[str], what: str, at: tuple[str | int, ...]) -> tuple[Entry, ...]:
        read = []
        for position, entry in enumerate(entries):
            self._known(entry.is_, known, what, (*at, position))
            when = self._read(entry.when, (*at, position, "when"))
            large = self._read(entry.large, (*at, position, "large")) if entry.large else NEVER
            read.append(Entry(entry.is_, when, large))
        return tuple(read)

    def _known(self, name: str, known: Iterable[str], what: str, at: tuple[str | int, ...]) -> None:
        if name not in known:
            self._note(at, "T088", f"there is no {what} '{name}'", did_you_mean(name, sorted(known)))


def _topic(topics: tuple[str, ...], value: str) -> Condition:
    """The topic that counts is this one: chosen, and none before it."""
    earlier = topics[: topics.index(value)]
    return Every((Given("onderwerp", value), *(Not(Given("onderwerp", topic)) for topic in earlier)))


def _first_outcomes(rules: tuple[Rule, ...]) -> Iterator[tuple[str, Condition]]:
    """For each outcome, the condition under which it is the first contact."""
    found: dict[str, list[Condition]] = {}
    earlier: list[Condition] = []
    for rule in rules:
        chosen: list[Condition] = []
        for entry in rule.outcome:
            here = Every((rule.when, entry.when, *map(Not, chosen), *map(Not, earlier)))
            found.setdefault(entry.name, []).append(here)
            chosen.append(entry.when)
        earlier.append(rule.when)
    for outcome, conditions in found.items():
        yield outcome, Some(tuple(conditions))
