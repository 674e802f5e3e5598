"""One predicate tree for the flow: read from an expression, evaluated here, and written as a selector elsewhere.

The expressions are those of the page templates: a question compared with an answer, ``in``, ``and``, ``or``, ``not``.
What they may name is given by a :class:`Vocabulary`; shared names, the topic that counts and the first outcome are
replaced by what they stand for while reading, so the tree knows only answers and facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, TypeAlias
from weakref import WeakValueDictionary

import jinja2
from jinja2 import nodes

from terecht.findings import did_you_mean

Answers: TypeAlias = frozenset[tuple[str, str]]

_READER = jinja2.Environment(autoescape=True)


class Once(type):
    """Makes each value once, so that equal ones are one object: they are compared and looked up all the time."""

    _made: ClassVar[WeakValueDictionary[tuple[Any, ...], Any]] = WeakValueDictionary()

    def __call__(cls, *parts: Any) -> Any:
        """The value of these parts, made now or before."""
        key = (cls, *parts)
        made = Once._made.get(key)
        if made is None:
            made = Once._made[key] = super().__call__(*parts)
        return made


class _Made(metaclass=Once):
    @cached_property
    def questions(self) -> frozenset[str]:
        """The questions that the condition depends on."""
        return frozenset(given.question for given in self.givens)  # type: ignore[attr-defined]  # as below

    @cached_property
    def negated(self) -> Condition:
        """Not this condition."""
        return Not(self)  # type: ignore[arg-type]  # whatever is made here is a condition


@dataclass(frozen=True, eq=False)
class Given(_Made):
    """The reader gave this answer, to a question that was asked."""

    question: str
    answer: str

    @cached_property
    def givens(self) -> frozenset[Given]:
        """The answers that the condition depends on."""
        return frozenset({self})

    @property
    def facts(self) -> frozenset[str]:
        """The facts that the condition depends on: none."""
        return frozenset()


@dataclass(frozen=True, eq=False)
class Holds(_Made):
    """A fact of the organisation, such as ``integriteit=yes`` or ``meldregeling``."""

    fact: str

    @property
    def givens(self) -> frozenset[Given]:
        """The answers that the condition depends on: none."""
        return frozenset()

    @cached_property
    def facts(self) -> frozenset[str]:
        """The facts that the condition depends on."""
        return frozenset({self.fact})


@dataclass(frozen=True, eq=False)
class Not(_Made):
    """The part does not hold."""

    part: Condition

    @property
    def negated(self) -> Condition:
        """What is left of not, and not again."""
        return self.part

    @property
    def givens(self) -> frozenset[Given]:
        """The answers that the condition depends on."""
        return self.part.givens

    @property
    def facts(self) -> frozenset[str]:
        """The facts that the condition depends on."""
        return self.part.facts


@dataclass(frozen=True, eq=False)
class _Parts(_Made):
    parts: tuple[Condition, ...]

    @cached_property
    def givens(self) -> frozenset[Given]:
        """The answers that the condition depends on."""
        return frozenset().union(*(part.givens for part in self.parts))

    @cached_property
    def facts(self) -> frozenset[str]:
        """The facts that the condition depends on."""
        return frozenset().union(*(part.facts for part in self.parts))


class Every(_Parts):
    """All parts hold; of no parts, always."""


class Some(_Parts):
    """One of the parts holds; of no parts, never."""


Condition: TypeAlias = Given | Holds | Not | Every | Some
ALWAYS = Every(())
NEVER = Some(())


def holds(condition: Condition, answers: Answers, facts: frozenset[str]) -> bool:
    """Whether a condition holds for answers that count (see ``table.Table.counted``) and an organisation's facts."""
    match condition:
        case Given():
            return (condition.question, condition.answer) in answers
        case Holds():
            return condition.fact in facts
        case Not():
            return not holds(condition.part, answers, facts)
        case Every():
            return all(holds(part, answers, facts) for part in condition.parts)
        case Some():
            return any(holds(part, answers, facts) for part in condition.parts)


