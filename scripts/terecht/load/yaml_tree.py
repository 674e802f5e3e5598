"""Strict YAML: bytes go in, a tree of text with places comes out, or findings.

Only the part of YAML that a person would write by hand is accepted: mappings, lists and text. Every scalar stays the
text that was written (0612345670, no and 1.10 keep their characters); the model decides what it means. Anchors, tags
and the rest are refused by an event pass with caps before anything is built, because they are how YAML surprises and
how a small file becomes a large one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import yaml

from terecht.findings import Finding

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 12
MAX_NODES: Final = 10_000


@dataclass(frozen=True)
class Scalar:
    """A text, as written. Places count from 1."""

    value: str
    line: int
    column: int


@dataclass(frozen=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    line: int
    column: int

    @cached_property
    def filled(self) -> tuple[Node, ...]:
        """The items that are not empty: those that the model counts. Kept, as a long list has a finding an item."""
        return tuple(item for item in self.items if not _empty(item))


@dataclass(frozen=True)
class Mapping:
    """Keys with values; ``keys`` holds the same keys as scalars, for their places."""

    entries: dict[str, Node]
    keys: dict[str, Scalar]
    line: int
    column: int


Node: TypeAlias = Scalar | Sequence | Mapping
Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"

# Unicode's Bidi_Control property: they reorder what a reader sees without being seen.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# C0, DEL and C1 controls, bidi controls, surrogates, private use, BOM inside, and the tag plane: anything worth a look.
_SUSPECT = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\uf8ff\ufeff\ufdd0-\ufdef\ufff0-\ufff8"
    "\ufffe\uffff\U000e0000-\U0010ffff]"
)
#: What ends a line for YAML and for an editor, an old one's included.
_LINE_END = re.compile(r"\r\n?|\n")


class _Stop(Exception):  # noqa: N818  carries one finding out of the event pass
    def __init__(self, finding: Finding) -> None:
        self.finding = finding


def forbidden_character(text: str) -> tuple[int, str, str] | None:
    """Offset, code and message of the first character that no text of ours may hold, or nothing.

    A line's end is allowed; a tab is not (YAML counts it differently from editors).
    """
    for match in _SUSPECT.finditer(text):
        character = match.group()
        name = f"U+{ord(character):04X}"
        if character == "\t":
            return match.start(), "T008", "a tab"
        if character == "\x00":
            return match.start(), "T005", "a NUL character"
        if character in _BIDI:
            return (
                match.start(),
                "T006",
                f"an invisible character that changes the direction of text ({name})",
            )
        category = unicodedata.category(character)
        if category in {"Co", "Cn", "Cs"} or character == "\ufeff":
            return match.start(), "T007", f"a character without a meaning of its own ({name})"
        if category in {"Cc", "Zl", "Zp"}:
            return match.start(), "T005", f"a control character ({name})"
    return None


_CHARACTER_HELP = {
    "T005": "delete it; it often comes along with text that is pasted",
    "T006": "delete it; it often comes along with text that is pasted",
    "T007": "delete it; it may be an icon from a symbol font",
    "T008": "use spaces",
}


def decode(data: bytes, path: str) -> tuple[str, list[Finding]]:
    """The text of a file, or findings about its bytes. Used for everything that a person writes, YAML or not."""
    if len(data) > MAX_BYTES:
        message = f"the file is {len(data):,} bytes; {MAX_BYTES:,} is the most"
        return "", [Finding(path, 1, 1, "T002", message, "move long texts to a page of your own")]
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        help_ = "save the file as 'UTF-8', without BOM"
        return "", [Finding(path, 1, 1, "T004", "the file starts with a byte order mark", help_)]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode("utf-8", "replace"), None)
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        return "", [Finding(path, line, column, "T003", message, "save the file as 'UTF-8'")]
    found = forbidden_character(text)
    if found:
        offset, code, message = found
        line, column = _place(text, offset)
        return "", [Finding(path, line, column, code, message, _CHARACTER_HELP[code])]
    return text, []


def _place(text: str, offset: int | None) -> tuple[int, int]:
    lines = _LINE_END.split(text if offset is None else text[:offset])
    return len(lines), len(lines[-1]) + 1


def parse(data: bytes, path: str) -> tuple[Mapping | None, list[Finding]]:
    """The tree of one YAML file whose top is a mapping; with findings there is no tree."""
    text, findings = decode(data, path)
    if findings:
        return None, findings
    return parse_text(text, path)


def parse_text(text: str, path: str, first_line: int = 1) -> tuple[Mapping | None, list[Finding]]:
    """As :func:`parse`, for text that stands in a larger file from ``first_line`` on (front matter)."""
    builder = _Builder(path, first_line)
    try:
        tree = builder.document(yaml.parse(text, Loader=yaml.CSafeLoader))
    except _Stop as stop:
        return None, [stop.finding]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # What is missed at the end of the file is missing behind its last text, not on the empty line below it.
        line, column = min((mark.line + 1, mark.column + 1), _place(text.rstrip(), None)) if mark else (1, 1)
        return None, [_syntax(path, line - 1 + first_line, column, error.problem or "this can not be read")]
    except yaml.YAMLError:
        return None, [_syntax(path, first_line, 1, "this can not be read")]
    return tree, builder.findings or []


def _syntax(path: str, line: int, column: int, problem: str) -> Finding:
    if "simple key" in problem or "mapping values are not allowed" in problem:
        help_ = "is there a ':' too many or too few, or are quotes missing?"
    elif "found character '%'" in problem or "found character '@'" in problem or "found character '`'" in problem:
        help_ = "put the text between quotes"
    else:
        help_ = "look at the indentation and the quotes, here and on the line above"
    return Finding(path, line, column, "T009", f"this is not YAML: {problem}", help_)


class _Builder:
    """Builds the tree from libyaml's events, which are safe on any input, and stops at what we do not accept."""

    def __init__(self, path: str, first_line: int) -> None:
        self.path = path
        self.first_line = first_line
        self.nodes = 0
        self.findings: list[Finding] = []

    def document(self, events: Iterator[Any]) -> Mapping | None:
        documents = 0
        tree: Mapping | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._stop(event, "T016", "a second document starts here", "keep one, and delete '---'")
                if event.tags or event.version:
                    raise self._stop(event, "T013", "a YAML directive", "delete the lines that start with '%'")
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event, events, depth=1)
                if not isinstance(node, Mapping):
                    raise self._stop(event, "T021", "the file has to be 'key: value' lines", "start with 'schema: 1'")
                tree = node
        if tree is None:
            raise _Stop(Finding(self.path, 1, 1, "T020", "the file is empty", "start with 'schema: 1'"))
        return tree

    def _stop(self, event: Any, code: str, message: str, help_: str) -> _Stop:
        mark = event.start_mark
        return _Stop(Finding(self.path, mark.line + self.first_line, mark.column + 1, code, message, help_))

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self._stop(event, "T015", f"more than {MAX_NODES:,} values", "is this the right file?")
        if isinstance(event, yaml.AliasEvent):
            raise self._stop(event, "T011", f"an alias '*{event.anchor}'", "write the value out again")
        if event.anchor:
            raise self._stop(event, "T011", f"an anchor '&{event.anchor}'", "write the value out at each place")
        if event.tag and event.tag != "!":
            raise self._stop(event, "T013", f"a tag '{event.tag}'", "delete what starts with '!'")
        line, column = event.start_mark.line + self.first_line, event.start_mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, line, column)
        if depth > MAX_DEPTH:
            raise self._stop(event, "T014", f"nested more than {MAX_DEPTH} deep", "is this the right file?")
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(inner := next(events), yaml.SequenceEndEvent):
                items.append(self._node(inner, events, depth + 1))
            return Sequence(tuple(items), line, column)
        return self._mapping(events, line, column, depth)

    def _scalar(self, event: Any, line: int, column: int) -> Scalar:
        # An escape such as "\uE000" is not in the bytes but is in the value.
        found = forbidden_character(event.value.replace("\t", " "))
        if found:
            raise _Stop(Finding(self.path, line, column, found[1], found[2], _CHARACTER_HELP[found[1]]))
        return Scalar(event.value, line, column)

    def _mapping(self, events: Iterator[Any], line: int, column: int, depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth + 1)
            if not isinstance(key, Scalar):
                raise self._stop(event, "T021", "a key has to be a word", "put it between quotes")
            if key.value == "<<":
                raise self._stop(event, "T011", "a merge key '<<'", "write the keys out at each place")
            value = self._node(next(events), events, depth + 1)
            if key.value in entries:
                first = keys[key.value].line
                self.findings.append(
                    Finding(
                        self.path,
                        key.line,
                        key.column,
                        "T010",
                        f"'{key.value}' stands here twice, first on line {first}",
                        "delete one",
                    )
                )
                continue
            entries[key.value] = value
            keys[key.value] = key
        return Mapping(entries, keys, line, column)


