"""What readers read in the flow: ``docs/flow/<language>.yml``, the same keys in each language as the table has ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from terecht.findings import Finding, did_you_mean
from terecht.flow.conditions import UnreadableError
from terecht.flow.table import MANAGERS, UNKNOWN, Table
from terecht.load.organisation import GROUPS, ROLES, Facts
from terecht.load.typed import read_file
from terecht.load.yaml_tree import Mapping as Tree
from terecht.load.yaml_tree import place
from terecht.templates.check import Fragments, check

#: The key of ``secret`` for a role of which nothing is known (FLOW part 3: "vraag het aan het begin").
OTHERWISE = "otherwise"
#: The lists of a card whose sentences say where one can go.
_WAYS = ("expect", "ways")
_UNMARKED = "add 'role', so that it hides where nobody of it is left, or 'mentions' when it sends nobody there"
#: Names that short, such as HR, are written in capitals.
_SHORT = 3


def _item(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _items(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Item(Facts):
    """A sentence or two, and when they stand: in a page's terms ``when``, in the table's ``answers``, ``for`` whom.

    With a ``role`` it sends readers there, and hides where nobody of that role is left for them; with ``lines`` it
    sends them to those, and hides where they are not for this reader. ``link`` is a page and a heading of the site.
    Who is named without being a way to go is in ``mentions``, so that a forgotten ``role`` is seen.
    """

    text: str
    role: str | None = None
    lines: tuple[str, ...] = ()
    when: str = ""
    answers: str = ""
    for_: Annotated[Literal["zelf", "omstander"] | None, Field(alias="for")] = None
    link: str | None = None
    mentions: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[object, ...]:
        """What is the same in each language."""
        return self.role, self.lines, self.when, self.answers, self.for_, self.link, self.mentions


Items = Annotated[tuple[Annotated[Item, BeforeValidator(_item)], ...], BeforeValidator(_items)]


class QuestionText(Facts):
    """A question, and its answers by id."""

    title: str
    hint: str | None = None
    answers: dict[str, str]


class OutcomeText(Facts):
    """A card. ``missing`` stands on it where nobody of its role is left, and ``missing_title`` above it then."""

    title: str
    why: Items
    expect: Items = ()
    cannot: Items = ()
    ways: Items = ()
    missing: str | None = None
    missing_title: str | None = None

    @property
    def parts(self) -> Mapping[str, tuple[Item, ...]]:
        """The items by the name of their list."""
        return {"why": self.why, "expect": self.expect, "cannot": self.cannot, "ways": self.ways}

    @property
    def shape(self) -> tuple[object, ...]:
        """What is the same in each language."""
        return (
            *(tuple(item.shape for item in items) for items in self.parts.values()),
            self.missing is None,
            self.missing_title is None,
        )


class Sentences(Facts):
    """All sentences of one language. ``secret`` says by role what stays secret there, ``otherwise`` for the rest."""

    questions: dict[str, QuestionText]
    reasons: dict[str, str]
    secret: dict[str, str]
    outcomes: dict[str, OutcomeText]


@dataclass(frozen=True)
class SentenceFile:
    """The sentences of a language, with the places of their keys."""

    sentences: Sentences
    tree: Tree
    shown: str


@dataclass(frozen=True)
class Known:
    """What sentences may name: the table's ids, national lines, and addresses of the site as ``page#heading``.

    ``roles`` are the names of roles as readers of the language know them.
    """

    table: Table
    helplines: frozenset[str]
    links: frozenset[str]
    fragments: Fragments
    roles: Mapping[str, tuple[str, ...]]


def load_sentences(path: Path, shown: str, known: Known) -> tuple[SentenceFile | None, list[Finding]]:
    """The sentences in a file, or what is wrong with it: each id of the table once, and nothing else."""
    read, findings = read_file(Sentences, path, shown)
    if read is None:
        return None, findings
    file = SentenceFile(*read, shown)
    findings += _against_the_table(file, known.table)
    findings += _named(file, known)
    return file, findings


def compare_sentences(first: SentenceFile, other: SentenceFile) -> Iterator[Finding]:
    """Where a language has other items than the first: another role, condition or link."""
    for name, outcome in other.sentences.outcomes.items():
        source = first.sentences.outcomes.get(name)
        if source and source.shape != outcome.shape:
            message = f"the sentences of '{name}' are not those of the first language"
            help_ = f"same number, roles, lines, conditions and links as in {first.shown}, in the same order"
            yield Finding(other.shown, *place(other.tree, ("outcomes", name)), "T084", message, help_)
    for role in sorted(set(first.sentences.secret) ^ set(other.sentences.secret)):
        help_ = f"the roles of 'secret' are the same in {first.shown}"
        yield Finding(other.shown, *place(other.tree, ("secret",)), "T084", f"'{role}' is in one language alone", help_)


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
    roles = {*ROLES, *MANAGERS, OTHERWISE}
    for role in (*sentences.secret, *({OTHERWISE} - set(sentences.secret))):
        if role not in roles or role not in sentences.secret:
            message = f"there is no role '{role}'" if role in sentences.secret else f"'{OTHERWISE}' is missing"
            here = place(file.tree, ("secret", role) if role in sentences.secret else ("secret",))
            yield Finding(file.shown, *here, "T084", message, did_you_mean(role, sorted(roles)))


def _named(file: SentenceFile, known: Known) -> Iterator[Finding]:
    """What an item names has to be there, and what it asks for and shows has to be possible as in a page."""
    for name, outcome in file.sentences.outcomes.items():
        for part, items in outcome.parts.items():
            for position, item in enumerate(items):
                at = place(file.tree, ("outcomes", name, part, position))
                named = [
                    *((role, {*ROLES, *GROUPS, *MANAGERS}, "role") for role in (item.role,) if role),
                    *((line, known.helplines, "helpline") for line in item.lines),
                    *((link, known.links, "heading") for link in (item.link,) if link),
                ]
                for one, possible, what in named:
                    if one not in possible:
                        help_ = did_you_mean(one, sorted(possible))
                        yield Finding(file.shown, *at, "T084", f"there is no {what} '{one}'", help_)
                if part in _WAYS:
                    yield from (
                        Finding(file.shown, *at, "T084", f"this sends to '{role}' without saying so", _UNMARKED)
                        for role in _unmarked(item, known.roles)
                    )
                try:
                    known.table.vocabulary.read(item.answers)
                except UnreadableError as error:
                    yield Finding(file.shown, *at, "T084", error.message, error.help)
                if not item.when and "{" not in item.text:
                    continue
                asked = f"{{% if {item.when} %}}{item.text}{{% endif %}}" if item.when else item.text
                yield from check(asked, file.shown, at[0], known.fragments)


def _unmarked(item: Item, roles: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The roles that a sentence names, and neither sends to nor is marked to mention."""
    for role, names in roles.items():
        named = (
            re.search(rf"\b{name}\b" if len(name) <= _SHORT else rf"(?i)\b{name}", item.text)
            for name in map(re.escape, names)
        )
        if role not in {item.role, *item.mentions, *item.lines} and any(named):
            yield role


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
