"""Who does the work: batches of orders go in, outcomes come out as they are ready, whoever did them.

A crew has one method. Nothing else knows whether it is this process, a pool of processes, or machines elsewhere.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Protocol

from terecht.findings import Finding
from terecht.inputs import shared_inputs
from terecht.project import Outcome, Project, usable_content
from terecht.publish import Outlet
from terecht.workshop import Order, Workshop

#: Sites that are in memory at once in a process: enough to render what they share in one go, and few enough to fit.
MOST_AT_ONCE = 16
#: Batches a process, so that all end at about the same time.
_TURNS = 4

Batch = Sequence[Order]


class Crew(Protocol):
    """Builds batches."""

    def outcomes(self, batches: Sequence[Batch]) -> Iterator[list[Outcome]]:
        """What became of each batch, in the order in which they are ready."""


def batches_of(orders: Sequence[Order], workers: int) -> list[Batch]:
    """The orders in batches for so many workers."""
    size = max(1, min(MOST_AT_ONCE, -(-len(orders) // (workers * _TURNS))))
    return [orders[at : at + size] for at in range(0, len(orders), size)]


class Alone:
    """The crew of one: this process, with a workshop that is there already."""

    def __init__(self, workshop: Workshop, outlet: Outlet) -> None:
        self.workshop = workshop
        self.outlet = outlet

    def outcomes(self, batches: Sequence[Batch]) -> Iterator[list[Outcome]]:
        """What became of each batch."""
        with self.workshop:
            for batch in batches:
                yield self.workshop.build(self.outlet, batch)


class Pool:
    """Processes on this machine. On Linux they are copies of this one, workshop included; elsewhere each makes one."""

    def __init__(self, workshop: Workshop, outlet: Outlet, jobs: int) -> None:
        self.workshop = workshop
        self.outlet = outlet
        self.jobs = jobs

    def outcomes(self, batches: Sequence[Batch]) -> Iterator[list[Outcome]]:
        """What became of each batch. What a process was at when it died is tried once more, alone."""
        lost: list[Order] = []
        key = (self.workshop.project, self.workshop.shared.digest)
        _SHOPS[key] = self.workshop
        try:
            pool = self._executor(self.jobs)
            try:
                running = {pool.submit(build_batch, *key, self.outlet, batch): batch for batch in batches}
                for future in as_completed(running):
                    try:
                        yield future.result()
                    except BrokenProcessPool:
                        lost += running[future]
            finally:
                # After Ctrl-C what is in hand is finished, and nothing else is begun.
                pool.shutdown(cancel_futures=True)
            for order in lost:
                yield [self._once_more(order)]
        finally:
            del _SHOPS[key]

    def _once_more(self, order: Order) -> Outcome:
        key = (self.workshop.project, self.workshop.shared.digest)
        with self._executor(1) as pool:
            future: Future[list[Outcome]] = pool.submit(build_batch, *key, self.outlet, [order])
            try:
                (outcome,) = future.result()
            except BrokenProcessPool:
                help_ = "is there enough memory? build again with --jobs 1"
                return Outcome(
                    order.id, "failed", (Finding(order.id, 1, 1, "T090", "the process that builds it died", help_),)
                )
            return outcome

    def _executor(self, jobs: int) -> ProcessPoolExecutor:
        context = get_context("fork" if sys.platform == "linux" else "spawn")
        return ProcessPoolExecutor(jobs, context, signal.signal, (signal.SIGINT, signal.SIG_IGN))


#: The workshops of this process. A process that is a copy of another has those of that one.
_SHOPS: dict[tuple[Project, str], Workshop] = {}


class OtherInputsError(Exception):
    """A worker sees other templates, another program or other libraries than the one who asks."""


def build_batch(project: Project, shared: str, outlet: Outlet, batch: Batch) -> list[Outcome]:
    """Builds a batch in the workshop of this process, which is made when it is not there.

    Raises :class:`OtherInputsError` when what is ``shared`` differs here, since the bytes would differ too.
    """
    if (project, shared) not in _SHOPS:
        inputs = shared_inputs(project.root)
        if inputs.digest != shared:
            raise OtherInputsError(f"{project.root} is not the same everywhere")
        _SHOPS[project, shared] = Workshop(project, usable_content(project), inputs)
    return _SHOPS[project, shared].build(outlet, batch)
