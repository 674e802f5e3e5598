"""What is rendered: the texts of pages, with slots and without a word of an organisation.

The program that renders knows these and nothing else of the product, so no value can find its way into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from terecht.addresses import NOT_FOUND, OWN_FOLDER
from terecht.slots import FRAME, sentinel

#: The one page that all of an organisation's additional pages are rendered as; its depth is theirs.
OWN_PAGE = f"{OWN_FOLDER}/page"


@dataclass(frozen=True)
class Frame:
    """What stands around the passages of a page: the same for every site in these languages, in this order.

    ``fallback`` names the language of the passages where a translation is missing.
    """

    languages: tuple[str, ...]
    language: str
    name: str
    title: str
    fallback: str | None = None


@dataclass(frozen=True)
class Passage:
    """A heading and what stands under it, as Markdown with slots: what the renderer gets of the middle of a page.

    All organisations in which the same of our sentences stand there share it, whatever the rest of the page says.
    """

    language: str
    name: str
    text: str


@dataclass(frozen=True)
class PageText:
    """All that is rendered of a page."""

    frame: Frame
    passages: tuple[Passage, ...]

    @property
    def body(self) -> str:
        """The Markdown of the page."""
        return "".join(passage.text for passage in self.passages)


@dataclass(frozen=True)
class Shell:
    """The constant frame around every page: it depends on the ordered languages and on what we wrote alone.

    ``titles`` are those of the menu, by language and name.
    """

    languages: tuple[str, ...]
    pages: tuple[str, ...]
    titles: Mapping[tuple[str, str], str]
    words: Mapping[str, Mapping[str, str]]


def frame_slots() -> dict[str, str]:
    """The slots of the frame by name, for the theme."""
    return {name: sentinel(number) for number, name in enumerate(FRAME)}


def not_found_text(languages: tuple[str, ...]) -> PageText:
    """The page for 'not found', in the default language; its body is the theme's own."""
    return PageText(Frame(languages, languages[0], NOT_FOUND, ""), ())
