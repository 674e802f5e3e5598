"""Facts as a template sees them: real values to decide on, slots to show.

``{% if policy.stance == "naast_de_melder" %}`` compares the value; ``{{ organisation.name }}`` writes a slot. So what
an organisation wrote decides which of our sentences stand on a page, and never becomes part of them before the stamp.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, get_args, get_origin

from pydantic import BaseModel

from terecht.load.organisation import Contact, Document, Organisation, Policy
from terecht.load.values import Text, WebAddress
from terecht.slots import Kind, Ledger, Value


@dataclass(frozen=True)
class RoleTable:
    """The contacts of each role and group. ``roles.mediator`` in a template is the list of mediators, perhaps empty."""

    organisation: Organisation

    def of(self, role: str) -> tuple[Contact, ...]:
        """The contacts of a role or group."""
        return self.organisation.with_role(role)


#: What a template can start a name with, and the type behind it: the check reads it, the merge fills it.
ROOTS: dict[str, Any] = {
    "organisation": Organisation,
    "policy": Policy,
    "roles": RoleTable,
    "documents": tuple[Document, ...],
}

Seen: TypeAlias = "Fact | Group | Series | tuple[()] | None"


def see(organisation: Organisation, language: str, ledger: Ledger) -> dict[str, Seen]:
    """The names of :data:`ROOTS`, bound to one organisation's facts in one language."""
    scope = Scope(language, ledger)
    roots = {
        "organisation": organisation,
        "policy": organisation.policy,
        "roles": RoleTable(organisation),
        "documents": organisation.documents,
    }
    return {name: scope.view(name, value) for name, value in roots.items()}


@dataclass(frozen=True)
class Scope:
    """In which language texts are shown, and where slots are noted."""

    language: str
    ledger: Ledger

    def view(self, path: str, value: Any) -> Seen:
        """What a template sees of a value: nothing when it is unset."""
        if value is None:
            return None
        if isinstance(value, BaseModel | RoleTable):
            return Group(self, path, value)
        if isinstance(value, tuple):
            return Series(self, path, value)
        return Fact(self, path, value)


class Group:
    """Facts with names: an organisation, a contact, a part of the policy.

    Its own attributes start with an underscore, as no key of the contract does: ``policy.scope`` is a fact.
    """

    __slots__ = ("_path", "_scope", "_value")

    def __init__(self, scope: Scope, path: str, value: BaseModel | RoleTable) -> None:
        self._scope = scope
        self._path = path
        self._value = value

    def __getattr__(self, name: str) -> Seen:
        if isinstance(self._value, RoleTable):
            inner: Any = self._value.of(name)
        else:
            inner = getattr(self._value, name)
            if inner is None and _lists(type(self._value), name):
                inner = ()
        return self._scope.view(f"{self._path}.{name}", inner)


@cache
def _lists(owner: type[BaseModel], name: str) -> bool:
    return _is_list(owner.model_fields[name].annotation)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple or any(_is_list(part) for part in get_args(annotation))


@dataclass(frozen=True)
class Series:
    """A list of facts; an unset list is an empty one."""

    scope: Scope
    path: str
    items: tuple[Any, ...]

    def __iter__(self) -> Iterator[Seen]:
        for position, item in enumerate(self.items):
            yield self.scope.view(f"{self.path}.{position}", item)

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, item: object) -> bool:
        return item in self.items


@dataclass(frozen=True, eq=False)
class Fact:
    """One value: compared as itself, shown as a slot."""

    scope: Scope
    path: str
    value: Any

    def __eq__(self, other: object) -> bool:
        return bool(self.value == other)

    __hash__ = None  # type: ignore[assignment]

    @property
    def text(self) -> str:
        """The value as a reader reads it."""
        return self.value.in_language(self.scope.language) if isinstance(self.value, Text) else str(self.value)

    def slot(self) -> str:
        """The slot that this fact fills on the page."""
        kind = Kind.URL if isinstance(self.value, WebAddress) else Kind.TEXT
        return self.scope.ledger.slot(self.path, Value(kind, self.text))
