"""The stages in a row, for one organisation or a thousand: load, merge, render, stamp, audit, publish.

Preview, build and fleet are this one path. One bad organisation never stops the others.
"""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from terecht import __version__
from terecht.audit import audit
from terecht.compose import compose, parts_of
from terecht.findings import Finding, Refused, Unusable, did_you_mean, stopping
from terecht.flow.knowledge import Knowledge, load_flow
from terecht.inputs import engine_digest, made_from_of, shared_digest
from terecht.load import Client, folders, load, shown_path
from terecht.load.content import load_content
from terecht.merge import Frame, PageText, Passage, Shell, Site, Templates, merge, shell_of
from terecht.publish import Outlet, Release, give_up, is_up_to_date, settle, stage, switch
from terecht.render import Rendered, RenderedPage, RenderError, assets, not_found_text, render
from terecht.render.cache import Shelf
from terecht.templates.check import check

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
        try:
            made_from = made_from_of(folder, shared)
            if not force and is_up_to_date(outlet, folder.name, made_from):
                outcomes[folder.name] = Outcome(folder.name, "unchanged")
                continue
            client, findings = load(folder, content, project.today)
            if client is None:
                outcomes[folder.name] = Outcome(folder.name, "failed", tuple(findings))
                continue
            sites.append((merge(client, content, templates), made_from, tuple(findings)))
        except Exception as error:  # noqa: BLE001  whatever it is, it stops one site and not the others
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
        except Exception as error:  # noqa: BLE001
            outcomes[site.id] = Outcome(site.id, "failed", (*warnings, *_why(error, site.id, outlet)))
    if staged:
        settle()
    for release in staged:
        try:
            switch(outlet, release)
        except (Unusable, OSError) as error:
            name = release.organisation
            shown = give_up(outlet, release)
            outcomes[name] = Outcome(name, "failed", tuple(_why(error, name, outlet, shown=shown)))
    tell("done", len(chosen), len(chosen))
    return [outcomes[folder.name] for folder in chosen]


def finish(
    site: Site, rendered: Mapping[PageText, RenderedPage], shared_files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The finished files of a site, audited. Raises :class:`Refused` when they do not hold what we promise."""
    files = compose(site, rendered, shared_files)
    if faults := audit(parts_of(site, rendered), files, site.path):
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
    texts = list(dict.fromkeys(wanted))
    frames: dict[tuple[str, ...], list[Frame]] = {}
    for frame in dict.fromkeys(text.frame for text in texts):
        frames.setdefault(frame.languages, []).append(frame)
    passages = list(dict.fromkeys(passage for text in texts for passage in text.passages))
    rendered = Rendered({}, {})
    missing: list[tuple[Shell, list[Frame], list[Passage]]] = []
    for languages, around in frames.items():
        shell = shell_of(languages, content)
        # A passage is rendered in the first shell that has its language.
        inside = [one for one in passages if one not in rendered.passages and one.language in languages]
        passages = [one for one in passages if one.language not in languages]
        found = shelf.take(shell, around, inside)
        rendered = rendered.with_(found)
        rest = [one for one in around if one not in found.frames], [one for one in inside if one not in found.passages]
        if any(rest):
            missing.append((shell, *rest))
    if missing:
        for (shell, *_), made in zip(missing, _render_apart(project, missing, jobs), strict=True):
            shelf.put(shell, made)
            rendered = rendered.with_(made)
    return {text: rendered.page(text) for text in texts}


def _render_apart(
    project: Project, missing: list[tuple[Shell, list[Frame], list[Passage]]], jobs: int
) -> Iterator[Rendered]:
    # A process of its own for the engine: static-i18n changes mkdocs for as long as it runs.
    with ProcessPoolExecutor(min(jobs, len(missing)), mp_context=get_context("spawn")) as pool:
        try:
            yield from pool.map(render, [project.root] * len(missing), *zip(*missing, strict=True))
        except RenderError as error:
            lines = str(error).splitlines()
            raise Refused(
                Finding("docs", 1, 1, "T090", line, "look at what was changed last") for line in lines
            ) from error
        except BrokenProcessPool as error:
            help_ = "is there enough memory? build again with --jobs 1"
            raise Refused([Finding("docs", 1, 1, "T090", "the process that renders the pages died", help_)]) from error


def _texts(site: Site) -> list[PageText]:
    return [*dict.fromkeys(page.text for page in site.pages), not_found_text(site.shell)]


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
