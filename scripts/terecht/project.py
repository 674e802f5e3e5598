"""What every command starts from: where the project lies, our own content, and the organisations that are meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from terecht.findings import Finding, Refused, did_you_mean, stopping
from terecht.flow.knowledge import Knowledge, load_flow
from terecht.load import folders, shown_path
from terecht.load.content import load_content
from terecht.templates.check import check


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