def plain(node: Node) -> Plain:
    """The tree as dicts, lists and text, without places. An empty value is an absent one, so it is left out."""
    match node:
        case Scalar(value):
            return value
        case Sequence():
            return [plain(item) for item in node.filled]
        case Mapping(entries):
            return {key: plain(value) for key, value in entries.items() if not _empty(value)}


def _empty(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.value.strip()


def place(tree: Node, location: tuple[str | int, ...]) -> tuple[int, int]:
    """Line and column of the value at ``location``, or of the nearest thing around it that exists.

    For a key of a mapping that has no value of its own kind to point at, the key itself is the place.
    """
    node, line, column = tree, tree.line, tree.column
    for step in location:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            node = node.entries[step]
        elif isinstance(node, Sequence) and isinstance(step, int):
            if step >= len(node.filled):
                break
            node = node.filled[step]
        else:
            break
        line, column = node.line, node.column
    return line, column


def key_place(tree: Node, location: tuple[str | int, ...]) -> tuple[int, int]:
    """Line and column of the key that ``location`` ends with; of what holds it when that key is absent."""
    *outer, last = location
    node: Node = tree
    for step in outer:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            node = node.entries[step]
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.filled[step]
        else:
            break
    if isinstance(node, Mapping) and isinstance(last, str) and last in node.keys:
        return node.keys[last].line, node.keys[last].column
    return node.line, node.column
