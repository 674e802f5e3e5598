"""Own pages that replace a shared one: a record of each that was accepted, and whether the shared page changed since.

``organisations/<id>/replaces/<language>/<page>.md`` holds the day and the reason in its front matter, and behind it the
whole text of the shared page as it was when somebody compared. Such a record decides nothing on a site, so whatever is
wrong with one is a warning: bookkeeping never holds up a number that has to change.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal, TypeAlias

from terecht.findings import Finding
from terecht.load.content import Content
from terecht.load.files import below, read_inside
from terecht.load.page_templates import PageTemplate
from terecht.load.yaml_tree import MAX_BYTES, Scalar, decode, parse_text

#: The folder of the records, beside ``organisation.yml``.
RECORDS: Final = "replaces"
#: Characters of a reason: a sentence or two.
MAX_REASON: Final = 500
#: Of the path of a record: its language and its name.
_PARTS = 2
_KEYS = ("accepted", "reason", "title")
_WAY_OUT = "move it away, compare the pages, and accept again"

#: ``fresh``: compared with the shared page as it is now. ``behind``: that has changed since. ``orphan``: a record is
#: left, and the shared page or the own page is gone.
State: TypeAlias = Literal["fresh", "behind", "never compared", "orphan"]


@dataclass(frozen=True)
class Record:
    """That somebody compared an own page with a shared one: when, why it can stay, and what the shared page said.

    ``accepted`` is a date as YYYY-MM-DD; ``title`` and ``text`` are those of the shared page on that day.
    """

    accepted: str
    reason: str
    title: str
    text: str

    def to_markdown(self) -> str:
        """The record as it is written."""
        quoted = (json.dumps(text, ensure_ascii=False) for text in (self.reason, self.title))
        return "---\naccepted: {}\nreason: {}\ntitle: {}\n---\n{}".format(self.accepted, *quoted, self.text)


@dataclass(frozen=True)
class Replaced:
    """One page in one language that an organisation replaces, and the last record of it, if there is one."""

    language: str
    name: str
    state: State
    record: Record | None = None


def read(
    folder: Path, shown: str, languages: tuple[str, ...], own: Collection[tuple[str, str]], content: Content
) -> tuple[tuple[Replaced, ...], list[Finding]]:
    """Every replaced page of the organisation in ``folder``, by language and name, and warnings about them.

    ``shown`` comes before the paths that findings name ('' or ending in a slash), ``languages`` are those of the site,
    and ``own`` says where its own pages stand, by language and name.
    """
    records, unusable, findings = _records(folder / RECORDS, f"{shown}{RECORDS}")
    replacing = {(language, name) for language, name in own if name in content.pages and language in languages}
    replaced = []
    for language, name in sorted(replacing | records.keys() | unusable):
        record = records.get((language, name))
        if (language, name) not in replacing:
            if record:
                replaced.append(Replaced(language, name, "orphan", record))
                here = f"{shown}{RECORDS}/{language}/{name}.md"
                findings.append(_orphan(here, language, name, own, content))
            continue
        here = f"{shown}docs/{language}/{name}.md"
        template = content.template(language, name)
        command = f"'terecht accept {folder.name} {name} --language {language}'"
        if record is None:
            replaced.append(Replaced(language, name, "never compared"))
            if (language, name) not in unusable:
                message = f"this page takes the place of the shared page {template.path}, and nobody has compared them"
                findings.append(Finding(here, 1, 1, "W115", message, f"read both, then run {command} with --reason"))
        elif same_text(record, template):
            replaced.append(Replaced(language, name, "fresh", record))
        else:
            replaced.append(Replaced(language, name, "behind", record))
            message = f"the shared page {template.path}, which this page replaces, has changed since {record.accepted}"
            help_ = f"{command} shows what changed; mend this page, then run it with --reason"
            findings.append(Finding(here, 1, 1, "W116", message, help_))
    return tuple(replaced), findings


def same_text(record: Record, template: PageTemplate) -> bool:
    """Whether the shared page still says what it said; how lines end does not count."""
    return (record.title, _lines(record.text)) == (template.title, _lines(template.text))


def read_record(data: bytes, shown: str) -> tuple[Record | None, list[Finding]]:
    """The record in the bytes of a file, or what is wrong with it. ``shown`` is the path that findings name."""
    text, wrong = decode(data, shown)
    if wrong:
        return None, _as_warnings(wrong)
    lines = text.splitlines(keepends=True)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if not lines or lines[0].rstrip() != "---" or end is None:
        return None, [_unusable(shown, 1, "it does not start with '---', 'accepted: …', 'reason: …'")]
    tree, wrong = parse_text("".join(lines[1:end]), shown, first_line=2)
    if tree is None or wrong:
        return None, _as_warnings(wrong)
    values = {key: " ".join(node.value.split()) for key, node in tree.entries.items() if isinstance(node, Scalar)}
    if sorted(values) != sorted(_KEYS) or len(values) != len(tree.entries) or not all(values.values()):
        return None, [_unusable(shown, 2, "its front matter is 'accepted: …', 'reason: …' and 'title: …'")]
    if not _is_day(values["accepted"]):
        return None, [_unusable(shown, tree.keys["accepted"].line, f"'{values['accepted']}' is not a day")]
    accepted, reason, title = (values[key] for key in _KEYS)
    return Record(accepted, reason, title, "".join(lines[end + 1 :])), []


def _records(folder: Path, shown: str) -> tuple[dict[tuple[str, str], Record], set[tuple[str, str]], list[Finding]]:
    """The records by language and name, where those stand that can not be used, and why not."""
    records: dict[tuple[str, str], Record] = {}
    unusable: set[tuple[str, str]] = set()
    findings: list[Finding] = []

    def unreadable(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            links = error.errno in {errno.ENOTDIR, errno.ELOOP, errno.EMLINK}
            why = "it is not a folder, or a link to one" if links else (error.strerror or "unknown reason").lower()
            findings.append(Finding(shown, 1, 1, "W118", f"records can not be read here: {why}", "put a folder here"))

    for path, inside in below(folder, unreadable):
        here = f"{shown}/{path}"
        if misplaced := _misplaced(path):
            findings.append(_unusable(here, 1, misplaced))
            continue
        data, problem = read_inside(inside, path.name, MAX_BYTES, too_large="T002")
        if data is None:
            record, wrong = None, [_unusable(here, 1, problem[1])] if problem else []
        else:
            record, wrong = read_record(data, here)
        findings += wrong
        if record:
            records[path.parts[0], path.stem] = record
        else:
            unusable.add((path.parts[0], path.stem))
    return records, unusable, findings


def _misplaced(path: PurePosixPath) -> str | None:
    if len(path.parts) == _PARTS and path.suffix == ".md":
        return None
    return f"records are {RECORDS}/<language>/<page>.md"


def _orphan(here: str, language: str, name: str, own: Collection[tuple[str, str]], content: Content) -> Finding:
    if name not in content.pages:
        message = f"there is no shared page '{name}' any more"
        where = f"docs/{language}/{name}.md"
        help_ = f"{where} is an additional page now: keep or delete it, and delete this record"
        help_ = help_ if (language, name) in own else "delete this record"
    else:
        message = f"there is no docs/{language}/{name}.md of this site, so readers see the shared page"
        help_ = "delete this record, or put that page back"
    return Finding(here, 1, 1, "W117", message, help_)


def _unusable(here: str, line: int, why: str) -> Finding:
    return Finding(here, line, 1, "W118", f"this record can not be used: {why}", _WAY_OUT)


def _as_warnings(wrong: list[Finding]) -> list[Finding]:
    return [
        Finding(one.path, one.line, one.column, "W118", f"this record can not be used: {one.message}", _WAY_OUT)
        for one in wrong
    ]


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]
