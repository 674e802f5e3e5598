"""A site is whole with whoever there is: nothing empty, nothing half, nobody sent to someone who does not exist."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from conftest import EXAMPLES, ROOT
from reading import EVERYONE, Reader, contact, organisation, plain
from terecht.load.organisation import ROLES
from terecht.merge import Page
from terecht.slots import SLOT
from terecht.texts import Passage

ALONE = {role: organisation({}, [contact("een", role)]) for role in ROLES}
ORGANISATIONS: dict[str, str | Path] = {
    **{name: ROOT / "organisations" / name for name in EXAMPLES},
    **{f"only {role}": text for role, text in ALONE.items()},
    "everyone": organisation({}, EVERYONE),
    "no lines": organisation({"show_national_helplines": "no"}, [contact("een", "hr")]),
}
#: The words by which a page names somebody whom an organisation may lack.
NAMES = {
    "nl": {
        "vertrouwenspersoon": "vertrouwenspersoon",
        "klachtencommissie": "klachtencommissie",
        "meldpunt": "meldpunt",
        "hr": "HR",
        "bedrijfsarts": "bedrijfsarts",
        "bedrijfsmaatschappelijk_werk": "bedrijfsmaatschappelijk werk",
        "ondernemingsraad": "(?:ondernemingsraad|OR)",
        "directie": "directie",
        "toezichthouder": "toezichthouder",
        "ombudsfunctionaris": "ombudsfunctionaris",
        "mediator": "mediator",
        "preventiemedewerker": "preventiemedewerker",
    },
    "en": {
        "vertrouwenspersoon": "(?:confidential adviser|vertrouwenspersoon)",
        "klachtencommissie": "(?:complaints committee|klachtencommissie)",
        "meldpunt": "(?:reporting point|meldpunt)",
        "hr": "HR",
        "bedrijfsarts": "(?:company doctor|bedrijfsarts)",
        "bedrijfsmaatschappelijk_werk": "company social work",
        "ondernemingsraad": "works council",
        "directie": "(?:management|directie|director|board)",
        "toezichthouder": "(?:supervisor|supervisory board|toezichthouder)",
        "ombudsfunctionaris": "(?:ombuds officer|ombudsfunctionaris)",
        "mediator": "mediator",
        "preventiemedewerker": "(?:prevention officer|preventiemedewerker)",
    },
}
#: How a page sends a reader to them.
SENDS = {
    "nl": r"(?:\b(?:vraag|bel|mail|schrijf)(?: het| dan| ook| eerst| om hulp)*(?: aan| naar)?"
    r" (?:de |het |een |je )?{name}\b"
    r"|\b(?:ga|stap|kun je|loop)(?: \w+)? naar (?:de |het |een |je )?{name}\b"
    r"|\b(?:praat|overleg|bespreek)(?: \w+)? met (?:de |het |een |je )?{name}\b"
    r"|\bkun je(?: \w+)? bij (?:de |het |een |je )?{name}\b)",
    "en": r"(?:\b(?:ask|call|mail|write to)(?: first| also)* (?:the |your )?{name}\b"
    r"|(?<!needs to )\b(?:go|turn)(?: first| also)? to (?:the |your )?{name}\b"
    r"|\b(?:talk|speak)(?: first| also)? (?:to|with) (?:the |your )?{name}\b)",
}
#: Said of the works council, not to the reader.
TOLD = {"praat met de directie", "praat dan met de directie"}
#: Pages that explain how it can be anywhere: their words are not advice to this reader.
GENERAL = {"organisatie", "woorden"}


def blocks(page: Page) -> list[str]:
    """The blocks of Markdown of a merged page, fragments as a word where they show something."""

    def shown(slot: re.Match[str]) -> str:
        return "Kaart." if plain(page, slot.group()) else ""

    body = re.sub(r'<div class="t-fragment">(.*?)</div>', lambda found: SLOT.sub(shown, found.group(1)), page.text.body)
    return [block.strip() for block in re.split(r"\n\s*\n", body) if block.strip()]


def half(page: Page) -> list[str]:
    """What is empty or cut off on a page: headings, sentences, list items, rows, links."""
    found = []
    parts = [*blocks(page), "# Einde"]
    for block, following in itertools.pairwise(parts):
        level = re.match(r"#+", block)
        next_level = re.match(r"#+", following)
        if level and "\n" not in block and next_level and len(next_level.group()) <= len(level.group()):
            found.append(f"empty heading: {block}")
        if block.endswith(":") and not re.match(r"- |\d+\. |\||<|Kaart|>|\*\*", following):
            found.append(f"nothing follows: {block[-80:]}")
        found += [f"empty item: {block}" for line in block.splitlines() if re.fullmatch(r"\s*(?:-|\d+\.)\s*", line)]
        found += [f"half a sentence: {words}" for words in re.findall(r"\S+ [.,](?=\s|$)", block)]
    return found


def sent_to_nobody(role: str, page: Page) -> list[str]:
    """Where a page sends a reader to the contacts of a role."""
    pattern = SENDS[page.language].format(name=NAMES[page.language][role])
    ours = (block for block in page.text.body.split("\n\n") if not block.startswith(("|", '<div class="t-fragment">')))
    text = " ".join(plain(page, block) for block in ours)
    return [found.group() for found in re.finditer(pattern, text, re.IGNORECASE)]


@pytest.mark.parametrize("name", ORGANISATIONS)
def test_nothing_is_empty_or_half(name: str, reader: Reader) -> None:
    found = [(page.language, page.name, what) for page in reader.site(ORGANISATIONS[name]).pages for what in half(page)]
    assert found == []


@pytest.mark.parametrize("only", ROLES)
def test_nobody_is_sent_to_somebody_who_is_not_there(only: str, reader: Reader) -> None:
    pages = [page for page in reader.site(ALONE[only]).pages if page.name not in GENERAL]
    absent = [role for role in NAMES["nl"] if role != only]
    found = {
        (page.language, page.name, what.lower())
        for page in pages
        for role in absent
        for what in sent_to_nobody(role, page)
    }
    assert [where for where in found if where[2] not in TOLD] == []


def test_being_sent_to_nobody_would_be_seen(reader: Reader) -> None:
    everyone = reader.site(ORGANISATIONS["everyone"]).pages
    for language, names in NAMES.items():
        seen = {role for role in names for page in everyone if page.language == language if sent_to_nobody(role, page)}
        assert {"vertrouwenspersoon", "hr"} <= seen, (language, seen)


@pytest.mark.parametrize(
    ("planted", "seen"),
    [
        ("## Leeg {: #leeg }\n\n## Vol {: #vol }\n\nTekst.", "empty heading"),
        ("Dit weten we:\n\nEn dan iets anders.", "nothing follows"),
        ("- een\n-\n- drie", "empty item"),
        ("De kosten zijn van .", "half a sentence"),
    ],
)
def test_what_is_half_would_be_seen(planted: str, seen: str, reader: Reader) -> None:
    import dataclasses

    page = reader.site(ALONE["hr"]).pages[0]
    passages = (*page.text.passages, Passage(page.language, page.name, f"\n\n{planted}\n"))
    broken = dataclasses.replace(page, text=dataclasses.replace(page.text, passages=passages))
    assert [what for what in half(broken) if what.startswith(seen)]
