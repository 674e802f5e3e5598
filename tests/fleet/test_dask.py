"""The same tasks on a Dask cluster on this machine: the same bytes, also when a worker is killed half-way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from distributed import Client

from conftest import MINIMAL
from terecht.cli import main
from terecht.project import Project

Make = Callable[..., Project]
SITES = 12


def started(*words: str) -> subprocess.Popen[str]:
    # The cluster says a lot, and nobody reads it.
    return subprocess.Popen(
        [sys.executable, "-m", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """The address of a scheduler, and its two workers, each a process of its own."""
    file = tmp_path / "scheduler.json"
    local = "--host", "127.0.0.1", "--no-dashboard"
    scheduler = started("distributed.cli.dask_scheduler", *local, "--port", "0", "--scheduler-file", str(file))
    words = "--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1", "--scheduler-file", str(file)
    workers = [started("distributed.cli.dask_worker", *words, "--local-directory", str(tmp_path)) for _ in range(2)]
    while not file.exists() or not file.read_text("utf-8").endswith("}"):
        assert scheduler.poll() is None
        time.sleep(0.05)
    with Client(  # type: ignore[no-untyped-call]
        scheduler_file=str(file), set_as_default=False, timeout="60s"
    ) as client:
        client.wait_for_workers(2, timeout=60)
        address = client.scheduler.address
    yield address, workers
    for program in (*workers, scheduler):
        program.kill()
        program.wait()


@pytest.fixture
def many(small: Make) -> Project:
    return small(**{f"nr-{number:02}": MINIMAL.replace("Voorbeeld", f"Nummer {number}") for number in range(SITES)})


def arguments(project: Project, output: Path, *words: str) -> list[str]:
    return ["build", "--root", str(project.root), "--output", str(output), "--progress", "none", *words]


def tree(top: Path) -> dict[str, bytes]:
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(
    many: Project, cluster: tuple[str, list[subprocess.Popen[str]]], tmp_path: Path
) -> None:
    address, workers = cluster
    output = tmp_path / "cluster/site"
    building = subprocess.Popen(
        [sys.executable, "-m", "terecht", *arguments(many, output, "--dask", address, "--jobs", "2")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while not list(output.glob("nr-*")):
        assert building.poll() is None, building.communicate()
        time.sleep(0.02)
    os.kill(workers[0].pid, signal.SIGKILL)
    said, _ = building.communicate(timeout=300)
    assert said.splitlines()[-1] == f"{SITES} built, 0 unchanged, 0 failed", said
    alone = tmp_path / "alone/site"
    assert CliRunner().invoke(main, arguments(many, alone, "--jobs", "1")).exit_code == 0
    assert tree(output) == tree(alone)
    assert not [path for path in Path(f"{output}.terecht").rglob("draft-*") if path.is_file()]


def test_nobody_at_the_address_is_said(many: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("terecht.fleet.dask_crew._WAIT", "1s")
    result = CliRunner().invoke(main, arguments(many, tmp_path / "site", "--dask", "tcp://127.0.0.1:1"))
    assert result.exit_code == 2
    assert result.stderr == "no Dask scheduler answers at tcp://127.0.0.1:1; is it running, and is the address right?\n"
