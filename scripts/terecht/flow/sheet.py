"""The stylesheet of a flow: one rule for each condition, and each rule hides what does not hold.

A part of the page has the name of its condition in ``data-if``. Nothing has to win from anything else, so the order
of the rules does not matter, and where ``:has()`` is not known every rule is dropped and everything can be read.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache

from terecht.flow.algebra import KEPT, Algebra
from terecht.flow.conditions import ALWAYS, NEVER, Condition
from terecht.flow.selectors import Raw, selector

#: The id of the form that holds the answers and the advice.
FORM = "flow"


class Sheet:
    """Names the conditions of a page, or of a part of one, and writes their rules.

    ``raw`` says what is to be chosen in the form for each of them.
    """

    def __init__(self, raw: Raw) -> None:
        self.algebra = raw.algebra
        self.raw = raw
        self.rules: dict[str, str] = {}
        self._names: dict[Condition, str | None] = {}

    def name(self, condition: Condition) -> str | None:
        """What to write in ``data-if``; nothing for what always stands. What can never stand has no place on the page.

        The same condition has the same name in every organisation, so that parts of pages are the same too.
        """
        if condition not in self._names:
            self._names[condition] = self._named(self.raw(condition))
        return self._names[condition]

    def _named(self, raw: Condition) -> str | None:
        if raw is NEVER:
            raise ValueError("this can never be shown")
        if raw is ALWAYS:
            return None
        name, rule = _rule(self.algebra, raw)
        self.take({name: rule})
        return name

    def take(self, rules: Mapping[str, str]) -> None:
        """Takes over the rules of another sheet, by name."""
        for name, rule in rules.items():
            if self.rules.setdefault(name, rule) != rule:
                raise ValueError("two conditions have one name")

    def possible(self, condition: Condition) -> bool:
        """Whether there are answers for which this is shown, as far as its form tells."""
        return condition in self._names or self.raw(condition) is not NEVER

    def stylesheet(self) -> str:
        """The rules for all names that were handed out."""
        return "".join(self.rules.values())


@lru_cache(maxsize=KEPT)
def _rule(algebra: Algebra, raw: Condition) -> tuple[str, str]:
    """The name of a condition, a digest of its selector, and the rule that hides where it does not hold."""
    where = selector(algebra.no(raw))
    name = urlsafe_b64encode(hashlib.blake2b(where.encode(), digest_size=6).digest()).decode()
    return name, f"#{FORM}{where} [data-if='{name}']{{display:none}}\n"
