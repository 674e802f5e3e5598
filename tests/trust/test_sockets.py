"""A build opens no socket of a network: asked of Python in each process, of the kernel, and tried without a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import MINIMAL, pages_of
from terecht.project import Project
from trust_table import Say

#: Writes down, in every Python process that starts with it, each socket that is opened and each name that is looked up.
#: Those of one machine alone (AF_UNIX) carry what processes tell each other.
_RECORDER = """\
import os
import socket
import sys


def record(event, arguments):
    if event == "socket.__new__" and arguments[1] == socket.AF_UNIX:
        return
    if event.startswith("socket."):
        write(event, arguments[1:] if event == "socket.__new__" else arguments)


def write(event, what):
    with open(os.path.join(os.environ["SOCKETS"], str(os.getpid())), "a") as file:
        file.write(f"{event} {what!r}\\n")


write("process", sys.orig_argv)
sys.addaudithook(record)
"""
#: Families of sockets as strace names them; all but the local one are a network's.
_OPENED = re.compile(r"\bsocket\((AF_\w+|0x[0-9a-f]+|[0-9]+)")
_LOCAL = {"AF_UNIX", "AF_LOCAL"}


@dataclass(frozen=True)
class Recorded:
    """What was seen: by Python in so many processes, and by the kernel where it could be asked."""

    processes: int
    in_python: list[str]
    in_kernel: list[str]
    watched_kernel: bool
    succeeded: bool
    report: str

    @property
    def sockets(self) -> list[str]:
        """Sockets of a network, and names that were looked up."""
        return self.in_python + self.in_kernel


def record(folder: Path, arguments: list[str], *before: str) -> Recorded:
    """Runs Python with these arguments and records the sockets of all processes; ``before`` is what starts it."""
    seen, started, trace = folder / "seen", folder / "at the start of Python", folder / "trace"
    for path in (seen, started):
        path.mkdir(parents=True)
    (started / "sitecustomize.py").write_text(_RECORDER, "utf-8")
    first = os.pathsep.join([str(started), *filter(None, [os.environ.get("PYTHONPATH")])])
    watcher = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=socket", "-o", str(trace)] if _can_watch() else []
    done = subprocess.run(
        [*before, *watcher, sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": first, "SOCKETS": str(seen)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    lines = [line for path in sorted(seen.iterdir()) for line in path.read_text("utf-8").splitlines()]
    opened = _OPENED.findall(trace.read_text("utf-8")) if watcher else []
    return Recorded(
        processes=sum(line.startswith("process ") for line in lines),
        in_python=[line for line in lines if line.startswith("socket.")],
        in_kernel=[family for family in opened if family not in _LOCAL],
        watched_kernel=bool(watcher),
        succeeded=done.returncode == 0,
        report=done.stdout + done.stderr,
    )


def _can_watch() -> bool:
    """Whether there is an strace that may be used here."""
    return _works("strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=socket", "-o", os.devnull, "true")


def _works(*command: str) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def build(project: Project, folder: Path, *before: str) -> Recorded:
    """Builds everything from nothing, as the user does."""
    shutil.rmtree(project.root / ".terecht", ignore_errors=True)
    call = ["-m", "terecht", "build", "--force", "--jobs", "2"]
    return record(folder, [*call, "--root", str(project.root), "--output", str(folder / "out" / "site")], *before)


Make = Callable[..., Project]


@pytest.mark.trust(33)
def test_a_build_opens_no_socket(small: Make, tmp_path: Path, measured: Say) -> None:
    recorded = build(small(een=MINIMAL), tmp_path)
    assert recorded.succeeded, recorded.report
    assert recorded.processes > 1, "the renderer has a process of its own, and must have been watched"
    assert recorded.sockets == []
    pages = len(pages_of(tmp_path / "out" / "site" / "een"))
    by = "Python and the kernel" if recorded.watched_kernel else "Python"
    measured(
        33, f"{len(recorded.sockets)} seen by {by} in {recorded.processes} processes, {pages} pages made from nothing"
    )


@pytest.mark.trust(33)
def test_a_build_needs_no_network(small: Make, tmp_path: Path, measured: Say) -> None:
    """Not even that of the machine itself: in a namespace of its own, nothing answers."""
    if not _works("unshare", "-n", "true"):
        pytest.skip("a network can be taken away from a process by root on Linux only")
    recorded = build(small(een=MINIMAL), tmp_path, "unshare", "-n")
    assert recorded.succeeded, recorded.report
    assert recorded.sockets == []
    pages = len(pages_of(tmp_path / "out" / "site" / "een"))
    measured(33, f"{len(recorded.sockets)}, {pages} pages where there is no network")


@pytest.mark.trust(33, fault="a plugin of the renderer that connects")
def test_a_plugin_that_connects_is_seen(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL)
    hook = tmp_path / "hook.py"
    # RFC 5737: nobody has this address, and connecting a datagram socket sends nothing.
    hook.write_text(
        "import socket\n\n\ndef on_config(config):\n"
        "    with socket.socket(type=socket.SOCK_DGRAM) as other:\n"
        "        other.connect_ex(('192.0.2.1', 9))\n",
        "utf-8",
    )
    configuration = project.root / "mkdocs.yml"
    configuration.write_text(f"{configuration.read_text('utf-8')}\nhooks: ['{hook}']\n", "utf-8")
    recorded = build(project, tmp_path)
    assert recorded.succeeded, recorded.report
    assert any("192.0.2.1" in line for line in recorded.in_python)
    assert recorded.in_kernel or not recorded.watched_kernel


#: Ways to a network, each by another call.
WAYS = {
    "a stream": "import socket; socket.socket()",
    "IPv6": "import socket; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
    "a name": "import socket\ntry: socket.getaddrinfo('naam.invalid', 80)\nexcept OSError: pass",
    "an address": "import http.client as c\ntry: c.HTTPConnection('127.0.0.1', 9).connect()\nexcept OSError: pass",
    "a child that is spawned": (
        "import multiprocessing as m, socket\n"
        "if __name__ == '__main__':\n"
        "    child = m.get_context('spawn').Process(target=socket.socket)\n    child.start()\n    child.join()"
    ),
    "another program": "import subprocess as s, sys; s.run([sys.executable, '-c', 'import socket as t; t.socket()'])",
}


@pytest.mark.trust(33, fault="a stream, IPv6, a name, an address, a child, another program")
@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_a_network_is_seen(way: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(WAYS[way], "utf-8")
    recorded = record(tmp_path / "recorded", [str(script)])
    assert recorded.in_python
    assert recorded.in_kernel or not recorded.watched_kernel


def test_what_stays_on_one_machine_is_not_a_network(tmp_path: Path) -> None:
    """Or else a build in two processes could not be told from one that calls home."""
    recorded = record(tmp_path / "recorded", ["-c", "import socket; one, other = socket.socketpair(); one.send(b'x')"])
    assert recorded.processes == 1
    assert recorded.sockets == []


@pytest.mark.skipif(not _can_watch(), reason="needs strace")
@pytest.mark.trust(33, fault="a socket behind Python's back")
def test_a_socket_behind_the_back_of_python_is_seen_by_the_kernel(tmp_path: Path) -> None:
    recorded = record(tmp_path / "recorded", ["-c", "import ctypes; ctypes.CDLL(None).socket(2, 2, 0)"])
    assert recorded.in_python == []
    assert recorded.in_kernel == ["AF_INET"]
