"""What the reader's texts never say, and how hard they are to read: B1, and no promise that can not be kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import textstat
import yaml

from conftest import ROOT
from terecht.languages import LANGUAGES

#: By language: words that promise too much, judge too soon, or that B1 readers do not know.
NEVER = {
    "nl": [
        *(r"je moet\b", r"moet je\b", r"\bdaders?\b", r"100\s?%", r"\bneutra\w+", r"altijd anoniem", r"gegarandeerd"),
        *(r"\bescalat\w+", r"\btraject\w*", r"\binterventie\w*", r"\bfacilite\w+", r"\bborg(en|t)\b", r"\bsignale\w+"),
        *(r"\bpositioner\w+", r"\bontvankelijk\w*", r"laagdrempelig\w*", r"eerste opvang", r"\bregie\b"),
        # Whether it is so is not for a site to say (FLOW part 6).
        r"\b(dit|dat|het) is (pesten|discriminatie|strafbaar|een (misstand|misdrijf|misdaad)|(seksuele )?intimidatie)",
        *(r"bang te zijn", r"wij lossen", r"wist je sporen", r"\bslachtoffers?\b(?!hulp)"),
    ],
    "en": [
        *(r"you must\b", r"you have to\b", r"\bperpetrators?\b", r"100\s?%", r"\bneutral\b", r"always anonymous"),
        *(
            r"guaranteed",
            r"\bescalat\w+",
            r"\btrajector\w+",
            r"\bfacilitat\w+",
            r"\bintervention\w*",
            r"nothing to fear",
        ),
        # "Ask if it is a crime" and "perhaps it is a crime" claim nothing.
        r"(?<!if )(?<!whether )(?<!perhaps )\b(this|it) is (bullying|discrimination|punishable|a crime|harassment)",
        *(r"nothing to fear", r"untraceable", r"\bvictims?\b(?! support)"),
    ],
}
#: Said kindly: a burden that is taken away is not a duty.
ALLOWED = {"en": [r"you do not have to\b", r"nobody has to\b"]}


@dataclass(frozen=True)
class Prose:
    """What readers read of a file in one language, without tags, the targets of links and marks."""

    name: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.language}-{self.name}"

    @property
    def sentences(self) -> list[str]:
        """Its sentences, the items of lists, what stands before a colon and what behind it."""
        parts = re.split(r"\n\s*\n|\n\s*(?:-|\d+\.)\s|(?<=[.?!:])[\"']?\s+", self.text)
        return [" ".join(part.split()) for part in parts if part.split()]


def page(path: Path) -> Prose:
    text = re.sub(r"\A---.*?---", "", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}", "\n\n", text)
    text = re.sub(r"\{\{.*?\}\}", "Naam", text)
    marks = r"\{:.*?\}|\]\([^)]*\)|[*_\[\]`]|</?[a-z][^>]*>|^\?\?\?.*$|^#.*$|^\|.*$"
    return Prose(path.stem, path.parent.name, re.sub(marks, "", text, flags=re.MULTILINE).replace("&shy;", ""))


def words(path: Path) -> Prose:
    return Prose("words", path.stem, "\n\n".join(yaml.safe_load(path.read_text("utf-8")).values()))


def data(path: Path, key: str, language: str) -> Prose:
    entries = yaml.safe_load(path.read_text("utf-8"))["entries"]
    return Prose(path.stem, language, "\n\n".join(entry[key][language] for entry in entries))


def flow(path: Path, part: str) -> Prose:
    """The questions and reasons of the flow, or its cards: every text in them, each on its own."""
    keys = {"questions": ("questions", "reasons", "secret"), "cards": ("outcomes",)}[part]
    whole = yaml.safe_load(path.read_text("utf-8"))
    texts = [text for key in keys for text in read(whole[key])]
    return Prose(f"flow-{part}", path.stem, re.sub(r"\{\{.*?\}\}", "Naam", "\n\n".join(texts)))


def read(part: object) -> Iterator[str]:
    """The texts in a part of the flow; conditions, roles and links are not read by anybody."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        for item in part:
            yield from read(item["text"] if isinstance(item, dict) else item)
    elif isinstance(part, dict):
        for inner in part.values():
            yield from read(inner)


PAGES = [page(path) for language in LANGUAGES for path in sorted((ROOT / "docs" / language).glob("*.md"))]
DATA = [
    data(ROOT / f"docs/data/{name}.yml", key, language)
    for name, key in (("laws", "says"), ("helplines", "what"))
    for language in LANGUAGES
]
FLOW = [flow(ROOT / f"docs/flow/{language}.yml", part) for language in LANGUAGES for part in ("questions", "cards")]
WORDS = [words(ROOT / f"docs/words/{language}.yml") for language in LANGUAGES]


def said(text: Prose) -> list[str]:
    """What stands in a text though it is never said."""
    lower = text.text.lower()
    for allowed in ALLOWED.get(text.language, []):
        lower = re.sub(allowed, "", lower)
    return [match.group() for pattern in NEVER[text.language] for match in re.finditer(pattern, lower)]


@pytest.mark.parametrize("text", [*PAGES, *DATA, *FLOW, *WORDS], ids=str)
def test_what_is_never_said(text: Prose) -> None:
    assert said(text) == []


@pytest.mark.parametrize("language", NEVER)
def test_what_is_never_said_would_be_seen(language: str) -> None:
    planted = {
        "nl": "Dan moet je naar de dader. Dat is laagdrempelig. Dit is intimidatie.",
        "en": "You must trust the neutral adviser. This is a crime.",
    }
    assert len(said(Prose("planted", language, planted[language]))) >= 3


@pytest.mark.parametrize("text", [*PAGES, *DATA, *FLOW], ids=str)
def test_sentences_are_short(text: Prose) -> None:
    """DOMAIN 8.2: about 10 to 12 words a sentence, and no sentence that a reader loses the thread of."""
    lengths = [(len(sentence.split()), sentence) for sentence in text.sentences]
    assert [sentence for sentence in lengths if sentence[0] > 22] == []
    assert sum(length for length, _ in lengths) / len(lengths) <= 12
    assert len(lengths) > 10


@pytest.mark.parametrize("text", [text for text in (*PAGES, *DATA, *FLOW) if text.language == "nl"], ids=str)
def test_dutch_is_easy_to_read(text: Prose) -> None:
    """Flesch-Douma of 60 or more. No page needs an exception."""
    assert reading_ease(text.text) >= 60


def reading_ease(text: str) -> float:
    textstat.set_lang("nl")
    return float(textstat.flesch_reading_ease(text))


def test_hard_dutch_would_be_seen() -> None:
    hard = (
        "De vertrouwelijkheidsverplichting van de vertrouwensfunctionaris impliceert vanzelfsprekend een weloverwogen "
        "informatieverstrekking richting leidinggevenden en klachtenbehandelaars."
    )
    assert reading_ease(hard) < 30
