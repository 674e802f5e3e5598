"""The first stage: an organisation's folder goes in, frozen facts come out, or findings.

Nothing behind this stage reads what a person wrote; nothing in this stage knows how it will look.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from terecht.addresses import OWN_FOLDER, page_address
from terecht.findings import Finding, stopping
from terecht.load import files, own_pages, pictures, replaced_pages
from terecht.load.checks import Location, Report, check
from terecht.load.colours import check_colours, lost_colours
from terecht.load.content import Content
from terecht.load.organisation import Organisation
from terecht.load.own_pages import OwnPage
from terecht.load.pictures import Pictures
from terecht.load.replaced_pages import Replaced
from terecht.load.typed import read_model
from terecht.load.yaml_tree import MAX_BYTES, parse, place
from terecht.slots import ROOT

FILE = "organisation.yml"
#: Bytes that are read of it at all; what is too large for YAML has a finding of its own.
_MOST_READ = 64 * MAX_BYTES
Read = TypeVar("Read")


@dataclass(frozen=True)
class Client:
    """An organisation with what lies beside its file: its pictures, cleaned, and its own pages, made harmless.

    ``id`` is the name of its folder, and of its site. ``replaced`` tells of the own pages that take the place of a
    shared one whether that has changed; no site depends on it.
    """

    id: str
    organisation: Organisation
    pictures: Pictures
    own_pages: Mapping[tuple[str, str], OwnPage]
    replaced: tuple[Replaced, ...]


def shown_path(path: Path) -> str:
    """A path as the user would type it here: relative where it is below the current folder."""
    relative = os.path.relpath(path)
    return str(path.absolute()) if relative.startswith("..") else Path(relative).as_posix()


@dataclass(frozen=True)
class _Facts:
    """What stands in the file alone, and how to report about it."""

    organisation: Organisation
    report: Report


def load(folder: Path, content: Content, today: dt.date) -> tuple[Client | None, list[Finding]]:
    """The organisation in a folder, and everything there is to say about it, sorted.

    There is no client when a finding stops it. ``today`` decides only what is overdue, never what a page shows.
    """

    def read() -> tuple[Client | None, list[Finding]]:
        facts, findings = _facts(folder, today)
        if facts is None:
            return None, findings
        organisation, report = facts.organisation, facts.report
        findings += check_colours(organisation.brand, report)
        cleaned, wrong = pictures.pictures(organisation, folder, shown_path(folder), report)
        findings += wrong
        own, wrong = _own_pages(folder / "docs", organisation, content)
        findings += wrong
        by_place = MappingProxyType({(page.language, page.name): page for page in own})
        where = own_pages.places(folder / "docs")
        beside = shown_path(folder / FILE).removesuffix(FILE)
        replaced, wrong = replaced_pages.read(folder, beside, organisation.languages, where, content)
        findings += wrong
        return Client(folder.name, organisation, cleaned, by_place, replaced), findings

    return _whole(folder, read)


def load_organisation(folder: Path, today: dt.date) -> tuple[Organisation | None, list[Finding]]:
    """As :func:`load`, of the file alone: for those who do not ask how a site looks."""

    def read() -> tuple[Organisation | None, list[Finding]]:
        facts, findings = _facts(folder, today)
        return (None if facts is None else facts.organisation), findings

    return _whole(folder, read)


def _whole(folder: Path, read: Callable[[], tuple[Read | None, list[Finding]]]) -> tuple[Read | None, list[Finding]]:
    """What was read when nothing stops it, and the findings, sorted; a mistake of ours is one of them."""
    try:
        made, findings = read()
    except Exception as error:  # noqa: BLE001  one organisation never stops the others, whatever is wrong with it
        what = f"reading this ended in {type(error).__name__}: {error}"
        return None, [Finding(shown_path(folder), 1, 1, "T090", what, "this is a mistake of ours; please report it")]
    findings.sort()
    return (None if stopping(findings) else made), findings


def _facts(folder: Path, today: dt.date) -> tuple[_Facts | None, list[Finding]]:
    shown = shown_path(folder / FILE)
    if not own_pages.is_name(folder.name):
        help_ = "its name is part of an address: use small letters, digits and '-'"
        return None, [
            Finding(shown, 1, 1, "T030", f"'{folder.name}' can not be the name of an organisation's folder", help_)
        ]
    if folder.is_symlink():
        return None, [
            Finding(shown, 1, 1, "T052", f"'{folder.name}' is a link to a folder", "put the folder itself here")
        ]
    data, problem = files.read_beside(folder, FILE, _MOST_READ, too_large="T002")
    if data is None:
        return None, [Finding(shown, 1, 1, *problem)] if problem else []
    tree, findings = parse(data, shown)
    if tree is None:
        return None, findings
    organisation, wrong = read_model(Organisation, tree, shown)
    findings += [*lost_colours(tree, shown), *wrong]
    if organisation is None:
        return None, findings

    def report(location: Location, code: str, message: str, help_: str) -> Finding:
        return Finding(shown, *place(tree, location), code, message, help_)

    findings += check(organisation, today, report)
    return _Facts(organisation, report), findings


def _own_pages(folder: Path, organisation: Organisation, content: Content) -> tuple[list[OwnPage], list[Finding]]:
    added = own_pages.names(folder)

    def link(language: str, name: str, anchor: str) -> str | None:
        if name not in content.pages and name not in added:
            return None
        if anchor and name not in added and anchor not in content.anchors(language, name):
            return None
        address = page_address(organisation.languages, language, own_name(content, name))
        return f"{ROOT}/{address}" + (f"#{anchor}" if anchor else "")

    known = (*content.pages, *sorted(added))
    own, findings = own_pages.read(folder, shown_path(folder), organisation.languages, known, link)
    there = {(page.name, page.language) for page in own}
    for name in sorted({name for name, _ in there}):
        for language in organisation.languages:
            if (name, language) not in there:
                here = f"{shown_path(folder)}/{language}/{name}.md"
                help_ = "readers of this language see another page"
                findings.append(Finding(here, 1, 1, "W112", "this own page is not translated", help_))
    return own, findings


def own_name(content: Content, name: str) -> str:
    """Where a page of this name lives: a page that replaces a shared one takes its place."""
    return name if name in content.pages else f"{OWN_FOLDER}/{name}"


def folders(organisations: Path) -> list[Path]:
    """The folders of all organisations, by name. Hidden ones are left out."""
    return sorted(path for path in organisations.iterdir() if path.is_dir() and not path.name.startswith("."))
