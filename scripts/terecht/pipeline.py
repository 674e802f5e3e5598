"""The stages in a row, for one organisation or a thousand: load, merge, render, stamp, audit, publish.

Preview, build and fleet are this one path. One bad organisation never stops the others.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import jinja2

from terecht import __version__
from terecht.audit import audit, audit_rendered
from terecht.compose import compose
from terecht.findings import Finding, Refused, Unusable, did_you_mean, stopping
from terecht.flow.knowledge import Knowledge, load_flow
from terecht.inputs import engine_digest, made_from_of, shared_digest
from terecht.load import Client, folders, load, shown_path
from terecht.load.content import load_content
from terecht.merge import PageText, Shell, Site, Templates, merge, shell_of
from terecht.publish import Outlet, Release, is_up_to_date, settle, stage, switch
from terecht.render import RenderedPage, RenderError, assets, not_found_text, render
from terecht.render.cache import Shelf
from terecht.stamp import UnfilledSlotError
from terecht.templates.check import check

#: What a mistake in a template of ours can end in. It stops one site, not the others.
OURS = (jinja2.TemplateError, UnfilledSlotError)


@dataclass(frozen=True)
class Project:
    """Where everything lies. ``today`` decides what is overdue, and nothing on any page."""

    root: Path
    organisations: Path
    today: dt.date

    @property
    def shelf(self) -> Path:
        """Where rendered pages are kept between builds."""
        return self.root / ".terecht" / "rendered"


@dataclass(frozen=True)
class Outcome:
    """What became of one organisation: ``built``, ``unchanged`` or ``failed``."""

    id: str
    result: str
    findings: tuple[Finding, ...] = ()


def read_content(project: Project) -> tuple[Knowledge | None, list[Finding]]:
    """Our own content, its templates checked against the model."""
    relative = shown_path(project.root)
    prefix = "" if relative == "." else f"{relative}/"
    content, findings = load_content(project.root, prefix, project.today)
    if content is not None:
        for template in content.templates.values():
            findings += check(template.text, template.path, template.first_line, content.fragments())
        flow, wrong = load_flow(project.root, prefix, content)
        findings += wrong
        if flow is not None and not stopping(findings):
            return Knowledge(**vars(content), flow=flow), sorted(findings)
    return None, sorted(findings)


def usable_content(project: Project) -> Knowledge:
    """As :func:`read_content`, for work that can not go on without. Raises :class:`Refused`."""
    content, findings = read_content(project)
    if content is None:
        raise Refused(stopping(findings))
    return content


def choose(project: Project, ids: Iterable[str]) -> list[Path]:
    """The folders of the organisations that are meant: those named, or all. Raises :class:`Refused`."""
    if not project.organisations.is_dir():
        shown = shown_path(project.organisations)
        raise Refused([Finding(shown, 1, 1, "T046", "there is no such folder", "name it with --organisations")])
    known = {folder.name: folder for folder in folders(project.organisations)}
    chosen = list(dict.fromkeys(ids))
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise Refused(
            Finding(
                shown_path(project.organisations),
                1,
                1,
                "T046",
                f"there is no organisation '{name}'",
                did_you_mean(name, known),
            )
            for name in unknown
        )
    return [known[name] for name in chosen] if chosen else list(known.values())


def preview(
    client: Client,
    content: Knowledge,
    project: Project,
    templates: Templates,
    kept: dict[PageText, RenderedPage],
) -> dict[str, bytes]:
    """One organisation's site in memory; ``kept`` remembers rendered pages from one time to the next."""
    site = merge(client, content, templates)
    missing = [text for text in _texts(site) if text not in kept]
    if missing:
        kept.update(render_all(project, content, missing, jobs=1))
    return finish(site, kept, assets(project.root, site.shell))


