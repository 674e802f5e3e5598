"""Two sites of one client compared: what a reader sees otherwise, page by page, and once what is the same on many."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from terecht.addresses import NOT_FOUND
from terecht.diff.visible import MAIN, PARTS, Seen, see

Kind: TypeAlias = Literal["added", "removed", "changed"]
#: A page by its language and its name.
Place: TypeAlias = tuple[str, str]
#: Lines around a change, so that it can be read.
_AROUND = 2


@dataclass(frozen=True)
class Hunk:
    """Lines that change and what stands around them: each starts with '-', '+' or a space, as in any diff.

    ``under`` is the heading above, ``times`` how often the same change stands in this part.
    """

    under: str
    lines: tuple[str, ...]
    times: int = 1

    @property
    def core(self) -> tuple[str, ...]:
        """The lines that change."""
        return tuple(line for line in self.lines if not line.startswith(" "))


@dataclass(frozen=True)
class Around:
    """The same change in one part of several pages. ``whole`` names the languages of which it is on every page."""

    part: str
    hunks: tuple[Hunk, ...]
    places: tuple[Place, ...]
    whole: tuple[str, ...]


@dataclass(frozen=True)
class PageChange:
    """What changes on one page, by part. ``moved_from`` is its address until now, when it gets another."""

    page: Seen
    kind: Kind
    parts: Mapping[str, tuple[Hunk, ...]]
    moved_from: str | None = None


@dataclass(frozen=True)
class FileChange:
    """A file that is no page: its path in the site, and what happens to it."""

    path: str
    kind: Kind


@dataclass(frozen=True)
class Changes:
    """All that a build would change. ``unseen`` are pages of which only what no reader sees changes."""

    around: tuple[Around, ...] = ()
    pages: tuple[PageChange, ...] = ()
    files: tuple[FileChange, ...] = ()
    unseen: tuple[Place, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.around or self.pages or self.files or self.unseen)


def files_of(site: Path) -> dict[str, bytes]:
    """The files of a published site, by path. Links and special files are left out: no site of ours has them."""
    found = {}
    for name, _, files in os.walk(site):
        for path in (Path(name) / file for file in files):
            if path.is_file() and not path.is_symlink():
                found[path.relative_to(site).as_posix()] = path.read_bytes()
    return found


def compare(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Changes:
    """How a site changes, by the files of it ``before`` and ``after``."""
    differing = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    if not differing:
        return Changes()
    old, new = _pages(before), _pages(after)
    hunks = {
        (place, part): found
        for place in old.keys() & new.keys()
        for part in PARTS
        if (found := tuple(_hunks(old[place].parts.get(part, ()), new[place].parts.get(part, ()))))
    }
    around = tuple(_around(hunks, old.keys() & new.keys()))
    told = {(place, one.part) for one in around for place in one.places}
    pages = tuple(_page_changes(old, new, {key: found for key, found in hunks.items() if key not in told}))
    seen = {place for place, _ in hunks} | {(one.page.language, one.page.name) for one in pages}
    files = tuple(
        FileChange(path, "added" if path not in before else "removed" if path not in after else "changed")
        for path in differing
        if not path.endswith(".html")
    )
    unseen = {(page.language, page.name) for path in differing if (page := _page_at(path, new))} - seen
    if around:  # of which only the tab is read on the page for 'not found'
        unseen = {place for place in unseen if place[1] != NOT_FOUND}
    return Changes(around, pages, files, tuple(sorted(unseen)))


def _pages(files: Mapping[str, bytes]) -> dict[Place, Seen]:
    pages = [see(path, data.decode("utf-8", "replace")) for path, data in files.items() if path.endswith(".html")]
    # The first language stands at the root of a site.
    ordered = sorted(pages, key=lambda page: (page.address.startswith(f"{page.language}/"), page.address))
    return {(page.language, page.name): page for page in ordered}


def _page_at(path: str, pages: Mapping[Place, Seen]) -> Seen | None:
    return next((page for page in pages.values() if page.address == path.removesuffix("index.html")), None)


def _around(hunks: Mapping[tuple[Place, str], tuple[Hunk, ...]], both: Iterable[Place]) -> Iterator[Around]:
    """Changes around the text that are the same on several pages, in the order of the parts."""
    same: dict[tuple[str, tuple[Hunk, ...]], list[Place]] = {}
    for (place, part), found in hunks.items():
        if part != MAIN:
            same.setdefault((part, found), []).append(place)
    pages = [place for place in both if place[1] != NOT_FOUND]
    for (part, found), places in sorted(same.items(), key=lambda item: (PARTS.index(item[0][0]), sorted(item[1]))):
        if len(places) > 1:
            languages = sorted({language for language, _ in places})
            whole = [one for one in languages if {place for place in pages if place[0] == one} <= {*places}]
            yield Around(part, found, tuple(sorted(places)), tuple(whole))


def _page_changes(
    old: Mapping[Place, Seen], new: Mapping[Place, Seen], hunks: Mapping[tuple[Place, str], tuple[Hunk, ...]]
) -> Iterator[PageChange]:
    """The pages that change, those that come, and those that go; the site's first language first."""
    for place, page in new.items():
        if place not in old:
            yield PageChange(page, "added", {MAIN: tuple(_hunks((), page.parts.get(MAIN, ())))})
            continue
        parts = {part: hunks[place, part] for part in PARTS if (place, part) in hunks}
        moved_from = old[place].address if old[place].address != page.address else None
        if parts or moved_from is not None:
            yield PageChange(page, "changed", parts, moved_from)
    for place, page in old.items():
        if place not in new:
            yield PageChange(page, "removed", {})


def _hunks(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Hunk]:
    """The changes between two texts; one that stands there several times is told once."""
    if before == after:
        return
    counted: dict[tuple[str, ...], Hunk] = {}
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for group in matcher.get_grouped_opcodes(_AROUND):
        lines: list[str] = []
        for tag, from_, to, into, until in group:
            if tag == "equal":
                lines += [f" {line}" for line in before[from_:to]]
            else:
                lines += [f"-{line}" for line in before[from_:to]]
                lines += [f"+{line}" for line in after[into:until]]
        hunk = Hunk(_under(after[: group[0][3]]), tuple(lines))
        known = counted.get(hunk.core)
        counted[hunk.core] = Hunk(known.under, known.lines, known.times + 1) if known else hunk
    yield from counted.values()


def _under(above: tuple[str, ...]) -> str:
    """The nearest heading above."""
    return next((line.lstrip("# ") for line in reversed(above) if line.startswith("#")), "")
