"""What a build did: for a person in a few lines, for a machine as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from terecht.fleet import Report
from terecht.project import Outcome
from terecht.publish import DELETE, UPLOAD, Outlet, current

#: Addresses of sites that are named; who builds more knows where they are.
_MOST_NAMED = 12


def summary(report: Report, output: Path) -> Iterator[str]:
    """The lines at the end of a build; the last counts."""
    built = [outcome for outcome in report.outcomes if outcome.result == "built"]
    yield from (f"{output / outcome.id / 'index.html'}" for outcome in built[:_MOST_NAMED])
    if len(built) > _MOST_NAMED:
        yield f"… and {len(built) - _MOST_NAMED} more in {output}"
    yield from (f"{output / name}: taken away" for name in report.pruned)
    if warnings := sum(not finding.stops for outcome in report.outcomes for finding in outcome.findings):
        yield f"{warnings} warnings; 'terecht check' shows them"
    count = {name: sum(outcome.result == name for outcome in report.outcomes) for name in ("unchanged", "failed")}
    yield f"{len(built)} built, {count['unchanged']} unchanged, {count['failed']} failed"


def as_json(report: Report, outlet: Outlet) -> str:
    """The report as a JSON object.

    ``organisations`` has for each its ``id``, ``state`` in the plan, ``why``, ``result`` and ``findings``; for one that
    was built also ``upload`` and ``delete``, the files that list what changed since the release before, paths within
    the site, in the order to upload them. ``removed`` and ``pruned`` are ids.
    """
    steps = {step.order.id: step for step in report.plan.steps}
    data = {
        "organisations": [
            {
                "id": outcome.id,
                "state": steps[outcome.id].state,
                "why": list(steps[outcome.id].why),
                "result": outcome.result,
                "findings": [finding.as_json() for finding in outcome.findings],
                **_lists(outcome, outlet),
            }
            for outcome in report.outcomes
        ],
        "removed": list(report.plan.removed),
        "pruned": list(report.pruned),
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _lists(outcome: Outcome, outlet: Outlet) -> dict[str, Any]:
    release = current(outlet, outcome.id) if outcome.result == "built" else None
    if release is None:
        return {}
    return {"upload": str(release.folder / UPLOAD), "delete": str(release.folder / DELETE)}
