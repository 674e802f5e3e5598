"""What the benchmark measures is what it says: whole commands with all their processes, each file once, ratios."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from disk import usage
from measuring import CommandFailedError, Run, mean, run
from table import part_of, times_faster, write

_KEPT = "import time; kept = b'x' * 50_000_000; time.sleep(1)"
_BUSY = "import time; end = time.process_time() + 0.5\nwhile time.process_time() < end: pass"


def _beside(code: str) -> str:
    """Python that starts other Python."""
    return f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {code!r}]); "


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(CommandFailedError, match="ended with 3:\nhelaas"):
        run(["sh", "-c", "echo helaas; exit 3"], cwd=tmp_path)


def test_what_a_command_says_and_takes_is_known(tmp_path: Path) -> None:
    made = run(["sh", "-c", "pwd; sleep 0.3"], cwd=tmp_path)
    assert made.said == f"{tmp_path}\n"
    assert 0.3 < made.wall < 3
    assert made.cpu < 0.2
    assert made.peak == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans on")
def test_the_time_of_an_orphan_counts(tmp_path: Path) -> None:
    assert 0.5 < run(["python3", "-c", _beside(_BUSY)], cwd=tmp_path).cpu < 1.5


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_memory_is_that_of_all_processes_together(tmp_path: Path) -> None:
    one, two = (run(["python3", "-c", code], cwd=tmp_path, watch=True).peak for code in (_KEPT, _beside(_KEPT) + _KEPT))
    assert 50_000_000 < one < 90_000_000
    assert 100_000_000 < two < 150_000_000


def test_what_is_linked_counts_once_and_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a/index.html").write_bytes(b"x" * 9000)
    (tmp_path / "a/manifest.json").write_bytes(b"x" * 100)
    (tmp_path / "a/theme.css").write_bytes(b"x" * 5000)
    os.link(tmp_path / "a/theme.css", tmp_path / "b/theme.css")
    found = usage([tmp_path / "a", tmp_path / "b", tmp_path / "nothing"])
    assert found.links == 2
    assert set(found.linked) == {"stylesheets"}
    assert 5000 <= found.linked["stylesheets"] < 10_000
    assert 9000 <= found.own["pages"] < 18_000
    assert set(found.own) == {"folders", "pages", "manifests"}


def test_rows_are_met_or_not_and_both_files_say_it(tmp_path: Path) -> None:
    slow, fast = Run(40, 80), Run(2, 8)
    rows = [
        times_faster("cold", 20, fast, slow, "loop"),
        times_faster("cold, more", 21, fast, slow, "loop"),
        times_faster("beside", None, fast, slow, "loop"),
        part_of("nothing", 0.5, [(fast, slow), (fast, fast), (slow, fast)], "median"),
    ]
    assert [row.verdict for row in rows] == ["met", "NOT MET", "reported", "NOT MET"]
    assert rows[0].measured == "20.0 x (processor 10.0 x)"
    assert rows[3].measured == "1.00"
    write(rows, "A fleet", {"organisations": 3}, tmp_path)
    assert "| cold, more | ≥ 21 x | 20.0 x (processor 10.0 x) | NOT MET |" in (tmp_path / "table.md").read_text("utf-8")
    data = json.loads((tmp_path / "table.json").read_text("utf-8"))
    assert data["organisations"] == 3
    assert [row["met"] for row in data["rows"]] == [True, False, None, False]
    assert data["rows"][0]["numbers"]["ratio"] == 20


def test_the_mean_is_of_both_clocks() -> None:
    assert mean([Run(1, 2), Run(2, 2), Run(9, 5)]) == Run(4, 3)
