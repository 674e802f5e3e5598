"""Sites of many organisations, planned, built and accounted for. One organisation is a fleet of one."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from terecht.findings import Refused
from terecht.fleet.crew import Alone, Crew, Pool, batches_of
from terecht.fleet.planning import Plan, plan, remember
from terecht.flow.knowledge import Knowledge
from terecht.inputs import Inputs, shared_inputs
from terecht.project import Outcome, Project, usable_content
from terecht.publish import Outlet, withdraw
from terecht.publish.store import Store
from terecht.render.engine import Engine
from terecht.workshop import Workshop

#: Told what is being done, how many sites are done, and of how many.
Tell = Callable[[str, int, int], None]
#: Makes a crew of other machines, for this project and outlet.
Hire = Callable[[Project, Inputs, Outlet], Crew]
#: Fewer sites than this are built sooner than processes are started.
_FEW = 4


@dataclass(frozen=True)
class Report:
    """What was planned, and what became of each organisation, in the order of the plan; ``pruned`` are gone now."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    pruned: tuple[str, ...] = ()


def build(
    project: Project,
    chosen: list[Path],
    outlet: Outlet,
    *,
    jobs: int,
    tell: Tell,
    force: bool = False,
    whole: bool = False,
    prune: bool = False,
    content: Knowledge | None = None,
    told: Callable[[Plan], None] = lambda _: None,
    hire: Hire | None = None,
) -> Report:
    """Builds and publishes what has changed.

    ``told`` gets the plan before anything is done. ``whole``: the chosen folders are all that there are. ``prune``
    takes away what was removed. ``content`` is read when it is not given. Raises :class:`Refused` when our own content
    can not be used, so that nothing can be built.
    """
    tell("planning", 0, len(chosen))
    shared = shared_inputs(project.root)
    planned = plan(project, outlet, chosen, shared, force=force, whole=whole)
    told(planned)
    outcomes = {step.order.id: Outcome(step.order.id, "unchanged") for step in planned.steps}
    if orders := planned.orders:
        tell("reading", 0, len(orders))
        crew, batches = _crew(project, outlet, shared, content, hire, jobs, len(orders)), batches_of(orders, jobs)
        done = 0
        for made in crew.outcomes(batches):
            outcomes |= {outcome.id: outcome for outcome in made}
            done += len(made)
            tell("building", done, len(orders))
        remember(outlet, shared)
    pruned = planned.removed if prune else ()
    for name in pruned:
        withdraw(outlet, name)
    if whole:
        Store(outlet.shared).sweep()
    tell("done", len(chosen), len(chosen))
    return Report(planned, tuple(outcomes.values()), pruned)


def _crew(
    project: Project,
    outlet: Outlet,
    shared: Inputs,
    content: Knowledge | None,
    hire: Hire | None,
    jobs: int,
    many: int,
) -> Crew:
    if hire is not None:
        return hire(project, shared, outlet)
    if jobs > 1 and many >= _FEW:
        workshop = Workshop(project, content or usable_content(project), shared)
        # What was read stays to the end: nobody looks for circles in it, and processes go on sharing its memory.
        gc.freeze()
        return Pool(workshop, outlet, jobs)
    # With nothing rendered yet an engine will be needed: it wakes up while we read.
    engine = None if project.shelf.exists() else Engine(project.root)
    try:
        workshop = Workshop(project, content or usable_content(project), shared)
    except Refused:
        if engine:
            engine.close()
        raise
    if engine:
        workshop.press.take(engine)
    return Alone(workshop, outlet)
