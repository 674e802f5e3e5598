"""What the reader's texts never say, and how long a sentence may be: B1, and no promise that can not be kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import ROOT

TEXTS = sorted(path for name in ("nl", "en", "words") for path in (ROOT / "docs" / name).iterdir())
#: By language: words that promise too much, judge too soon, or that B1 readers do not know.
NEVER = {
    "nl": [
        *(r"je moet\b", r"moet je\b", r"\bdaders?\b", r"100\s?%", r"\bneutra\w+", r"altijd anoniem", r"gegarandeerd"),
        *(r"\bescalat\w+", r"\btraject\w*", r"\binterventie\w*", r"\bfacilite\w+", r"\bborg(en|t)\b", r"\bsignale\w+"),
        *(r"\bpositioner\w+", r"\bontvankelijk\w*", r"laagdrempelig\w*", r"eerste opvang", r"\bregie\b"),
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
        *(r"nothing to fear", r"untraceable", r"\bvictims?\b(?! Support)"),
    ],
}
#: Said kindly: a burden that is taken away is not a duty.
ALLOWED = {"en": [r"you do not have to\b", r"nobody has to\b"]}


def language_of(path: Path) -> str:
    return path.stem if path.parent.name == "words" else path.parent.name


def prose(path: Path) -> str:
    """The text of a template without tags, links' targets and marks; of a file of words, the words."""
    if path.suffix == ".yml":
        return "\n\n".join(line.partition(": ")[2] for line in path.read_text("utf-8").splitlines())
    text = re.sub(r"\A---.*?---", "", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}", "\n\n", text)
    text = re.sub(r"\{\{.*?\}\}", "Naam", text)
    text = re.sub(r"\{:.*?\}|\]\([^)]*\)|[*_\[\]`]|^\?\?\?.*$|^#.*$|^\|.*$", "", text, flags=re.MULTILINE)
    return text.replace("&shy;", "")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_is_never_said(path: Path) -> None:
    language = language_of(path)
    text = prose(path).lower()
    for allowed in ALLOWED.get(language, []):
        text = re.sub(allowed, "", text)
    found = [match.group() for pattern in NEVER[language] for match in re.finditer(pattern, text)]
    assert found == []


@pytest.mark.parametrize("language", NEVER)
def test_what_is_never_said_would_be_seen(language: str) -> None:
    planted = {"nl": "Dan moet je naar de dader. Dat is laagdrempelig.", "en": "You must trust the neutral adviser."}
    found = [pattern for pattern in NEVER[language] if re.search(pattern, planted[language].lower())]
    assert len(found) >= 2


def sentences(path: Path) -> list[str]:
    parts = re.split(r"\n\s*\n|\n\s*(?:-|\d+\.)\s|(?<=[.?!:])[\"']?\s+", prose(path))
    return [" ".join(part.split()) for part in parts if part.split()]


@pytest.mark.parametrize(
    "path", [path for path in TEXTS if path.suffix == ".md"], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_sentences_are_short(path: Path) -> None:
    lengths = {sentence: len(sentence.split()) for sentence in sentences(path)}
    assert [sentence for sentence, words in lengths.items() if words > 22] == []
    assert sum(lengths.values()) / len(lengths) <= 12
    assert len(lengths) > 10
