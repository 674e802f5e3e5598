"""The templates of pages and fragments, compiled once for every organisation, and what is kept between organisations.

Nothing that is kept here holds a word of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import jinja2

from terecht.flow.knowledge import Knowledge
from terecht.flow.selectors import Raw
from terecht.load.page_templates import PageTemplate
from terecht.merge.flow_cards import Cards
from terecht.merge.flow_form import SentenceTemplates
from terecht.merge.fragments import environment
from terecht.merge.html import page_link
from terecht.merge.ours import Ours
from terecht.slots import Ledger
from terecht.templates.facts import Fact
from terecht.texts import Passage

#: What a passage has to hold to ask anything of an organisation.
_ASKS = ("{{", "{%", "{#")
#: Stands before each passage of a page whose passages are rendered together.
_NEXT = "\ue006"
#: So many sets of cards are kept: for two languages, each first or not, and eight ways to ask (``Raw.of`` keeps eight).
_MOST_CARDS = 32


class PassageTemplates:
    """The passages of a page: those that ask nothing of an organisation are there, the others are one template."""

    def __init__(self, environment: jinja2.Environment, template: PageTemplate, language: str) -> None:
        self._passage = passage = partial(Passage, language, template.name)
        asks = [any(mark in text for mark in _ASKS) for text in template.passages]
        self._plain = [None if asks[at] else passage(text) for at, text in enumerate(template.passages)]
        self._text = "".join(f"{{{{ turn_to({at}) }}}}{text}" for at, text in enumerate(template.passages) if asks[at])
        self._environment = environment

    @cached_property
    def _asking(self) -> jinja2.Template:
        return self._environment.from_string(self._text)

    @property
    def plain(self) -> tuple[Passage, ...]:
        """The passages that ask nothing."""
        return tuple(filter(None, self._plain))

    def filled(self, facts: Mapping[str, Any], ledger: Ledger) -> tuple[Passage, ...]:
        """All passages with these facts, which note their slots in the ledger."""

        def turn_to(position: int) -> str:
            ledger.turn_to(position)
            return _NEXT

        asking = iter(self._asking.render(facts, turn_to=turn_to).split(_NEXT)[1:])
        return tuple(plain or self._passage(next(asking)) for plain in self._plain)


class Templates:
    """The compiled templates of pages and fragments: compiled once, used for every organisation."""

    def __init__(self, overrides: Path) -> None:
        self.fragments = environment(overrides)
        self.pages = jinja2.Environment(
            autoescape=False,  # noqa: S701  Markdown, and every value in it is a slot that is escaped at the stamp
            finalize=_shown,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self.sentences = SentenceTemplates()
        self._pages: dict[tuple[PageTemplate, str], PassageTemplates] = {}
        self._ours: dict[str, Ours] = {}
        self._cards: dict[tuple[str, bool, Raw], Cards] = {}
        self._content: Knowledge | None = None

    def page(self, template: PageTemplate, language: str) -> PassageTemplates:
        """The compiled passages of a page, for readers of a language."""
        key = (template, language)
        if key not in self._pages:
            self._pages[key] = PassageTemplates(self.pages, template, language)
        return self._pages[key]

    def ours(self, content: Knowledge, language: str) -> Ours:
        """What many organisations share, kept as long as the content is the same."""
        self._turn_to(content)
        if language not in self._ours:
            self._ours[language] = Ours(self.fragments, content, language)
        return self._ours[language]

    def cards(self, content: Knowledge, languages: tuple[str, ...], language: str, raw: Raw) -> Cards:
        """The cards of the flow, kept as long as the content is the same; where pages live depends on the languages."""
        self._turn_to(content)
        key = (language, language == languages[0], raw)
        if key not in self._cards:
            if len(self._cards) == _MOST_CARDS:
                self._cards = {}
            table, sentences = content.flow.table, content.flow.sentences[language]
            address = partial(page_link, languages, language)
            self._cards[key] = Cards(self.ours(content, language), sentences, table, raw, address)
        return self._cards[key]

    def _turn_to(self, content: Knowledge) -> None:
        if content is not self._content:
            self._content, self._ours, self._cards = content, {}, {}


def _shown(value: Any) -> Any:
    """What a template writes for ``{{ value }}``: a slot for a fact, text for what the template made itself."""
    if isinstance(value, Fact):
        return value.slot()
    if isinstance(value, str):
        return value
    raise TypeError(f"a template shows a {type(value).__name__}; the template check has missed it")
