"""What somebody chose, checked against the table, so that no slip passes as no answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from terecht.findings import Unusable, did_you_mean
from terecht.flow.conditions import Answers
from terecht.flow.table import UNKNOWN, Question, Table
from terecht.load.organisation import Organisation


def read_answers(chosen: Mapping[str, Iterable[str]], table: Table, organisation: Organisation) -> Answers:
    """The answers by question. Raises :class:`Unusable` for what is not a question, not an answer, or one too many."""
    by_id = {question.id: question for question in table.questions}
    answers: set[tuple[str, str]] = set()
    for name, values in chosen.items():
        if name not in by_id:
            raise Unusable(f"there is no question '{name}'", did_you_mean(name, by_id))
        answers.update((name, value) for value in _values(by_id[name], values, organisation))
    return frozenset(answers)


def _values(question: Question, values: Iterable[str], organisation: Organisation) -> list[str]:
    people = [contact.id for contact in organisation.with_role("vertrouwenspersoon")] if question.people else []
    possible = [*question.answers, *people, UNKNOWN]
    given = list(dict.fromkeys(values))
    for value in given:
        if value not in possible:
            raise Unusable(f"'{value}' is no answer to '{question.id}'", did_you_mean(value, possible))
    if len(given) > 1 and not question.several:
        raise Unusable(f"'{question.id}' takes one answer, and here are {len(given)}", "choose one")
    return given
