"""Facts that grow old: the national helplines and the laws of ``docs/data/``, each with its source and its dates."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator

from terecht.findings import Finding
from terecht.load.organisation import Facts, Sector
from terecht.load.typed import read_file
from terecht.load.values import Date, Plain, Text, Url, YesNo, refuse
from terecht.load.yaml_tree import place


def _entry_id(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", value):
        raise refuse("T030", f"'{value}' is not an id", "use small letters, digits and '_'")
    return value


class Dated(Facts):
    """What all such facts share. What is not sure at all (U) has no place in a file that readers see."""

    id: Annotated[str, AfterValidator(_entry_id)]
    checked_on: Date
    check_again: Date
    confidence: Literal["H", "M", "L"]


class Helpline(Dated):
    """A national contact (DOMAIN 3). A number or hours not marked fit to publish is never shown."""

    name: Text
    what: Text
    phone: Plain | None = None
    phone_also: Plain | None = None
    phone_marked_fit: YesNo = "no"
    url: Url | None = None
    hours: Text | None = None
    hours_marked_fit: YesNo = "no"
    cost: Text | None = None
    sector: tuple[Sector, ...] = ()
    source_url: Url | None = None


class Law(Dated):
    """A law, a set of rules or a bill (DOMAIN 2): what it means for a reader, in our words, and where it stands."""

    kind: Literal["law", "rules", "bill"]
    name: Text
    article: Text | None = None
    says: Text
    url: Url
    old_copy: YesNo


Entry = TypeVar("Entry", bound=Dated)


class _File(Facts, Generic[Entry]):
    """A file of entries under one key."""

    entries: tuple[Entry, ...]


def load_helplines(path: Path, shown: str, today: dt.date) -> tuple[dict[str, Helpline], list[Finding]]:
    """The helplines by id. ``shown`` is the path that findings name; what is due for a check is a warning."""
    return _entries(_File[Helpline], path, shown, today)


def load_laws(path: Path, shown: str, today: dt.date) -> tuple[dict[str, Law], list[Finding]]:
    """The laws by id, as :func:`load_helplines`."""
    return _entries(_File[Law], path, shown, today)


def _entries(
    model: type[_File[Entry]], path: Path, shown: str, today: dt.date
) -> tuple[dict[str, Entry], list[Finding]]:
    read, findings = read_file(model, path, shown)
    if read is None:
        return {}, findings
    file, tree = read
    entries: dict[str, Entry] = {}
    for position, entry in enumerate(file.entries):
        if entry.id in entries:
            at = place(tree, ("entries", position, "id"))
            findings.append(Finding(shown, *at, "T040", f"the id '{entry.id}' stands here twice", "delete one"))
        if entry.check_again < today.isoformat():
            at = place(tree, ("entries", position, "check_again"))
            message = f"'{entry.id}' was due for a check on {entry.check_again}"
            findings.append(Finding(shown, *at, "W111", message, "open its source, and write the new dates"))
        entries[entry.id] = entry
    return entries, findings
