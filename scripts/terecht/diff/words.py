"""Changes of a site told to the person who signs for them, as text or as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from terecht.diff.changes import Around, Changes, FileChange, Hunk, PageChange, Place
from terecht.diff.visible import MAIN
from terecht.hosting import SERVER_FILES
from terecht.languages import LANGUAGES
from terecht.publish import Release

#: Files that are told by what they are, from the most exact path on.
_FILES = {
    "assets/brand.css": "the colours",
    "assets/favicon.svg": "the icon in the tab",
    "assets/flow.css": "which answer shows which advice ('waar kan ik terecht')",
    "sitemap.xml": "the list of pages for search engines",
    **dict.fromkeys(SERVER_FILES, "the instructions for a web server"),
}
_FOLDERS = {
    "assets/organisation/people": "the photo of '{}'",
    "assets/organisation": "the {}",
    "assets/stylesheets": "the design",
    "assets/javascripts/workers": "the script of the search",
    "assets/javascripts": "a script",
    "search": "what the search finds, in {language}",
}
_MOST_NAMED = 6


def named(path: str) -> str:
    """A file of a site in words.

    >>> named("assets/organisation/people/bakker.jpg"), named("search/nl.json")
    ("the photo of 'bakker'", 'what the search finds, in Nederlands')
    """
    file = PurePosixPath(path)
    return _FILES.get(path) or _FOLDERS.get(str(file.parent), path).format(file.stem, language=_language(file.stem))


def as_text(organisation: str, published: Release | None, changes: Changes) -> Iterator[str]:
    """The lines of a report. Those of a diff start with two spaces and '-', '+' or a space."""
    if published is None:
        yield f"{organisation} is not published yet: everything is new"
        return
    if not changes:
        yield f"{organisation}: nothing changes (release {published.number}{_made_with(published)})"
        return
    yield f"{organisation}: what changes since release {published.number}{_made_with(published)}"
    for around in changes.around:
        yield from ("", f"{_scope(around)}, the {around.part}:", *_diff(around.hunks))
    for page in changes.pages:
        if page.kind != "removed":
            yield from ("", *_page(page))
    gone = [page for page in changes.pages if page.kind == "removed"]
    if gone:
        yield from ("", "Pages that go:")
        yield from (f"  {_heading(page)}" for page in gone)
    if changes.files:
        yield from ("", "Beside the pages:")
        words = {f"  {named(file.path)}: {_kind(file)}": None for file in changes.files}
        yield from words
    if changes.unseen:
        yield ""
        yield f"What no reader sees (the code of a page) changes as well on {_listed(changes.unseen)}"


def as_json(organisation: str, published: Release | None, changes: Changes) -> dict[str, Any]:
    """The same as a JSON object; ``published`` is null for a site that is new."""
    manifest = published.manifest() if published else None
    return {
        "organisation": organisation,
        "published": {"release": published.number, "version": manifest.origin.version if manifest else None}
        if published
        else None,
        "around": [
            {
                "part": around.part,
                "pages": [{"language": language, "name": name} for language, name in around.places],
                "hunks": _hunks(around.hunks),
            }
            for around in changes.around
        ],
        "pages": [
            {
                "language": change.page.language,
                "name": change.page.name,
                "title": change.page.title,
                "address": change.page.address,
                "moved_from": change.moved_from,
                "kind": change.kind,
                "parts": {part: _hunks(hunks) for part, hunks in change.parts.items()},
            }
            for change in changes.pages
        ],
        "files": [{"path": file.path, "what": named(file.path), "kind": file.kind} for file in changes.files],
        "unseen": [{"language": language, "name": name} for language, name in changes.unseen],
    }


def _hunks(hunks: Iterable[Hunk]) -> list[dict[str, Any]]:
    return [{"under": hunk.under, "lines": list(hunk.lines), "times": hunk.times} for hunk in hunks]


def _made_with(published: Release) -> str:
    manifest = published.manifest()
    return f", made with terecht {manifest.origin.version}" if manifest else ""


def _scope(around: Around) -> str:
    if {language for language, _ in around.places} == {*around.whole}:
        return f"On every page in {' and '.join(map(_language, around.whole))}"
    return f"On {_listed(around.places)}"


def _listed(places: Iterable[Place]) -> str:
    known = [f"{name} ({_language(language)})" for language, name in places]
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return f"{len(known)} page{'s' if len(known) > 1 else ''}: {', '.join(known[:_MOST_NAMED])}{more}"


def _page(change: PageChange) -> Iterator[str]:
    if change.kind == "added":
        yield f"{_heading(change)}, a new page"
    elif change.moved_from is not None:
        yield f"{_heading(change)}, until now at /{change.moved_from}"
    else:
        yield _heading(change)
    for part, hunks in change.parts.items():
        if part != MAIN:
            yield f"  the {part}:"
        yield from _diff(hunks)


def _heading(change: PageChange) -> str:
    page = change.page
    return f"{_language(page.language)} · {page.title} · /{page.address}"


def _diff(hunks: Iterable[Hunk]) -> Iterator[str]:
    for hunk in hunks:
        under = [hunk.under] if hunk.under else []
        again = [f"{hunk.times} times on this page"] if hunk.times > 1 else []
        if under or again:
            yield f"  @ {', '.join(under + again)}"
        yield from (f"  {line[0]} {line[1:]}" for line in hunk.lines)


def _kind(file: FileChange) -> str:
    return {"added": "new", "removed": "gone", "changed": "other than it was"}[file.kind]


def _language(language: str) -> str:
    return LANGUAGES[language][0] if language in LANGUAGES else language