class UnreadableError(Exception):
    """An expression that means nothing; ``help`` is the way out."""

    def __init__(self, message: str, help_: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help_


@dataclass(frozen=True)
class Vocabulary:
    """What an expression may name.

    ``answers`` are those of each question; ``one`` the questions with one answer; ``facts`` the possible values of each
    fact (none: it holds or not); ``names`` the conditions with a name; ``choices`` the names that are compared with one
    of their values, such as the topic that counts.
    """

    answers: Mapping[str, tuple[str, ...]]
    one: frozenset[str]
    facts: Mapping[str, tuple[str, ...]]
    names: Mapping[str, Condition] = field(default_factory=dict)
    choices: Mapping[str, Callable[[str], Condition]] = field(default_factory=dict)
    choice_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, expression: str) -> Condition:
        """The condition that an expression stands for; an empty one always holds. Raises :class:`UnreadableError`."""
        if not expression.strip():
            return ALWAYS
        try:
            body = _READER.parse(f"{{% if {expression} %}}{{% endif %}}").body
        except jinja2.TemplateSyntaxError as error:
            raise UnreadableError(f"this condition can not be read: {error.message}") from None
        if len(body) != 1 or not isinstance(body[0], nodes.If):
            raise UnreadableError("this is not one condition")
        return self._condition(body[0].test)

    def _condition(self, node: nodes.Node) -> Condition:
        match node:
            case nodes.And():
                return Every((self._condition(node.left), self._condition(node.right)))
            case nodes.Or():
                return Some((self._condition(node.left), self._condition(node.right)))
            case nodes.Not():
                return Not(self._condition(node.node))
            case nodes.Name():
                return self._named(node.name)
            case nodes.Getattr():
                return Holds(self._flag(node))
            case nodes.Compare() if len(node.ops) == 1:
                return self._comparison(node.expr, node.ops[0])
            case _:
                raise UnreadableError(f"'{type(node).__name__.lower()}' is not possible in a condition")

    def _named(self, name: str) -> Condition:
        if name in self.names:
            return self.names[name]
        if name in self.answers:
            return Some(tuple(Given(name, answer) for answer in self.answers[name]))
        raise UnreadableError(f"there is no '{name}'", did_you_mean(name, [*self.names, *self.answers]))

    def _flag(self, node: nodes.Getattr) -> str:
        name = self._fact(node)
        if self.facts[name]:
            raise UnreadableError(f"'facts.{name}' has values", f"compare it: {' '.join(self.facts[name])}")
        return name

    def _fact(self, node: nodes.Getattr) -> str:
        if not isinstance(node.node, nodes.Name) or node.node.name != "facts":
            raise UnreadableError("only 'facts' has parts")
        if node.attr not in self.facts:
            raise UnreadableError(f"there is no fact '{node.attr}'", did_you_mean(node.attr, self.facts))
        return node.attr

    def _comparison(self, left: nodes.Node, operand: nodes.Operand) -> Condition:
        right = operand.expr
        negated = operand.op in {"ne", "notin"}
        if operand.op in {"in", "notin"} and isinstance(left, nodes.Const):
            found = self._listed(right, left.value)
        elif operand.op in {"in", "notin"} and isinstance(right, nodes.List):
            found = Some(tuple(self._equal(left, item) for item in right.items))
        elif operand.op in {"eq", "ne"}:
            found = self._equal(left, right)
        else:
            raise UnreadableError("compare with ==, !=, in or not in")
        return Not(found) if negated else found

    def _listed(self, owner: nodes.Node, value: str) -> Condition:
        if isinstance(owner, nodes.Getattr):
            name = self._fact(owner)
            self._possible(value, self.facts[name], f"facts.{name}")
            return Holds(f"{name}={value}")
        if isinstance(owner, nodes.Name) and owner.name in self.answers and owner.name not in self.one:
            return self._answer(owner.name, value)
        raise UnreadableError("'in' asks for a question with several answers, or a fact with several values")

    def _equal(self, left: nodes.Node, right: nodes.Node) -> Condition:
        if not isinstance(right, nodes.Const):
            raise UnreadableError("compare with a word between quotes")
        value = right.value
        if isinstance(left, nodes.Getattr):
            name = self._fact(left)
            self._possible(value, self.facts[name], f"facts.{name}")
            return Holds(f"{name}={value}")
        if isinstance(left, nodes.Name) and left.name in self.choices:
            self._possible(value, self.choice_values[left.name], left.name)
            return self.choices[left.name](value)
        if isinstance(left, nodes.Name) and left.name in self.one:
            return self._answer(left.name, value)
        name = left.name if isinstance(left, nodes.Name) else ""
        raise UnreadableError(f"'{name}' is not one answer", did_you_mean(name, [*self.one, *self.choices]))

    def _answer(self, question: str, value: str) -> Condition:
        self._possible(value, self.answers[question], question)
        return Given(question, value)

    @staticmethod
    def _possible(value: str, possible: tuple[str, ...], name: str) -> None:
        if value not in possible:
            raise UnreadableError(f"'{name}' is never '{value}'", did_you_mean(str(value), possible))
