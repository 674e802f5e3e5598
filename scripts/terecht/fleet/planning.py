"""What a build will do, before it does anything: which sites are new, changed, unchanged or removed, and why.

Inputs are compared by their bytes, before anything is read; nothing of ours is loaded for it.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from terecht import __version__
from terecht.inputs import Inputs, made_from_of, own_inputs
from terecht.load import folders
from terecht.project import Project
from terecht.publish import Outlet, current, origin_of, published
from terecht.publish.manifest import Origin
from terecht.workshop import Order

State: TypeAlias = Literal["new", "changed", "unchanged"]
#: Why a site is built though nothing of it changed.
FORCED, NOT_WHOLE = "--force", "what is published is not whole"
#: What is said of shared inputs when the list of those before is gone.
_SHARED = "what all organisations share"
_KEPT_LISTS = 20


@dataclass(frozen=True)
class Step:
    """One site: what is to be built, its state, and the names of the inputs that make it so."""

    order: Order
    state: State
    why: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The steps in the order of the organisations; ``removed`` are published, and have no folder any more."""

    steps: tuple[Step, ...]
    removed: tuple[str, ...]
    shared: Inputs

    @property
    def orders(self) -> list[Order]:
        """What has to be built."""
        return [step.order for step in self.steps if step.state != "unchanged"]

    def lines(self) -> Iterator[str]:
        """The plan in words: how many of each, and for what reasons."""
        for state in ("new", "changed", "unchanged"):
            steps = [step for step in self.steps if step.state == state]
            if not steps:
                continue
            reasons = Counter(reason for step in steps for reason in step.why)
            said = [f"{count} for {reason}" if len(steps) > 1 else reason for reason, count in reasons.most_common(3)]
            more = f", {len(reasons) - len(said)} reasons more" if len(reasons) > len(said) else ""
            named = f" ({steps[0].order.id})" if len(steps) == 1 else ""
            yield f"{len(steps)} {state}{named}" + (f": {', '.join(said)}{more}" if said else "")
        for name in self.removed:
            yield f"removed: '{name}' is still published, and has no folder any more; take it away with --prune"


def plan(project: Project, outlet: Outlet, chosen: list[Path], shared: Inputs, *, force: bool, whole: bool) -> Plan:
    """The plan for these folders; ``whole`` when they are all that there are, so that others have been removed."""
    lists: dict[str, Inputs | None] = {}
    steps = tuple(_step(outlet, folder, shared, lists, force=force) for folder in chosen)
    there = {folder.name for folder in folders(project.organisations)} if whole else set()
    removed = tuple(name for name in published(outlet) if name not in there) if whole else ()
    return Plan(steps, removed, shared)


def _step(outlet: Outlet, folder: Path, shared: Inputs, lists: dict[str, Inputs | None], *, force: bool) -> Step:
    own = own_inputs(folder)
    order = Order(folder.name, folder, Origin(__version__, made_from_of(own, shared), own.nameless, shared.digest))
    try:
        before = origin_of(outlet, folder.name)
        shown = before is not None or current(outlet, folder.name) is not None
    except OSError:
        # What can not be looked at is for the build to report.
        before, shown = None, False
    if before is None:
        return Step(order, "changed", (NOT_WHOLE,)) if shown else Step(order, "new", ())
    if before.made_from == order.origin.made_from:
        return Step(order, "changed", (FORCED,)) if force else Step(order, "unchanged", ())
    why = [name.removeprefix(f"{folder.name}/") for name in own.changed_since(before.own)]
    if before.shared != shared.digest:
        if before.shared not in lists:
            lists[before.shared] = _list_of(outlet, before.shared)
        earlier = lists[before.shared]
        why += shared.changed_since(earlier.nameless) if earlier else [_SHARED]
    return Step(order, "changed", tuple(why))


def remember(outlet: Outlet, shared: Inputs) -> None:
    """Keeps the list of shared inputs, by its hash, so that a later plan can say which of them changed."""
    folder = _lists(outlet)
    # Without it a plan says less, which is no reason to stop.
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{shared.digest}.json"
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(dict(shared.hashes), indent=1), "utf-8")
        draft.replace(path)
        kept = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for old in kept[:-_KEPT_LISTS]:
            old.unlink()


def _list_of(outlet: Outlet, digest: str) -> Inputs | None:
    try:
        hashes = json.loads((_lists(outlet) / f"{digest}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    found = Inputs(hashes) if isinstance(hashes, dict) else None
    return found if found and found.digest == digest else None


def _lists(outlet: Outlet) -> Path:
    return outlet.state / "inputs"
