"""The promises as a table: which tests hold each, what they measured, and which planted faults they caught.

A test carries the number of what it holds, ``@pytest.mark.trust(1)``, or with ``fault="…"`` the fault that it plants
and sees caught. What it measured it says with the fixture ``measured``; of plain Material, with ``beside``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console
from rich.table import Table

PROMISES = Path(__file__).parent / "trust" / "promises.yml"
#: One measurement: what it is called in the report of a test.
_OURS, _BESIDE, _HELD, _FAULT = "trust measured", "trust beside", "trust held", "trust fault"
#: Takes the number of a promise, and what was measured.
Say = Callable[[int, str], None]


@dataclass(frozen=True)
class Promise:
    """One row: its number, what is checked, and what it must be."""

    number: int
    check: str
    must_be: str


@dataclass
class Row:
    """What the tests of one promise said; ``wrong`` are those that failed."""

    held: int = 0
    caught: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    measured: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    @property
    def met(self) -> bool:
        """Held by a test, with a planted fault caught, and nothing failed."""
        return bool(self.held and self.caught and not self.wrong)


def promises() -> list[Promise]:
    """The rows of ``promises.yml``, in order."""
    return [Promise(**entry) for entry in yaml.safe_load(PROMISES.read_text("utf-8"))["promises"]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--trust", action="store_true", help="print the table of promises at the end")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "trust(number, fault=''): holds this promise, or plants a fault that it catches")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Writes the numbers into the reports, which is all that comes back from another process."""
    for item in items:
        for mark in item.iter_markers("trust"):
            fault = mark.kwargs.get("fault")
            for number in mark.args:
                item.user_properties.append((_FAULT, (number, fault)) if fault else (_HELD, (number, "")))
    if config.getoption("--trust"):
        config.hook.pytest_deselected(items=[item for item in items if not item.get_closest_marker("trust")])
        items[:] = [item for item in items if item.get_closest_marker("trust")]


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Say:
    """Says what was measured for a promise: ``measured(1, "0 of 812 requests")``."""
    return lambda number, what: record_property(_OURS, (number, what))


@pytest.fixture
def beside(record_property: Callable[[str, object], None]) -> Say:
    """Says what plain Material gave, measured in the same way: ``beside(1, "54 of 60 requests")``."""
    return lambda number, what: record_property(_BESIDE, (number, what))


def rows_of(reports: Iterable[Any]) -> dict[int, Row]:
    """The rows that reports of tests add up to."""
    rows: dict[int, Row] = defaultdict(Row)
    for report in reports:
        whole = report.when == "call" and report.passed
        for name, value in getattr(report, "user_properties", ()):
            if not name.startswith("trust "):
                continue
            number, text = value
            if report.failed and name in {_HELD, _FAULT}:
                rows[number].wrong.append(report.nodeid)
            elif whole and name == _HELD:
                rows[number].held += 1
            elif whole and name == _FAULT:
                rows[number].caught.append(text)
            elif whole and name == _OURS:
                rows[number].measured.append(text)
            elif whole and name == _BESIDE:
                rows[number].beside.append(text)
    return rows


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.getoption("--trust"):
        reports = [report for found in terminalreporter.stats.values() for report in found if hasattr(report, "when")]
        Console(width=160).print(table(rows_of(reports)))


def table(rows: dict[int, Row]) -> Table:
    """The rows as a table."""
    drawn = Table("#", "check", "must be", "measured", "plain Material", "faults caught", "", show_lines=True)
    for promise in promises():
        row = rows.get(promise.number, Row())
        drawn.add_row(
            str(promise.number),
            promise.check,
            promise.must_be,
            _said(row.measured),
            _said(row.beside) or "-",
            _said(f"{len(row.caught)}: {', '.join(dict.fromkeys(row.caught))}" if row.caught else ""),
            "met" if row.met else _why(row),
        )
    return drawn


def _said(texts: Iterable[str] | str) -> str:
    return texts if isinstance(texts, str) else "; ".join(dict.fromkeys(texts))


def _why(row: Row) -> str:
    return " ".join(_missing(row))


def _missing(row: Row) -> Iterator[str]:
    yield from (f"NOT MET: {name}" for name in row.wrong)
    if not row.held:
        yield "NOT SHOWN: no test ran"
    if not row.caught:
        yield "NOT SHOWN: no fault caught"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A promise without a test, or without a fault that was seen, is a failure too."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not session.config.getoption("--trust") or hasattr(session.config, "workerinput") or reporter is None:
        return
    reports = [report for found in reporter.stats.values() for report in found if hasattr(report, "when")]
    rows = rows_of(reports)
    if not all(rows.get(promise.number, Row()).met for promise in promises()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
