"""The rows of a fleet as a table: one that fits a terminal, and one line a client with everything on it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import get_args

from rich.table import Table
from rich.text import Text

from terecht.findings import printable
from terecht.load.replaced_pages import State
from terecht.status import OwnPages, Row

HEADINGS = ("client", "name", "languages", "last review", "findings", "behind in", "own pages", "published")
#: The first columns say who it is. In this many columns of a terminal they stand side by side.
_WHO = HEADINGS[:3]
_WIDE = 110
_STATES: tuple[State, ...] = get_args(State)
_UNKNOWN = "?"
_NONE = "-"


def cells(row: Row) -> tuple[str, ...]:
    """What each column says of a client."""
    if row.trouble:
        return (row.id, f"can not be looked at: {row.trouble}", *[_UNKNOWN] * (len(HEADINGS) - 2))
    behind = [f"{language}: {count}" for language, count in (row.behind or {}).items() if count]
    return (
        row.id,
        row.name or _UNKNOWN,
        " ".join(row.languages) or _UNKNOWN,
        _review(row),
        ", ".join(_counted(count, one) for count, one in ((row.errors, "error"), (row.warnings, "warning")) if count)
        or _NONE,
        _UNKNOWN if row.behind is None else ", ".join(behind) or _NONE,
        _UNKNOWN if row.own_pages is None else _own_pages(row.own_pages) or _NONE,
        _published(row),
    )


def plain(rows: Iterable[Row]) -> Iterator[str]:
    """One line a client, in columns, never cut: for pipes and files."""
    table = [HEADINGS, *([printable(cell) for cell in cells(row)] for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADINGS))]
    for line in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def pretty(rows: Iterable[Row], width: int) -> Table:
    """A table for a terminal of so many columns, in which what asks for work has a colour beside its word.

    A narrow one has the name and the languages below the client's id.
    """
    together = 1 if width >= _WIDE else len(_WHO)
    table = Table(box=None, padding=(0, 2, 1, 0), pad_edge=False, header_style="bold underline")
    table.add_column(HEADINGS[0], overflow="fold")
    for heading in HEADINGS[together:]:
        # What is short stays whole, and leaves the rest to names and own pages.
        table.add_column(heading, no_wrap=heading not in {*_WHO, "own pages"}, overflow="fold")
    for row in rows:
        who = [printable(cell) for cell in cells(row)[: len(_WHO)]]
        # Each thing that is said stands on a line of its own.
        rest = [
            printable(cell).replace(", ", "\n").replace(": ", ":\n", cell.count("replaced:"))
            for cell in cells(row)[len(_WHO) :]
        ]
        lines = ["\n".join(who[:together]), *who[together:], *rest]
        styles = ["bold", *_styles(row)[together:]]
        table.add_row(*map(Text, lines, styles))
    return table


def summary(rows: Sequence[Row]) -> str:
    """The fleet in one line."""
    counts = {
        "can not be built": sum(bool(row.errors or row.trouble) for row in rows),
        "overdue": sum(bool(row.review and row.review.overdue) for row in rows),
        "with a replaced page to compare": sum(_to_compare(row) for row in rows),
        "not published": sum(row.published in {"no", "taken"} for row in rows),
        "published and not up to date": sum(row.published == "behind" for row in rows),
    }
    said = [f"{count} {what}" for what, count in counts.items() if count]
    return f"{_counted(len(rows), 'client')}: {', '.join(said) or 'all is well'}"


def _styles(row: Row) -> tuple[str, ...]:
    return (
        "bold",
        "red" if row.trouble else "",
        "",
        "yellow" if row.review and row.review.overdue else "",
        "red" if row.errors else "",
        "yellow" if any((row.behind or {}).values()) else "",
        "yellow" if _to_compare(row) else "",
        "" if row.published == "up to date" else "yellow",
    )


def _review(row: Row) -> str:
    if row.review is None:
        return _UNKNOWN
    date = row.review.date or "never"
    return f"{date}, overdue" if row.review.overdue else date


def _own_pages(own: OwnPages) -> str:
    said = [f"{own.added} added"] if own.added else []
    replaced = [f"{count} {state}" for state in _STATES if (count := own.replaced.get(state))]
    return ", ".join([*said, *([f"replaced: {', '.join(replaced)}"] if replaced else [])])


def _to_compare(row: Row) -> bool:
    return bool(row.own_pages and set(row.own_pages.replaced) - {"fresh"})


def _published(row: Row) -> str:
    if row.published == "no":
        return "no"
    if row.published == "taken":
        return "no, its place is taken"
    return f"{row.version or _UNKNOWN}, {row.published}"


def _counted(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
