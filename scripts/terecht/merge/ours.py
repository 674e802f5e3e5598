"""What many organisations share in one language: laws, national lines, and the parts of the flow.

The parts are those of ``overrides/fragments/flow-parts.html``: frames that the page of the flow is put together from.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

import jinja2
from markupsafe import escape

from terecht.flow.knowledge import Knowledge
from terecht.load.values import Text
from terecht.merge.html import bare_address, dial_link, host, tidy
from terecht.slots import GAP, ROOT

#: So many of each are kept.
KEPT = 1 << 13


class Ours:
    """Makes them, and keeps what holds nothing of an organisation: :meth:`made` is for the rest."""

    def __init__(self, environment: jinja2.Environment, content: Knowledge, language: str) -> None:
        self._environment = environment
        self._content = content
        self._language = language
        #: As :meth:`made`, for what holds no fact of an organisation.
        self.part = lru_cache(maxsize=KEPT)(self.made)
        #: The card of a manager, who is known by the role alone.
        self.manager = lru_cache(maxsize=KEPT)(self._manager)
        #: The card of a national line, perhaps with what it is ``told``.
        self.line = lru_cache(maxsize=KEPT)(self._line)
        #: A fold with laws by id: what each says, where it stands, and when we looked.
        self.law_notes = lru_cache(maxsize=KEPT)(self._law_notes)
        #: The title of the page of a link such as ``geheim#uitzonderingen``.
        self.title_of = lru_cache(maxsize=KEPT)(self._title_of)
        #: National contacts by id, in that order.
        self.helpline_cards = lru_cache(maxsize=KEPT)(self._helpline_cards)

    def made(self, part: str, *facts: Any) -> str:
        """A part with its facts, escaped, and a gap where another part will stand. A fact may be a hole."""
        return tidy(getattr(self._macros, part)(*facts))

    @cached_property
    def _shared(self) -> Mapping[str, Any]:
        return {
            "words": self._content.words[self._language],
            "here": self._here,
            "dial": dial_link,
            "bare": bare_address,
            "host": host,
            "root": ROOT,
        }

    @cached_property
    def _macros(self) -> Any:
        facts = {"laws": self._content.laws, "checked_on": self._content.flow.table.checked_on, "gap": GAP}
        template = self._environment.get_template("flow-parts.html")
        return template.make_module({**self._shared, **facts, "title_of": self.title_of})

    def _title_of(self, link: str) -> str:
        return self._content.template(self._language, link.partition("#")[0]).title

    def _manager(self, role: str) -> str:
        return str(escape(self._content.words[self._language][f"role_{role}"]))

    def _line(self, name: str, told: bool) -> str:  # noqa: FBT001  it is cached
        return self.made("line", self._content.helplines[name], told)

    def _law_notes(self, *ids: str) -> str:
        return self._fragment("law-notes.html", laws=tuple(map(self._content.laws.__getitem__, ids)))

    def _helpline_cards(self, *ids: str) -> str:
        return self._fragment("helpline-cards.html", helplines=tuple(map(self._content.helplines.__getitem__, ids)))

    def _fragment(self, name: str, **facts: Any) -> str:
        return tidy(self._environment.get_template(name).render(**self._shared, **facts))

    def _here(self, text: Text) -> str:
        return text.in_language(self._language)
