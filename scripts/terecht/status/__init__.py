"""How each client of a fleet is doing: facts and published sites go in, one frozen row a client comes out.

A client that can not be read has a row too, which says so; it never keeps the others from theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from terecht import publish
from terecht.findings import Finding, stopping
from terecht.inputs import Inputs, made_from_of, own_inputs, shared_inputs
from terecht.languages import LANGUAGES
from terecht.load import Client, load, load_organisation, shown_path
from terecht.load.content import Content
from terecht.load.page_templates import in_language
from terecht.load.replaced_pages import State
from terecht.project import Project
from terecht.publish import Outlet

#: ``taken``: something that terecht has not made lies where the site goes.
Published: TypeAlias = Literal["no", "up to date", "behind", "taken"]
_FIRST = next(iter(LANGUAGES))


@dataclass(frozen=True)
class Review:
    """When the facts were last checked, and when they are due again; dates as written."""

    date: str | None
    next: str | None
    overdue: bool


@dataclass(frozen=True)
class OwnPages:
    """An organisation's own pages, each language counted: those that it added, and those that replace a shared one."""

    added: int
    replaced: dict[State, int]


@dataclass(frozen=True)
class Row:
    """One client. What can not be known, because its file can not be used, is None.

    ``behind`` counts by language the shared pages that this client shows and whose translation lags or lacks.
    ``version`` is that of the terecht which built what readers see, ``release`` its number. ``trouble`` is why the
    client could not be looked at, a mistake of ours or of the system.
    """

    id: str
    name: str | None = None
    languages: tuple[str, ...] = ()
    review: Review | None = None
    errors: int = 0
    warnings: int = 0
    behind: dict[str, int] | None = None
    own_pages: OwnPages | None = None
    published: Published = "no"
    release: int | None = None
    version: str | None = None
    trouble: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The row as a JSON object."""
        return asdict(self)


def status(project: Project, content: Content, chosen: list[Path], outlet: Outlet) -> Iterator[Row]:
    """A row for each of the chosen clients, in their order. Nothing is written."""
    shared = shared_inputs(project.root)
    for folder in chosen:
        try:
            yield _row(folder, project, content, outlet, shared)
        except Exception as error:  # noqa: BLE001  whatever it is, it hides one client and not the others
            what = f"{type(error).__name__}: {error}"
            if isinstance(error, OSError):
                what = f"{error.filename or shown_path(folder)}: {error.strerror}"
            yield Row(folder.name, trouble=what)


def _row(folder: Path, project: Project, content: Content, outlet: Outlet, shared: Inputs) -> Row:
    client, findings = load(folder, content, project.today)
    organisation = client.organisation if client else load_organisation(folder, project.today)[0]
    published, release, version = _published(folder, outlet, shared)
    mistakes = len(stopping(findings))
    return Row(
        folder.name,
        organisation.name if organisation else None,
        organisation.languages if organisation else (),
        Review(organisation.review.date, organisation.review.next, _overdue(findings)) if organisation else None,
        mistakes,
        len(findings) - mistakes,
        _behind(client, content) if client else None,
        _own_pages(client, content) if client else None,
        published,
        release,
        version,
    )


def _overdue(findings: list[Finding]) -> bool:
    return any(finding.code == "W105" for finding in findings)


def _behind(client: Client, content: Content) -> dict[str, int]:
    """By language, the shared pages that this client shows in it and that are not translated, or not any more."""
    behind = {}
    for language in client.organisation.languages:
        shown = [name for name in content.pages if (language, name) not in client.own_pages]
        behind[language] = sum(not _is_current(content, language, name) for name in shown)
    return behind


def _is_current(content: Content, language: str, name: str) -> bool:
    template = content.templates.get((language, name))
    first = content.templates.get((_FIRST, name))
    if template is None:
        return in_language(content.templates, language, name) is None
    return language == _FIRST or first is None or template.source == first.version


def _own_pages(client: Client, content: Content) -> OwnPages:
    added = sum(name not in content.pages for _, name in client.own_pages)
    return OwnPages(added, dict(Counter(page.state for page in client.replaced)))


def _published(folder: Path, outlet: Outlet, shared: Inputs) -> tuple[Published, int | None, str | None]:
    release = publish.current(outlet, folder.name)
    if release is None:
        link = outlet.link(folder.name)
        return ("taken" if link.exists() else "no"), None, None
    manifest = release.manifest()
    origin = publish.origin_of(outlet, folder.name)
    current = origin is not None and origin.made_from == made_from_of(own_inputs(folder), shared)
    return ("up to date" if current else "behind"), release.number, manifest.origin.version if manifest else None
