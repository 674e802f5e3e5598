"""What the command line asks of the flow: answers as words or as lines of JSON, decisions as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from terecht.findings import Unusable
from terecht.flow.answers import read_answers
from terecht.flow.decide import Decider
from terecht.flow.knowledge import Flow
from terecht.load.organisation import Organisation

_FORM = "write each as QUESTION=ANSWER, or QUESTION=ANSWER,ANSWER"


@dataclass(frozen=True)
class Decisions:
    """Decides for one organisation."""

    decider: Decider

    def one(self, words: Iterable[str]) -> dict[str, Any]:
        """The decision for words such as ``rol=zelf``. Raises :class:`Unusable`."""
        chosen: dict[str, list[str]] = {}
        for word in words:
            question, sign, answers = word.partition("=")
            if not sign or not answers:
                raise Unusable(f"'{word}' is not an answer", _FORM)
            if question in chosen:
                raise Unusable(f"'{question}' is answered twice", _FORM)
            chosen[question] = answers.split(",")
        return self._decide(chosen)

    def batch(self, path: Path) -> Iterator[dict[str, Any]]:
        """The decision for each line of a file, in order. Raises :class:`Unusable` with the line that is not usable."""
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Unusable(f"{path} can not be read", "name a file of JSON lines in UTF-8") from error
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield self._decide(_chosen(line))
            except Unusable as error:
                raise Unusable(f"{path}:{number}: {error.message}", error.help) from None

    def _decide(self, chosen: Mapping[str, Iterable[str]]) -> dict[str, Any]:
        raw = read_answers(chosen, self.decider.table, self.decider.organisation)
        return asdict(self.decider.decide(raw))


def decider(flow: Flow, organisation: Organisation) -> Decisions:
    """The decisions of one organisation."""
    return Decisions(Decider(flow.table, organisation))


def _chosen(line: str) -> dict[str, list[str]]:
    help_ = 'write one object a line, such as {"rol": "zelf", "onderwerp": ["pesten"]}'
    try:
        found = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise Unusable("this line is not JSON", help_) from None
    if not isinstance(found, dict):
        raise Unusable("this line is not an object of answers", help_)
    chosen = {name: [value] if isinstance(value, str) else value for name, value in found.items()}
    for name, values in chosen.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise Unusable(f"'{name}' is not a word or a list of words", help_)
    return chosen
