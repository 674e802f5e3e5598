"""Findings: what a person who writes an organisation, a page or a data file is told, and where.

A finding is a value. It is made where the mistake is seen and printed at the edge; nothing is raised for a mistake
unless the work can not go on (:class:`Refused`). A code means the same for ever: a code that goes is not used again.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

#: A value that a finding quotes may hold a line's end, and look like another finding.
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

#: What each code means, for people who search for it. ``T`` stops the organisation, ``W`` warns.
CODES: dict[str, str] = {
    # the file as bytes
    "T001": "the file can not be read",
    "T002": "the file is too large",
    "T003": "the file is not UTF-8",
    "T004": "the file starts with a byte order mark",
    "T005": "a control character",
    "T006": "a character that changes the direction of text unseen",
    "T007": "a private-use character or one that means nothing",
    "T008": "a tab",
    # the file as YAML
    "T009": "not YAML",
    "T010": "a key twice",
    "T011": "an anchor, alias or merge key",
    "T012": "an unknown key",
    "T013": "a tag",
    "T014": "nested too deep",
    "T015": "too many values",
    "T016": "more than one document",
    # the values
    "T020": "a key is missing",
    "T021": "another kind of value is needed here",
    "T022": "not one of the possible values",
    "T023": "not a whole number",
    "T024": "not a date",
    "T025": "not a colour",
    "T026": "not a phone number",
    "T027": "not an e-mail address",
    "T028": "not a web address",
    "T029": "a language that we do not have",
    "T030": "not an id",
    "T031": "a text is missing in a language of the site",
    "T032": "a text is too long",
    # the organisation as a whole
    "T040": "two contacts with one id",
    "T041": "replaced by nobody",
    "T042": "nobody can be reached",
    "T043": "too many vertrouwenspersonen",
    "T044": "a country whose helplines we do not have",
    "T045": "a period that ends before it starts",
    "T046": "the organisation can not be found",
    # files beside organisation.yml
    "T050": "a file is missing",
    "T051": "a file outside the organisation's folder",
    "T052": "a symbolic link",
    "T053": "an SVG that can do more than draw",
    "T054": "an image that is too large",
    "T055": "not an image that we can use",
    # an organisation's own pages
    "T060": "raw HTML on an own page",
    "T061": "an attribute list on an own page",
    "T062": "front matter on an own page",
    "T063": "a link with another scheme",
    "T064": "a link to a page that does not exist",
    "T065": "an own page without a title",
    "T066": "a file that is not an own page",
    "T067": "an image on an own page",
    # the brand
    "T070": "a colour that can not work",
    # our own templates and data
    "T080": "a name that a template can not use",
    "T081": "something that a template may not do",
    "T082": "a template that can not be read",
    "T083": "a heading without an id, or with an id that another language does not have",
    "T084": "a sentence of the flow is missing, unknown or other than in the first language",
    "T085": "a word of the interface is missing or unknown",
    "T086": "the shared menu names a page that does not exist, or forgets one",
    "T087": "a helpline that every page shows is missing or not fit",
    "T088": "the decision table names what does not exist, or can not be read",
    "T089": "a scenario of the flow gets another answer than it must",
    "T090": "the built site does not hold what we promise",
    "T091": "the site can not be published",
    "T092": "what the flow promises does not hold for every set of answers",
    # warnings
    "W101": "a vertrouwenspersoon who is also HR",
    "W102": "a vertrouwenspersoon who is also the director",
    "W103": "a vertrouwenspersoon who is also on the klachtencommissie",
    "W104": "only one vertrouwenspersoon",
    "W105": "the review is overdue",
    "W106": "a policy setting is unset",
    "W107": "an expired certificate",
    "W108": "a setting that differs from the profession's own rules",
    "W109": "no vertrouwenspersoon",
    "W110": "a colour was moved for readability",
    "W111": "the data of the site is due for a check",
    "W112": "a translation is missing",
    "W113": "a translation that is behind",
    "W114": "a setting that names nobody who is there",
    "W115": "a replaced page that nobody has compared with the shared page",
    "W116": "a replaced page whose shared page has changed since it was compared",
    "W117": "a record of a replaced page where nothing is replaced",
    "W118": "a record of a replaced page that can not be used",
}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to mend: where, what, and the way out.

    ``path`` is as the user would type it; ``line`` and ``column`` count from 1. ``message`` is half a sentence without
    a capital or a full stop, ``help`` continues it after a semicolon and may be empty.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    help: str = ""

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"unknown finding code {self.code}")

    @property
    def stops(self) -> bool:
        """Whether the organisation can not be built with this."""
        return self.code.startswith("T")

    def __str__(self) -> str:
        advice = f"; {self.help}" if self.help else ""
        return printable(f"{self.path}:{self.line}:{self.column}: {self.code} {self.message}{advice}")

    def as_json(self) -> dict[str, str | int]:
        """The finding as the contract's JSON object."""
        return asdict(self)


class Refused(Exception):  # noqa: N818  a refusal is an answer to the user, not an error of ours
    """The work can not go on; ``findings`` say why. Never shown as a traceback."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        super().__init__("\n".join(map(str, self.findings)))

    def __reduce__(self) -> tuple[type[Refused], tuple[tuple[Finding, ...]]]:
        """As it comes back from another process."""
        return Refused, (self.findings,)


class Unusable(Exception):  # noqa: N818  as above
    """The call can not be carried out, for a reason that is in no file. ``help`` is the way out."""

    def __init__(self, message: str, help_: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help_

    def __reduce__(self) -> tuple[type[Unusable], tuple[str, str]]:
        """As it comes back from another process."""
        return Unusable, (self.message, self.help)


def printable(text: str) -> str:
    r"""A text on one line of a terminal, with what a terminal would obey written out.

    >>> printable("rood\x1b[31m")
    'rood\\x1b[31m'
    """
    return _UNPRINTED.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def stopping(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those findings with which the organisation can not be built."""
    return tuple(finding for finding in findings if finding.stops)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question with the nearest known word, or the list of known words when none is near.

    >>> did_you_mean("phne", ["phone", "email"])
    "did you mean 'phone'?"
    """
    words = list(known)
    near = difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"possible here: {', '.join(words)}" if words else ""
