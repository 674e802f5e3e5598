"""What the tests of the flow share: organisations that differ, and sets of answers as readers may leave them behind."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

from conftest import EXAMPLES, ROOT, TODAY
from reading import EVERYONE, contact
from reading import organisation as written
from terecht.flow.conditions import Answers, holds
from terecht.flow.decide import Decision, Step
from terecht.flow.knowledge import Knowledge
from terecht.flow.plan import Card, Plan
from terecht.flow.table import MANAGERS, Entry, Table
from terecht.load import Client, load
from terecht.load.organisation import Organisation

#: Organisations that differ in who there is and in what is decided.
MADE = {
    "everyone": written(
        {"mediation": {"after_misconduct": "only_on_wish"}}, EVERYONE, sector=["cultuur_media", "sport"]
    ),
    "only hr": written({"show_national_helplines": "no"}, [contact("een", "hr")]),
    "one in two roles": written(
        {"scope": {"integriteit": "no", "conflict": "no", "prive": "no"}, "is_meldpunt": "yes"},
        [contact("een", "vertrouwenspersoon", "hr"), contact("twee", "directie", "klachtencommissie")],
    ),
    "accused": written(
        {"accused_support": "hr_casemanager", "complaint": {"who": ["in_dienst"]}},
        [contact("een", "vertrouwenspersoon", also_for_accused="yes", serves=["zzp"]), contact("hr", "hr")],
        meldregeling="no",
    ),
}


NAMES = [*EXAMPLES, *MADE]


def folder_of(name: str, top: Path) -> Path:
    """The folder of one of them; those that are made up are written below ``top``, once."""
    if name in EXAMPLES:
        return ROOT / "organisations" / name
    folder = top / f"nummer-{list(MADE).index(name)}"
    folder.mkdir(exist_ok=True)
    (folder / "organisation.yml").write_text(MADE[name], "utf-8")
    return folder


def client_named(name: str, top: Path, content: Knowledge) -> Client:
    """One of them, loaded."""
    client, findings = load(folder_of(name, top), content, TODAY)
    assert client is not None, findings
    return client


def draw(table: Table, organisation: Organisation, chance: random.Random) -> Answers:
    """A raw set of answers, stale ones to questions that are not asked included."""
    people = [contact.id for contact in organisation.with_role("vertrouwenspersoon")]
    chosen: set[tuple[str, str]] = set()
    for question in table.questions:
        possible = [*(people if question.people else question.answers), "weet_niet"]
        most = 3 if question.several else 1
        for answer in chance.sample(possible, min(len(possible), chance.randint(0, most))):
            chosen.add((question.id, answer))
    return frozenset(chosen)


def shown_by(plan: Plan, answers: Answers) -> Decision:
    """What the plan shows for answers that count, as ``decide`` says it."""
    numbered = plan.numbered(answers)

    def there(entries: Iterable[Entry]) -> list[str]:
        return [entry.name for entry in entries if holds(entry.when, numbered, frozenset())]

    def shown(cards: Iterable[Card]) -> list[Card]:
        return [card for card in cards if holds(card.when, numbered, frozenset())]

    (first,) = shown(plan.first)
    safety = next(iter(shown(plan.safety)), None)
    beside = shown((*plan.top, *plan.also))
    contacts: list[str] = []
    national = there(plan.top_lines) + (there(safety.lines) if safety else [])
    for card in (first, *beside):
        for link in (*card.links, *card.beside):
            if holds(link.when, numbered, frozenset()):
                contacts += [name for name in there(link.people) if name not in MANAGERS]
        national += there(card.instead) + there(card.lines)
    national += there(plan.lines)
    head = safety or first
    return Decision(
        head.source,
        head.outcome,
        Step(first.source, first.outcome) if safety else None,
        tuple(card.outcome for card in beside),
        tuple(dict.fromkeys(contacts)),
        tuple(dict.fromkeys(national)),
        tuple(there(plan.hidden)),
    )
