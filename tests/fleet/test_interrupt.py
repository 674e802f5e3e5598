"""Ctrl-C, which a terminal sends to every process of a command: what is in hand is finished, and nobody complains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import MINIMAL, build_all
from terecht.project import Project
from terecht.publish import Outlet, published, verify

#: Enough for some seconds, so that a busy machine does not end before it hears of Ctrl-C.
MANY = 240
#: The command as from a terminal: what a shell starts in the background, perhaps these tests, ignores Ctrl-C.
TERECHT = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("terecht", run_name="__main__")
"""


def engines_of(project: Project) -> list[str]:
    """The command lines of the programs that render for this project and are still there."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_text("utf-8").replace("\0", " "))
        except OSError:
            continue
    return [line for line in lines if "terecht.render.engine" in line and str(project.root) in line]


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="asks Linux for the processes")
@pytest.mark.parametrize("moment", ["reading 0", "building"])
def test_ctrl_c_ends_a_build_in_peace(moment: str, small: Callable[..., Project], tmp_path: Path) -> None:
    project = small(**{f"nr-{number}": MINIMAL for number in range(MANY)})
    output = tmp_path / "site"
    call = [sys.executable, "-c", TERECHT, "build", "--jobs", "2"]
    builder = subprocess.Popen(
        [*call, "--root", str(project.root), "--output", str(output)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert builder.stderr is not None
    said = ""
    while moment not in said:
        line = builder.stderr.readline()
        assert line, said
        said += line
    os.killpg(builder.pid, signal.SIGINT)
    _, rest = builder.communicate(timeout=60)
    assert builder.returncode == 1
    assert "Traceback" not in rest
    assert rest.strip().endswith("Aborted!")
    assert engines_of(project) == []
    there = published(Outlet(output))
    assert len(there) < MANY
    assert [name for name in there if verify(Outlet(output), name)] == []
    assert all(outcome.result in {"built", "unchanged"} for outcome in build_all(project, output))
    assert len(published(Outlet(output))) == MANY
