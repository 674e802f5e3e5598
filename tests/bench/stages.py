"""Where the time of a cold build goes, stage by stage, and how far that is from writing the same bytes.

PYTHONPATH=tests python tests/bench/stages.py ORGANISATIONS

All in one process, with the functions that ``terecht.workshop`` calls; a new way to build is a change of ``_stages``.
The floor is what nobody can do without: each file hashed for the manifest and written.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ours import Ours
from terecht import __version__
from terecht.audit import audit
from terecht.compose import compose, parts_of
from terecht.inputs import made_from_of, own_inputs, shared_inputs
from terecht.load import folders, load
from terecht.merge import merge
from terecht.project import Project, usable_content
from terecht.publish import Outlet, settle, stage, switch
from terecht.publish.manifest import Origin
from terecht.publish.store import Store
from terecht.texts import not_found_text
from terecht.workshop import Workshop


@dataclass
class Clock:
    """Seconds by stage, of which one runs at a time; ``files`` and ``size`` of all sites."""

    seconds: dict[str, float] = field(default_factory=dict)
    sites: int = 0
    files: int = 0
    size: int = 0

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Counts for a stage what is done inside."""
        before = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - before


def _stages(project: Project, outlet: Outlet, floor: Path) -> Clock:
    clock = Clock()
    with clock.on("start: our content"):
        shared = shared_inputs(project.root)
        shop = Workshop(project, usable_content(project), shared)
    clients, sites, staged = [], [], []
    for folder in folders(project.organisations):
        with clock.on("load"):
            made_from = made_from_of(own_inputs(folder), shared)
            clients.append((load(folder, shop.content, project.today)[0], Origin(__version__, made_from)))
    for client, origin in clients:
        if client is not None:
            with clock.on("merge"):
                sites.append((merge(client, shop.content, shop.templates), origin))
    with clock.on("render"):
        rendered = shop.press.rendered(
            text
            for site, _ in sites
            for text in (*(page.text for page in site.pages), not_found_text(site.shell.languages))
        )
    shop.press.close()
    store = Store(outlet.shared)
    for site, origin in sites:
        assets = shop.assets_of(site)
        with clock.on("compose"):
            files = compose(site, rendered)
        with clock.on("audit"):
            audit(parts_of(site, rendered), {**assets, **files}, site.path)
        with clock.on("publish"):
            staged.append(stage(outlet, site.id, origin, files, assets, store))
        with clock.on(_FLOOR):
            for path, data in files.items():
                hashlib.sha256(data).hexdigest()
                target = floor / site.id / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        clock.files += len(files)
        clock.size += sum(map(len, files.values()))
    with clock.on("publish"):
        settle()
        for release in staged:
            switch(outlet, release)
    clock.sites = len(sites)
    return clock


_FLOOR = "the floor: hash and write"


def main(organisations: Path) -> None:
    """Builds in a copy of the project, which is thrown away, and prints the table."""
    top = Path(tempfile.mkdtemp())
    try:
        ours = Ours.make(top, organisations, jobs=1)
        project = Project(ours.root, organisations, dt.datetime.now(tz=dt.UTC).date())
        clock = _stages(project, Outlet(ours.output), top / "floor")
    finally:
        shutil.rmtree(top)
    floor = clock.seconds.pop(_FLOOR)
    whole = sum(clock.seconds.values())
    shown = Table("stage", "ms a site", "of all", "of the floor", title=f"{clock.sites} sites, cold, one process")
    for name, seconds in [*clock.seconds.items(), ("all", whole), (_FLOOR, floor)]:
        each = f"{seconds / clock.sites * 1000:.1f}"
        shown.add_row(name, each, f"{seconds / whole:.0%}" if name != _FLOOR else "", f"{seconds / floor:.1f} x")
    console = Console()
    console.print(shown)
    console.print(f"{clock.files / clock.sites:.0f} files and {clock.size / clock.sites / 1024:.0f} KiB a site")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
