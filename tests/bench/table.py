"""The table that the benchmark ends with: what was measured, what it must be, whether it is; on screen and as files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from measuring import Run

_HEADS = ("measure", "must be", "measured", "", "how")


@dataclass(frozen=True)
class Row:
    """One measure. ``met`` is ``None`` where nothing is demanded; ``numbers`` are what the ratio was made of."""

    measure: str
    must_be: str
    measured: str
    met: bool | None
    how: str
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """In a word."""
        return {True: "met", False: "NOT MET", None: "reported"}[self.met]

    @property
    def cells(self) -> tuple[str, ...]:
        """As it stands in the table."""
        return self.measure, self.must_be, self.measured, self.verdict, self.how


def times_faster(measure: str, least: float | None, ours: Run, peer: Run, how: str) -> Row:
    """How many times faster we are on the clock; beside it, how many times less the processors had to do."""
    ratio = peer.wall / ours.wall
    return Row(
        measure,
        "reported" if least is None else f"≥ {least:g} x",
        f"{ratio:.1f} x (processor {peer.cpu / ours.cpu:.1f} x)",
        None if least is None else ratio >= least,
        f"{how}: {_seconds(ours)} against {_seconds(peer)}",
        {"ratio": ratio, "ours": _numbers([ours]), "peer": _numbers([peer])},
    )


def part_of(measure: str, most: float, pairs: Iterable[tuple[Run, Run]], how: str) -> Row:
    """What part of a peer's time we take: the median of pairs (ours, peer) that were measured one after the other."""
    both = list(pairs)
    ratios = sorted(ours.wall / peer.wall for ours, peer in both)
    middle = ratios[len(ratios) // 2]
    shown = ", ".join(f"{ours.wall:.2f}/{peer.wall:.2f}" for ours, peer in both)
    return Row(
        measure,
        f"≤ {most:g}",
        f"{middle:.2f}",
        middle <= most,
        f"{how}: {shown} s",
        {
            "ratio": middle,
            "ours": _numbers(ours for ours, _ in both),
            "peer": _numbers(peer for _, peer in both),
        },
    )


def show(rows: Iterable[Row], title: str) -> None:
    """Prints the table."""
    drawn = Table(*_HEADS, title=title, show_lines=True)
    for row in rows:
        drawn.add_row(*map(escape, row.cells))
    console = Console()
    Console(width=console.width if console.is_terminal else 160).print(drawn)


def write(rows: Iterable[Row], title: str, about: Mapping[str, Any], folder: Path) -> None:
    """Writes the table as ``table.md`` and, with all numbers, as ``table.json``."""
    every = list(rows)
    lines = [[title, ""], [_line(_HEADS), _line(["---"] * len(_HEADS))], [_line(row.cells) for row in every]]
    (folder / "table.md").write_text("\n".join(line for part in lines for line in part) + "\n", "utf-8")
    data = {**about, "rows": [asdict(row) for row in every]}
    (folder / "table.json").write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _seconds(run: Run) -> str:
    return f"{run.wall * 1000:.0f} ms" if run.wall < 1 else f"{run.wall:.2f} s"


def _numbers(runs: Iterable[Run]) -> list[dict[str, float]]:
    return [{"wall": run.wall, "cpu": run.cpu, "peak": run.peak} for run in runs]
