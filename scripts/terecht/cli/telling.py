"""How far a build is, on stderr: a bar with the time left on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from terecht.fleet.planning import Plan

#: Plain lines of one stage: one for each tenth of it.
_PARTS = 10


class Teller:
    """``wanted`` is ``auto``, ``plain`` or ``none``."""

    def __init__(self, wanted: str) -> None:
        console = Console(stderr=True)
        self._plain = wanted == "plain" or (wanted == "auto" and not console.is_terminal)
        self._quiet = wanted == "none"
        self._said = ("", 0)
        self._bar: Progress | None = None
        if not self._plain and not self._quiet:
            columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
            # A bar that draws itself has a thread, and a process with threads can not be copied for its workers.
            self._bar = Progress(*columns, console=console, transient=True, auto_refresh=False)

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task("")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    def plan(self, plan: Plan) -> None:
        """Says what is going to be done, and why."""
        if not self._quiet:
            for line in plan.lines():
                if self._bar:
                    self._bar.console.print(line, markup=False, highlight=False)
                else:
                    click.echo(line, err=True)

    def tell(self, what: str, done: int, everything: int) -> None:
        """Says what is being done, and how many of how many are done."""
        if self._bar:
            self._bar.update(self._task, description=what, completed=done, total=everything)
            self._bar.refresh()
        elif self._plain:
            part = done * _PARTS // max(everything, 1)
            if (what, part) != self._said:
                self._said = what, part
                click.echo(what if what == "done" else f"{what} {done} of {everything}", err=True)
