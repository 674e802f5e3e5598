"""What the site says of itself is backed by numbers: each sentence is in ``docs/data/safe_use.yml``, with its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

import pytest
import yaml

from conftest import ROOT
from terecht.flow.knowledge import Knowledge
from trust_table import promises

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
#: A title that ends in a question mark does not end its sentence, so only a full stop does.
_END = re.compile(r"(?<=\.)\s+")


@dataclass(frozen=True)
class Said:
    """A sentence in each language, where it stands, and the promises that back it; none where it promises nothing."""

    place: str
    numbers: tuple[int, ...]
    nl: str
    en: str


def everything_said() -> list[Said]:
    entries = yaml.safe_load((ROOT / "docs/data/safe_use.yml").read_text("utf-8"))["entries"]
    return [Said(**(entry | {"numbers": tuple(entry["numbers"])})) for entry in entries]


def sentences_at(place: str, language: str, content: Knowledge) -> list[str]:
    """The sentences of a page's first lines, of a section of it, or of a word of the frame."""
    page, _, anchor = place.partition("#")
    if page not in content.pages:
        return _END.split(content.words[language][place])
    text = content.template(language, page).text
    start = f"{{: #{anchor} }}" if anchor else f"{{: #{page} }}"
    section = text.partition(start)[2].partition("\n## ")[0].partition("{{")[0]
    blocks = re.split(r"\n(?=- )|\n\s*\n", section)
    plain = [_LINK.sub(r"\1", " ".join(block.split())).replace("**", "").removeprefix("- ") for block in blocks]
    return [sentence for block in plain if block for sentence in _END.split(block)]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("place", [place for place, _ in groupby(everything_said(), lambda said: said.place)])
def test_every_sentence_is_backed_or_promises_nothing(place: str, language: str, content: Knowledge) -> None:
    listed = [getattr(said, language) for said in everything_said() if said.place == place]
    assert sentences_at(place, language, content) == listed


def test_the_numbers_are_promises() -> None:
    numbers = {promise.number for promise in promises()}
    assert sorted(numbers) == list(range(1, 35))
    assert {number for said in everything_said() for number in said.numbers} <= numbers


@pytest.mark.parametrize("number", [1, 2, 5, 6, 7, 11, 19])
def test_what_we_measure_for_readers_is_also_told(number: int) -> None:
    assert any(number in said.numbers for said in everything_said())


def test_a_sentence_that_promises_more_would_be_seen(content: Knowledge) -> None:
    listed = [said.nl for said in everything_said() if said.place == "footer_private"]
    words = {"nl": {**content.words["nl"], "footer_private": f"{' '.join(listed)} Niemand ziet dat je hier was."}}
    promising = Knowledge(**(vars(content) | {"words": words}))
    assert sentences_at("footer_private", "nl", promising) != listed
