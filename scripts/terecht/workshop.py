"""Load, merge, render, stamp, audit and publish, one organisation after another, with tools that are made once.

A workshop belongs to one process: templates stay compiled, rendered passages stay at hand, the engine stays awake. One
bad organisation never stops the others.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from terecht.assets import named
from terecht.audit import audit
from terecht.compose import compose, parts_of
from terecht.findings import Finding, Refused, Unusable
from terecht.flow.knowledge import Knowledge
from terecht.inputs import Inputs, engine_digest
from terecht.load import Client, load, shown_path
from terecht.merge import Site, common_texts, merge, shell_of
from terecht.merge.templates import Templates
from terecht.project import Outcome, Project
from terecht.publish import Outlet, Release, give_up, settle, stage, switch
from terecht.publish.manifest import Origin
from terecht.publish.store import Store
from terecht.render import RenderedPage, assets
from terecht.render.cache import Shelf
from terecht.render.press import Press
from terecht.texts import PageText, not_found_text

#: What to do about what the operating system says.
_WAYS_OUT = {
    errno.ENOSPC: "make room on the disk, and build again",
    errno.EDQUOT: "make room on the disk, and build again",
    errno.EROFS: "the disk is read-only; name another folder with --output",
    errno.EACCES: "get leave to write there, or name another folder with --output",
    errno.EPERM: "get leave to write there, or name another folder with --output",
    errno.EXDEV: "the folder and the one beside it that ends in .terecht have to be on one disk",
    errno.EIO: "the disk may be broken; look at the log of the system",
}


@dataclass(frozen=True)
class Order:
    """A site that is to be built: whose, from which folder, and what that makes it from."""

    id: str
    folder: Path
    origin: Origin


class Workshop:
    """The tools of one process, for one state of what all organisations share."""

    def __init__(self, project: Project, content: Knowledge, shared: Inputs) -> None:
        self.project = project
        self.content = content
        self.shared = shared
        self.templates = Templates(project.root / "overrides")
        shelf = Shelf(project.shelf, engine_digest(shared))
        self.press = Press(project.root, shelf, lambda languages: shell_of(languages, content))
        self._assets: dict[tuple[str, ...], Mapping[str, bytes]] = {}
        self._begun: set[tuple[str, ...]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.press.close()

    def renewed(self, content: Knowledge, shared: Inputs) -> Workshop:
        """A workshop for what is shared now, with what is rendered and awake here as far as that still holds."""
        workshop = Workshop(self.project, content, shared)
        if self.press.fits(workshop.press):
            self.press.shell_of = workshop.press.shell_of
            workshop.press = self.press
        else:
            self.press.close()
        return workshop

    def preview(self, client: Client) -> dict[str, bytes]:
        """One organisation's site in memory. Raises :class:`Refused`."""
        site = self._merged(client)
        shared = self.assets_of(site)
        return {**shared, **finish(site, self.press.rendered(_texts(site)), shared)}

    def build(self, outlet: Outlet, orders: Sequence[Order]) -> list[Outcome]:
        """Builds and publishes these sites; what became of each, in this order.

        Raises :class:`Refused` when our own content can not be rendered, so that nothing can be built.
        """
        outcomes: dict[str, Outcome] = {}
        merged: list[tuple[Site, Order, tuple[Finding, ...]]] = []
        for order in orders:
            try:
                client, findings = load(order.folder, self.content, self.project.today)
                if client is None:
                    outcomes[order.id] = Outcome(order.id, "failed", tuple(findings))
                    continue
                merged.append((self._merged(client), order, tuple(findings)))
            except Exception as error:  # noqa: BLE001  whatever it is, it stops one site and not the others
                outcomes[order.id] = Outcome(order.id, "failed", tuple(_why(error, order.id, outlet)))
        rendered = self.press.rendered(text for site, _, _ in merged for text in _texts(site))
        store, staged = Store(outlet.shared), []
        for site, order, warnings in merged:
            try:
                shared = self.assets_of(site)
                files = finish(site, rendered, shared)
                staged.append(stage(outlet, site.id, order.origin, files, shared, store))
                outcomes[site.id] = Outcome(site.id, "built", warnings)
            except Exception as error:  # noqa: BLE001
                outcomes[site.id] = Outcome(site.id, "failed", (*warnings, *_why(error, site.id, outlet)))
        for name, findings_ in _shown(outlet, staged):
            outcomes[name] = Outcome(name, "failed", findings_)
        return [outcomes[order.id] for order in orders]

    def _merged(self, client: Client) -> Site:
        """The site before rendering; what all sites in its languages have is rendered meanwhile."""
        languages = client.organisation.languages
        if languages not in self._begun:
            self._begun.add(languages)
            self.press.begin(common_texts(languages, self.content, self.templates))
        return merge(client, self.content, self.templates)

    def assets_of(self, site: Site) -> Mapping[str, bytes]:
        """The files that a site shares with all others in its languages."""
        languages = site.shell.languages
        if languages not in self._assets:
            plain = assets(self.project.root, languages)
            self._assets[languages] = {named(path, data): data for path, data in plain.items()}
        return self._assets[languages]


def finish(
    site: Site, rendered: Mapping[PageText, RenderedPage], shared_files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The finished files of a site, without those that it shares, all of them audited.

    Raises :class:`Refused` when they do not hold what we promise.
    """
    files = compose(site, rendered)
    if faults := audit(parts_of(site, rendered), {**shared_files, **files}, site.path):
        raise Refused(
            Finding(f"{site.id}/{path}", 1, 1, "T090", fault, "this is a mistake of ours; please report it")
            for path, _, fault in (line.partition(": ") for line in faults)
        )
    return files


def _texts(site: Site) -> list[PageText]:
    return [*dict.fromkeys(page.text for page in site.pages), not_found_text(site.shell.languages)]


def _shown(outlet: Outlet, staged: list[Release]) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Shows what is ready to readers; the findings of each that could not be."""
    if staged:
        settle()
    for release in staged:
        try:
            switch(outlet, release)
        except (Unusable, OSError) as error:
            name = release.organisation
            yield name, tuple(_why(error, name, outlet, shown=give_up(outlet, release)))


def _why(error: Exception, organisation: str, outlet: Outlet, *, shown: bool = False) -> list[Finding]:
    """The findings of an error; ``shown`` when readers see the new site nevertheless."""
    if isinstance(error, Refused):
        return list(error.findings)
    where = shown_path(outlet.link(organisation))
    if isinstance(error, Unusable):
        return [Finding(where, 1, 1, "T091", error.message, error.help)]
    if isinstance(error, OSError):
        return [Finding(where, 1, 1, "T091", *_words(error, shown=shown))]
    help_ = "this is a mistake of ours; please report it"
    return [Finding(organisation, 1, 1, "T090", f"{type(error).__name__}: {error}", help_)]


def _words(error: OSError, *, shown: bool) -> tuple[str, str]:
    """What the operating system says about which file, what readers see now, and the way out."""
    reason = error.strerror or str(error)
    place = f": {shown_path(Path(error.filename))}" if isinstance(error.filename, str) else ""
    way_out = _WAYS_OUT.get(error.errno or 0, "can the folder be written?")
    if shown:
        message = f"the new site is there, but what is old can not be cleared away: {reason}{place}"
        return message, f"{way_out}; the next change tries again"
    return f"the site can not be written: {reason}{place}", f"the site that was there is still there; {way_out}"
