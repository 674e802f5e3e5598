"""The third stage: pages of Markdown with slots go in, whole HTML pages with slots come out.

This module is the port; ``mkdocs_engine`` behind it is the one place that imports mkdocs. What comes out depends on
what we wrote and on the languages, so it is shared by all organisations and kept in a cache that holds no
organisation's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from terecht.addresses import NOT_FOUND
from terecht.merge import PageText, Shell


@dataclass(frozen=True)
class SearchEntry:
    """What the search knows of one section: its anchor on the page ('' for the top), its title, its text as HTML."""

    anchor: str
    title: str
    text: str


@dataclass(frozen=True)
class RenderedPage:
    """A page as the engine made it, slots included."""

    html: str
    search: tuple[SearchEntry, ...]


class RenderError(Exception):
    """The engine complained about something that we wrote. The message holds all its complaints."""


def not_found_text(shell: Shell) -> PageText:
    """The page for 'not found', in the default language; its body is the theme's own."""
    return PageText(shell.languages, shell.languages[0], NOT_FOUND, "", "")


def render(root: Path, shell: Shell, texts: Iterable[PageText]) -> dict[PageText, RenderedPage]:
    """Each text as a page in this shell. ``root`` holds mkdocs.yml and overrides/.

    Raises :class:`RenderError` when the engine warns: a link to nowhere in a template is a mistake, not a detail.
    """
    from terecht.render import mkdocs_engine  # noqa: PLC0415  half a second that most commands never need

    return mkdocs_engine.render(root, shell, tuple(texts))


def assets(root: Path, shell: Shell) -> Mapping[str, bytes]:
    """The files that all sites with this shell share, by path: stylesheets, scripts, the search worker."""
    from terecht.render import theme_assets  # noqa: PLC0415

    return theme_assets.assets(root, shell)
