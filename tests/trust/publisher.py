"""The command ``terecht``, started once and forked for each call: real from staging on, with sites of three files.

Reads one call a line, as JSON. Answers with the process that waits right before it publishes, or with how it ended.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from terecht import cli, fleet, publish, workshop
from terecht.findings import Finding
from terecht.flow.knowledge import Knowledge
from terecht.inputs import Inputs
from terecht.load import Client
from terecht.merge import Site, shell_of
from terecht.merge.templates import Templates
from terecht.project import Project, usable_content
from terecht.publish import Outlet, Release
from terecht.publish.manifest import Origin
from terecht.render import RenderedPage
from terecht.render.press import Press
from terecht.texts import PageText

ROOT = Path(__file__).parent.parent.parent


def three_files(name: str) -> dict[str, bytes]:
    """The site of an organisation of this name: each file differs from one name to the next."""
    return {
        "index.html": f'<link rel="stylesheet" href="assets/brand.css"><p>{name}</p>'.encode() * 40,
        "wie/index.html": f'<link rel="stylesheet" href="../assets/brand.css"><h1>{name}</h1>'.encode(),
        "assets/brand.css": f"p::after {{ content: '{name}' }}".encode(),
    }


def replace_what_comes_before(content: Knowledge) -> None:
    """Reading is real; merging gives three finished files, and nothing is left to render or to audit."""
    shell = shell_of(("nl",), content)

    def merge(client: Client, _content: Knowledge, _templates: Templates) -> Site:
        name = client.organisation.name
        return Site(client.id, shell, (), {}, three_files(str(name)), "/", None)

    def finish(site: Site, _rendered: object, _shared: object) -> Mapping[str, bytes]:
        os.kill(os.getpid(), signal.SIGSTOP)
        return site.files

    class NoPress(Press):
        def begin(self, texts: Iterable[PageText]) -> None:
            del self, texts

        def rendered(self, texts: Iterable[PageText]) -> Mapping[PageText, RenderedPage]:
            del self, texts
            return {}

    replaced: dict[str, Any] = {
        "merge": merge,
        "finish": finish,
        "Press": NoPress,
        "assets": lambda *_: {},
        # It waits for the disks of the whole machine, and changes nothing as long as that has power.
        "settle": lambda: None,
    }
    for name, replacement in replaced.items():
        setattr(workshop, name, replacement)
    vars(fleet).update(usable_content=lambda _: content, shared_inputs=lambda _: Inputs({}), remember=lambda *_: None)


def _straight(outlet: Outlet, organisation: str, _origin: Origin, files: Mapping[str, bytes], *_: Any) -> Release:
    """Writes what readers see, file by file."""
    for path, data in files.items():
        file = outlet.link(organisation) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return Release(organisation, outlet.releases(organisation) / "000001")


def plant_straight() -> None:
    """Publishes into the folder that is served."""
    vars(workshop).update(stage=_straight, switch=lambda *_: None)


def plant_swallowing() -> None:
    """Goes on when a file can not be written."""
    write = vars(publish)["_write"]

    def swallowing(path: Path, data: bytes) -> None:
        with contextlib.suppress(OSError):
            write(path, data)

    vars(publish)["_write"] = swallowing


def plant_old_first() -> None:
    """Takes the old site away, and then puts the new one there."""

    def point(outlet: Outlet, release: Release) -> None:
        link = outlet.link(release.organisation)
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(release.site, link.parent))

    vars(publish)["_point"] = point


def plant_traceback() -> None:
    """Lets an error of the disk through to the user, where nothing is caught any more."""

    def why(error: Exception, *_: Any, **__: Any) -> list[Finding]:
        raise RuntimeError("why") from error

    vars(workshop)["_why"] = why


def plant_leaving_drafts() -> None:
    """Does not clean up after itself, and never sweeps."""
    vars(publish)["_sweep"] = lambda *_: None
    vars(shutil)["rmtree"] = lambda *_, **__: None


FAULTS: dict[str, Callable[[], None]] = {
    "": lambda: None,
    "straight": plant_straight,
    "swallowing": plant_swallowing,
    "old first": plant_old_first,
    "traceback": plant_traceback,
    "leaving drafts": plant_leaving_drafts,
}


def call(asked: dict[str, Any]) -> None:
    """Becomes ``terecht`` with these arguments, its words in two files."""
    for descriptor, key in ((1, "out"), (2, "err")):
        handle = os.open(asked[key], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, descriptor)
        os.close(handle)
    FAULTS[asked["fault"]]()
    cli.main(asked["arguments"])


def answer(what: dict[str, int]) -> None:
    """One line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def serve() -> None:
    """One call after another, until there are no more."""
    replace_what_comes_before(usable_content(Project(ROOT, ROOT, dt.date(2026, 11, 23))))
    for line in sys.stdin:
        process = os.fork()
        if not process:
            call(json.loads(line))
        _, status = os.waitpid(process, os.WUNTRACED)
        while os.WIFSTOPPED(status):
            answer({"waits": process})
            _, status = os.waitpid(process, os.WUNTRACED)
        answer({"ended": os.waitstatus_to_exitcode(status)})


if __name__ == "__main__":
    serve()
