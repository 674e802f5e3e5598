"""The third stage: pages of Markdown with slots go in, whole HTML pages with slots come out.

This module has the values of the port; ``mkdocs_engine`` behind it is the one place that imports mkdocs, in a program
of its own (``engine``). What comes out depends on what we wrote and on the languages, so it is shared by all
organisations (``press``) and kept in a cache that holds no organisation's data (``cache``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from terecht.texts import Frame, PageText, Passage


@dataclass(frozen=True)
class SearchEntry:
    """What the search knows of one section: its anchor on the page ('' for the top), its title, its text as HTML."""

    anchor: str
    title: str
    text: str


@dataclass(frozen=True)
class RenderedFrame:
    """What the engine made to stand before and behind the passages of a page, slots included."""

    before: str
    after: str


@dataclass(frozen=True)
class RenderedPassage:
    """A passage as the engine made it, slots included, and what the search knows of it."""

    html: str
    search: tuple[SearchEntry, ...]


@dataclass(frozen=True)
class RenderedPage:
    """A page as the engine made it, in the pieces that it shares with others."""

    frame: RenderedFrame
    passages: tuple[RenderedPassage, ...]

    @property
    def pieces(self) -> tuple[str, ...]:
        """The page, cut."""
        return (self.frame.before, *(passage.html for passage in self.passages), self.frame.after)

    @property
    def html(self) -> str:
        """The page, whole."""
        return "".join(self.pieces)

    @property
    def search(self) -> tuple[SearchEntry, ...]:
        """What the search knows of the page."""
        return tuple(entry for passage in self.passages for entry in passage.search)


@dataclass(frozen=True)
class Rendered:
    """What the engine made of frames and passages."""

    frames: Mapping[Frame, RenderedFrame]
    passages: Mapping[Passage, RenderedPassage]

    def page(self, text: PageText) -> RenderedPage:
        """A page of these frames and passages. Raises :class:`KeyError` when one is not there."""
        return RenderedPage(self.frames[text.frame], tuple(map(self.passages.__getitem__, text.passages)))

    def with_(self, other: Rendered) -> Rendered:
        """These and those."""
        return Rendered({**self.frames, **other.frames}, {**self.passages, **other.passages})


class RenderError(Exception):
    """The engine complained about something that we wrote. The message holds all its complaints."""


def assets(root: Path, languages: tuple[str, ...]) -> Mapping[str, bytes]:
    """The files that all sites in these languages share, by plain path: stylesheets, scripts, the search worker."""
    from terecht.render import theme_assets  # noqa: PLC0415

    return theme_assets.assets(root, languages)
