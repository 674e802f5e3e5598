"""Is a page template right for every organisation? Decided before any site is built, from its syntax and the model.

The language of templates is small on purpose: slots, ``{% if %}`` and ``{% for %}`` on facts, comparisons with
constants, and the fragments. Anything else is a finding, so a template can not compute, and a slot that may be unset
stands inside an ``{% if %}`` that asks for it.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import jinja2
from jinja2 import nodes
from pydantic import BaseModel

from terecht.findings import Finding, did_you_mean
from terecht.load.organisation import GROUPS, ROLES, Contact
from terecht.templates.facts import ROOTS, RoleTable

#: The fragments that a page can show, and what each takes: names out of this set, at least one.
Fragments = dict[str, frozenset[str]]

_HEADING = re.compile(r"^#{1,6} ", re.MULTILINE)
_NUMBER: Final = int
_READER = jinja2.Environment(autoescape=False)  # noqa: S701  only parses here; slots are escaped at the stamp


def check(text: str, path: str, first_line: int, fragments: Fragments) -> list[Finding]:
    """All findings about one template; ``first_line`` is where ``text`` starts in its file."""
    try:
        tree = _READER.parse(text)
    except jinja2.TemplateSyntaxError as error:
        line = error.lineno + first_line - 1
        return [
            Finding(
                path,
                line,
                1,
                "T082",
                f"this template can not be read: {error.message}",
                "see the line above too",
            )
        ]
    return sorted(_Check(path, first_line, fragments).body(tree.body, dict(ROOTS), frozenset(), nested=False))


class _Mistake(Exception):  # noqa: N818  becomes a finding at its node
    def __init__(self, code: str, message: str, help_: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.help = code, message, help_


class _Check:
    def __init__(self, path: str, first_line: int, fragments: Fragments) -> None:
        self.path = path
        self.first_line = first_line
        self.fragments = fragments

    def _finding(self, line: int, mistake: _Mistake) -> Finding:
        return Finding(self.path, line + self.first_line - 1, 1, mistake.code, mistake.message, mistake.help)

    def body(
        self, parts: list[nodes.Node], names: dict[str, Any], known: frozenset[str], *, nested: bool
    ) -> Iterator[Finding]:
        """Findings in a run of nodes. ``known`` are the optional facts that are set here."""
        for part in parts:
            try:
                yield from self._part(part, names, known, nested=nested)
            except _Mistake as mistake:
                yield self._finding(part.lineno, mistake)

    def _part(
        self, part: nodes.Node, names: dict[str, Any], known: frozenset[str], *, nested: bool
    ) -> Iterator[Finding]:
        match part:
            case nodes.Output():
                for piece in part.nodes:
                    yield from self._output(piece, names, known, nested=nested)
            case nodes.If():
                _type_of_test(part.test, names)
                yield from self.body(part.body, names, known | _asked(part.test), nested=True)
                yield from self.body(list(part.elif_), names, known, nested=True)
                yield from self.body(part.else_, names, known, nested=True)
            case nodes.For():
                if not isinstance(part.target, nodes.Name) or part.test or part.else_ or part.recursive:
                    raise _Mistake("T081", "only '{% for name in list %}' is possible here")
                listed, _ = _unwrap(_type_of(part.iter, names))
                if get_origin(listed) is not tuple:
                    raise _Mistake("T081", f"'{_written(part.iter)}' is not a list")
                inner = {**names, part.target.name: get_args(listed)[0]}
                yield from self.body(part.body, inner, known, nested=True)
            case _:
                raise _Mistake(
                    "T081",
                    f"'{type(part).__name__.lower()}' is not possible in a page",
                    "use {{ }}, {% if %} and {% for %}",
                )

    def _output(
        self, piece: nodes.Expr, names: dict[str, Any], known: frozenset[str], *, nested: bool
    ) -> Iterator[Finding]:
        if isinstance(piece, nodes.TemplateData):
            if nested and (heading := _HEADING.search(piece.data)):
                line = piece.lineno + piece.data.count("\n", 0, heading.start())
                help_ = "put the heading before the {% if %}; menus and links count on it"
                yield self._finding(line, _Mistake("T081", "a heading may not depend on a fact", help_))
            return
        try:
            self._shown(piece, names, known)
        except _Mistake as mistake:
            yield self._finding(piece.lineno, mistake)

    def _shown(self, piece: nodes.Node, names: dict[str, Any], known: frozenset[str]) -> None:
        if isinstance(piece, nodes.Call):
            self._fragment(piece)
            return
        shown, optional = _unwrap(_type_of(piece, names))
        if get_origin(shown) is tuple or (isinstance(shown, type) and issubclass(shown, BaseModel | RoleTable)):
            raise _Mistake(
                "T081", f"'{_written(piece)}' is not one value", "name the value in it that you want to show"
            )
        if get_origin(shown) is Literal:
            raise _Mistake(
                "T081",
                f"'{_written(piece)}' is a setting, not a text",
                "write {% if … == … %} and a sentence",
            )
        if optional and _written(piece) not in known:
            help_ = f"put it inside {{% if {_written(piece)} %}}"
            raise _Mistake("T081", f"'{_written(piece)}' can be unset, and would leave a gap", help_)

    def _fragment(self, call: nodes.Call) -> None:
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        if name not in self.fragments:
            raise _Mistake("T080", f"there is no fragment '{name}'", did_you_mean(name, sorted(self.fragments)))
        possible = self.fragments[name]
        if call.kwargs or call.dyn_args or call.dyn_kwargs or bool(call.args) != bool(possible):
            raise _Mistake("T081", f"'{name}' takes names between quotes" if possible else f"'{name}' takes nothing")
        for argument in call.args:
            value = argument.value if isinstance(argument, nodes.Const) else None
            if value not in possible:
                raise _Mistake("T080", f"'{name}' does not know '{value}'", did_you_mean(str(value), sorted(possible)))


def _type_of_test(test: nodes.Node, names: dict[str, Any]) -> None:
    match test:
        case nodes.And() | nodes.Or():
            _type_of_test(test.left, names)
            _type_of_test(test.right, names)
        case nodes.Not():
            _type_of_test(test.node, names)
        case nodes.Compare():
            if len(test.ops) != 1:
                raise _Mistake("T081", "one comparison at a time")
            _comparison(test.expr, test.ops[0], names)
        case _:
            kind, _ = _unwrap(_type_of(test, names))
            if get_origin(kind) is Literal and set(get_args(kind)) == {"yes", "no"}:
                help_ = f'write {{% if {_written(test)} == "yes" %}}'
                raise _Mistake("T081", f"'{_written(test)}' is set for 'no' as well", help_)


def _comparison(left: nodes.Node, operand: nodes.Operand, names: dict[str, Any]) -> None:
    right = operand.expr
    if operand.op in {"in", "notin"}:
        listed, _ = _unwrap(_type_of(right, names))
        if not isinstance(left, nodes.Const) or get_origin(listed) is not tuple:
            raise _Mistake("T081", "'in' compares a word between quotes with a list")
        _possible(left.value, get_args(listed)[0], _written(right))
        return
    if not isinstance(right, nodes.Const):
        raise _Mistake("T081", "a fact is compared with a word between quotes, or a number")
    kind, _ = _unwrap(_type_of(left, names))
    if operand.op not in {"eq", "ne"} and kind is not _NUMBER:
        raise _Mistake("T081", f"'{_written(left)}' can only be compared with == and !=")
    _possible(right.value, kind, _written(left))


def _possible(value: Any, kind: Any, written: str) -> None:
    inner, _ = _unwrap(kind)
    if get_origin(inner) is Literal and value not in get_args(inner):
        raise _Mistake("T080", f"'{written}' is never '{value}'", did_you_mean(str(value), get_args(inner)))
    if inner is _NUMBER and not isinstance(value, int):
        raise _Mistake("T081", f"'{written}' is a number")


def _type_of(node: nodes.Node, names: dict[str, Any]) -> Any:
    match node:
        case nodes.Name():
            if node.name not in names:
                raise _Mistake("T080", f"there is no '{node.name}'", did_you_mean(node.name, names))
            return names[node.name]
        case nodes.Getattr():
            owner, _ = _unwrap(_type_of(node.node, names))
            return _attribute(owner, node.attr, _written(node.node))
        case nodes.Filter() if node.name == "length" and node.node is not None:
            listed, _ = _unwrap(_type_of(node.node, names))
            if get_origin(listed) is not tuple:
                raise _Mistake("T081", f"'{_written(node.node)}' is not a list")
            return _NUMBER
        case nodes.Filter():
            raise _Mistake("T081", f"the filter '{node.name}' is not possible in a page")
        case _:
            raise _Mistake("T081", f"'{type(node).__name__.lower()}' is not possible in a page", "name one fact")


def _attribute(owner: Any, name: str, written: str) -> Any:
    if owner is RoleTable:
        if name not in {*ROLES, *GROUPS}:
            raise _Mistake("T080", f"there is no role '{name}'", did_you_mean(name, (*ROLES, *GROUPS)))
        return tuple[Contact, ...]
    if isinstance(owner, type) and issubclass(owner, BaseModel):
        if name in owner.model_fields:
            return _hints(owner)[name]
        named = owner.__dict__.get(name)
        if isinstance(named, property) and named.fget is not None:
            return get_type_hints(named.fget)["return"]
        raise _Mistake("T080", f"'{written}' has no '{name}'", did_you_mean(name, owner.model_fields))
    raise _Mistake("T080", f"'{written}' has no parts, so no '{name}'")


@cache
def _hints(model: type[BaseModel]) -> dict[str, Any]:
    return get_type_hints(model)


def _unwrap(annotation: Any) -> tuple[Any, bool]:
    """The type without ``Annotated`` and ``None``, and whether it can be unset."""
    if get_origin(annotation) is Annotated:
        return _unwrap(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        inner = [part for part in get_args(annotation) if part is not types.NoneType]
        if len(inner) == 1:
            return _unwrap(inner[0])[0], True
    return annotation, False


def _written(node: nodes.Node) -> str:
    """A dotted name as it stands in the template."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_written(node.node)}.{node.attr}"
        case nodes.Filter() if node.node is not None:
            return f"{_written(node.node)} | {node.name}"
        case _:
            return "this"


def _asked(test: nodes.Node) -> frozenset[str]:
    """The facts that are surely set where this test holds."""
    match test:
        case nodes.Name() | nodes.Getattr():
            return frozenset({_written(test)})
        case nodes.And():
            return _asked(test.left) | _asked(test.right)
        case nodes.Compare() if test.ops[0].op == "eq":
            return frozenset({_written(test.expr)})
        case _:
            return frozenset()
