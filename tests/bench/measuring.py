"""One command measured as a whole: its wall time, the processor time of all its processes, and their largest memory.

Processes that outlive the command that started them, such as a forkserver, are inherited and waited for, so their
processor time counts too (Linux alone can do that).

Memory is the sum of ``Pss`` over all processes of the command at one moment: a page that forked processes share counts
once. It is read from ``/proc``, so only on Linux; and only where asked, since reading costs time.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: Seconds between two looks at the memory of a command.
_LOOK = 0.1
_PSS = re.compile(r"^Pss: +(\d+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """What one command took: seconds on the clock, seconds of processors, bytes at most; ``said`` is its output."""

    wall: float
    cpu: float
    peak: int = 0
    said: str = field(default="", repr=False)

    def __truediv__(self, parts: float) -> Run:
        return Run(self.wall / parts, self.cpu / parts)


class CommandFailedError(Exception):
    """A command that is measured did not do its work; the words are its own."""


def run(
    command: Sequence[str | Path], *, cwd: Path, watch: bool = False, allowed: tuple[int, ...] = (0,), sync: bool = True
) -> Run:
    """Runs a command and measures it. What others still had to write to the disk is written first.

    Raises :class:`CommandFailedError` for an exit code that is not allowed.
    """
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    if sync:
        os.sync()
    with _inheriting(), tempfile.TemporaryFile() as out:
        before = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        watcher = _Watcher(process.pid) if watch else None
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            wall = time.perf_counter() - before
            peak = watcher.stop() if watcher else 0
        cpu = usage.ru_utime + usage.ru_stime + _of_the_rest(process.pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode(errors="replace")
    if process.returncode not in allowed:
        raise CommandFailedError(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{said[-2000:]}")
    return Run(wall, cpu, peak, said)


def mean(runs: Iterable[Run]) -> Run:
    """The mean of runs, for parts of one loop."""
    every = list(runs)
    return Run(statistics.fmean(one.wall for one in every), statistics.fmean(one.cpu for one in every))


#: From <linux/prctl.h>.
_PR_SET_CHILD_SUBREAPER = 36


@contextmanager
def _inheriting() -> Iterator[None]:
    """Makes this process the parent of those below it that lose theirs."""
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else lambda *_: 0
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def _of_the_rest(group: int) -> float:
    """The processor time of what is left of a group of processes, once it has ended."""
    cpu = 0.0
    while True:
        try:
            _, _, usage = os.wait4(-group, 0)
        except ChildProcessError:
            return cpu
        cpu += usage.ru_utime + usage.ru_stime


class _Watcher:
    """Looks at the memory of all processes of a session until it is stopped."""

    def __init__(self, session: int) -> None:
        self.session = session
        self.peak = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def stop(self) -> int:
        """The largest sum that was seen, in bytes."""
        self.ended.set()
        self.thread.join()
        return self.peak

    def _look(self) -> None:
        while not self.ended.wait(_LOOK):
            self.peak = max(self.peak, sum(map(_pss, _session(self.session))))


def _session(number: int) -> list[Path]:
    """The folders in /proc of all processes of a session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # After the name, which may hold anything: state, parent, group, session.
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == number:
            found.append(folder)
    return found


def _pss(folder: Path) -> int:
    try:
        found = _PSS.search((folder / "smaps_rollup").read_text("ascii"))
    except OSError:
        return 0
    return int(found.group(1)) * 1024 if found else 0
