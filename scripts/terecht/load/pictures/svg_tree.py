"""What the steps of cleaning an SVG share: the tree of its elements, and the log of what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from terecht.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How deep an element may stand in others.
MAX_DEPTH: Final = 64
_MAX_FINDINGS: Final = 10

#: The help for what can do more than draw.
PLAIN: Final = "export it as plain SVG without links, scripts and embedded images, or use a PNG"

#: Line and column.
Place: TypeAlias = tuple[int, int]


class Stop(Exception):  # noqa: N818  ends the work from inside expat
    """Enough is known: the file is refused with the findings of its log."""


class Log:
    """What is wrong with the file at ``path``, in the order in which it was found."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Finding] = []

    def add(self, at: Place, code: str, message: str, help_: str) -> None:
        """Notes a finding; the last one that we tell ends the work."""
        self.findings.append(Finding(self.path, *at, code, message, help_))
        if len(self.findings) >= _MAX_FINDINGS:
            raise Stop

    def stop(self, at: Place, code: str, message: str, help_: str) -> NoReturn:
        """Notes what leaves no sense in the rest of the file, and ends the work."""
        self.findings.append(Finding(self.path, *at, code, message, help_))
        raise Stop


@dataclass
class Element:
    """An element that draws, or a ``<style>``: where it stands in the file, and what it holds."""

    name: str
    at: Place
    attributes: dict[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    style: str = ""
    children: list[Element | str] = field(default_factory=list)

    @property
    def elements(self) -> list[Element]:
        """The elements directly inside it."""
        return [child for child in self.children if isinstance(child, Element)]

    @property
    def text(self) -> str:
        """The text directly inside it."""
        return "".join(child for child in self.children if isinstance(child, str))

    def each(self) -> Iterator[Element]:
        """The element and all inside it, in the order of the file."""
        yield self
        for child in self.elements:
            yield from child.each()


def short(text: str) -> str:
    """The start of a text of the file, so that a message can quote it on its line."""
    printable = "".join(character if character.isprintable() else " " for character in text[:60])
    return " ".join(printable.split())[:40]


def words(text: str) -> frozenset[str]:
    """A vocabulary, written as words with spaces between them."""
    return frozenset(text.split())
