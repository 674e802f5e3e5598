"""The parts of ``overrides/fragments/flow-parts.html`` in one language: frames that many organisations share."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import jinja2

from terecht.flow.knowledge import Knowledge
from terecht.flow.table import Rule
from terecht.load.values import Text
from terecht.merge.html import bare_address, dial_link, tidy
from terecht.slots import GAP, ROOT, Piece

#: Parts that are kept.
_KEPT = 1 << 13


class FlowParts:
    """Makes the parts. What is kept is ours: facts of an organisation go through :meth:`made`."""

    def __init__(self, environment: jinja2.Environment, content: Knowledge, language: str) -> None:
        self._environment = environment
        self._content = content
        self._language = language
        #: As :meth:`made`, for what holds no fact of an organisation.
        self.ours = lru_cache(maxsize=_KEPT)(self.made)
        #: The card of a national line, perhaps with what it is ``told``.
        self.line = lru_cache(maxsize=_KEPT)(self._line)

    def made(self, part: str, *facts: Any) -> str:
        """A part with its facts, escaped, and a gap where another part will stand. A fact may be a hole."""
        return tidy(getattr(self._macros, part)(*facts))

    def source(self, rule: Rule, sources: str) -> str:
        """On what a rule rests; ``sources`` is the address of where all of that stands."""
        return self.made("source", rule, sources)

    @cached_property
    def _macros(self) -> Any:
        shared = {
            "words": self._content.words[self._language],
            "laws": self._content.laws,
            "checked_on": self._content.flow.table.checked_on,
            "title_of": self.title_of,
            "here": self._here,
            "dial": dial_link,
            "bare": bare_address,
            "gap": GAP,
            "root": ROOT,
        }
        return self._environment.get_template("flow-parts.html").make_module(shared)

    def title_of(self, link: str) -> str:
        """The title of the page of a link such as ``geheim#uitzonderingen``."""
        return self._content.template(self._language, link.partition("#")[0]).title

    def _line(self, name: str, told: bool) -> Piece:  # noqa: FBT001  it is cached
        return Piece(self.made("line", self._content.helplines[name], told))

    def _here(self, text: Text) -> str:
        return text.in_language(self._language)