def build(
    project: Project,
    content: Knowledge,
    chosen: list[Path],
    outlet: Outlet,
    *,
    jobs: int,
    force: bool,
    tell: Callable[[str, int, int], None],
) -> list[Outcome]:
    """Builds and publishes the chosen organisations. ``tell(what, done, all)`` hears how far it is.

    Every site is finished before the first is switched, so that one sync serves the batch.
    """
    outcomes: dict[str, Outcome] = {}
    sites: list[tuple[Site, str, tuple[Finding, ...]]] = []
    shared = shared_digest(project.root)
    templates = Templates(project.root / "overrides")
    for done, folder in enumerate(chosen):
        tell("reading", done, len(chosen))
        made_from = made_from_of(folder, shared)
        if not force and is_up_to_date(outlet, folder.name, made_from):
            outcomes[folder.name] = Outcome(folder.name, "unchanged")
            continue
        client, findings = load(folder, content, project.today)
        if client is None:
            outcomes[folder.name] = Outcome(folder.name, "failed", tuple(findings))
            continue
        try:
            sites.append((merge(client, content, templates), made_from, tuple(findings)))
        except OURS as error:
            outcomes[folder.name] = Outcome(folder.name, "failed", tuple(_why(error, folder.name, outlet)))
    tell("rendering", 0, len(sites))
    wanted = [text for site, _, _ in sites for text in _texts(site)]
    rendered = render_all(project, content, wanted, jobs)
    shells = {site.shell.languages: site.shell for site, _, _ in sites}
    shared_files = {languages: assets(project.root, shell) for languages, shell in shells.items()}
    staged: list[Release] = []
    for done, (site, made_from, warnings) in enumerate(sites):
        tell("writing", done, len(sites))
        try:
            files = finish(site, rendered, shared_files[site.shell.languages])
            staged.append(stage(outlet, site.id, __version__, made_from, files))
            outcomes[site.id] = Outcome(site.id, "built", warnings)
        except (Refused, Unusable, OSError, *OURS) as error:
            outcomes[site.id] = Outcome(site.id, "failed", (*warnings, *_why(error, site.id, outlet)))
    if staged:
        settle()
    for release in staged:
        try:
            switch(outlet, release)
        except (Unusable, OSError) as error:
            shutil.rmtree(release.folder, ignore_errors=True)
            name = release.organisation
            outcomes[name] = Outcome(name, "failed", tuple(_why(error, name, outlet)))
    tell("done", len(chosen), len(chosen))
    return [outcomes[folder.name] for folder in chosen]


def finish(
    site: Site, rendered: Mapping[PageText, RenderedPage], shared_files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The finished files of a site, audited. Raises :class:`Refused` when they do not hold what we promise."""
    faults = [
        f"{page.language}/{page.name}: {fault}"
        for page in site.pages
        for fault in audit_rendered(rendered[page.text].html, page.values)
    ]
    if not faults:
        files = compose(site, rendered, shared_files)
        faults = audit(files, site.path)
    if faults:
        raise Refused(
            Finding(f"{site.id}/{path}", 1, 1, "T090", fault, "this is a mistake of ours; please report it")
            for path, _, fault in (line.partition(": ") for line in faults)
        )
    return files


def render_all(
    project: Project, content: Knowledge, wanted: Iterable[PageText], jobs: int
) -> dict[PageText, RenderedPage]:
    """Every text in its shell, from the shelf or rendered: one process a shell, at most ``jobs`` at once.

    Raises :class:`Refused` with what the engine complains about.
    """
    shelf = Shelf(project.shelf, engine_digest(project.root))
    rendered: dict[PageText, RenderedPage] = {}
    missing: list[tuple[Shell, list[PageText]]] = []
    by_languages: dict[tuple[str, ...], list[PageText]] = {}
    for text in dict.fromkeys(wanted):
        by_languages.setdefault(text.languages, []).append(text)
    for languages, texts in by_languages.items():
        shell = shell_of(languages, content)
        found = shelf.take(shell, texts)
        rendered |= found
        rest = [text for text in texts if text not in found]
        if rest:
            missing.append((shell, rest))
    if not missing:
        return rendered
    # A process of its own for the engine: static-i18n changes mkdocs for as long as it runs.
    with ProcessPoolExecutor(min(jobs, len(missing)), mp_context=get_context("spawn")) as pool:
        made = pool.map(render, [project.root] * len(missing), *zip(*missing, strict=True))
        try:
            for (shell, _), pages in zip(missing, made, strict=True):
                shelf.put(shell, pages)
                rendered |= pages
        except RenderError as error:
            lines = str(error).splitlines()
            raise Refused(
                Finding("docs", 1, 1, "T090", line, "look at what was changed last") for line in lines
            ) from error
    return rendered


def _texts(site: Site) -> list[PageText]:
    return [*dict.fromkeys(page.text for page in site.pages), not_found_text(site.shell)]


def _why(error: Exception, organisation: str, outlet: Outlet) -> list[Finding]:
    if isinstance(error, Refused):
        return list(error.findings)
    where = shown_path(outlet.link(organisation))
    if isinstance(error, OURS):
        help_ = "this is a mistake in our templates; please report it"
        return [Finding(organisation, 1, 1, "T090", f"{type(error).__name__}: {error}", help_)]
    if isinstance(error, Unusable):
        return [Finding(where, 1, 1, "T091", error.message, error.help)]
    reason = getattr(error, "strerror", None) or str(error)
    help_ = "the site that was there is still there; is the disk full, or the folder read-only?"
    return [Finding(where, 1, 1, "T091", f"the site can not be written: {reason}", help_)]
