"""Every claim has a place in docs/data/claims.yml: where a reader finds it, or why the site says nothing.

The ids are those of the report that the content rests on: C, T, L, F, M, G what the seed documents claim, 1d what they
say about secrecy, P the settings of an organisation, Q what employees ask.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, model_validator

from conftest import EXAMPLES, ROOT
from reading import EVERYONE, Reader, Setting, contact, organisation, settings, with_setting
from terecht.load.yaml_tree import parse, plain

IDS = [
    *(f"C{number:02}" for number in range(1, 16)),
    *(f"T{number}" for number in range(1, 17)),
    *("L1", "L2a", "L2b", "L3", "L4", "L5", "L6a", "L6b", "L7", "L8", "1d"),
    *(f"F{number}" for number in range(1, 9)),
    *(f"M{number}" for number in range(1, 9)),
    *(f"G{number}" for number in range(1, 11)),
    *(f"P-{number:02}" for number in range(1, 21)),
    *(f"Q{number}" for number in range(1, 33)),
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sentence(Strict):
    """The same sentence in each language, as a reader sees it."""

    nl: str
    en: str


class Claim(Strict):
    """One row: what it is about, what it rests on, and either where it stands or why it does not.

    ``verdict`` is how the seed documents agree (A agreed, D they disagree, L at odds with the law or the profession, P
    the organisation decides, O opinion); ``sure`` how certain our sentence is (H, M, L). A setting has a sentence a
    value, and one for when it is unset.
    """

    id: str
    about: str
    rests_on: str
    verdict: str | None = None
    sure: Literal["H", "M", "L"] | None = None
    page: str | None = None
    heading: str | None = None
    nl: str | None = None
    en: str | None = None
    setting: str | None = None
    values: dict[str, Sentence] | None = None
    silent: str | None = None

    @model_validator(mode="after")
    def whole(self) -> Claim:
        """A claim is silent, or has a place and a sentence, or a place and a sentence a value."""
        place = bool(self.page and self.heading)
        said = place and bool(self.nl and self.en) and not (self.setting or self.values)
        shown = place and bool(self.setting and self.values) and not (self.nl or self.en)
        if [bool(self.silent) and not place, said, shown].count(True) != 1:
            raise ValueError(f"{self.id} is not one of: silent, said, shown")
        return self


def read() -> list[Claim]:
    tree, findings = parse((ROOT / "docs/data/claims.yml").read_bytes(), "docs/data/claims.yml")
    assert tree, findings
    read = plain(tree)
    assert isinstance(read, dict)
    return [Claim.model_validate(entry) for entry in read["entries"]]


CLAIMS = read()
SAID = [claim for claim in CLAIMS if claim.nl]
SHOWN = [claim for claim in CLAIMS if claim.values]
BY_PATH = {setting.path: setting for setting in settings()}
#: Where a sentence is looked for: some stand only where somebody is there, or is not.
PLACES: list[str | Path] = [
    *(ROOT / "organisations" / name for name in EXAMPLES),
    organisation({}, EVERYONE),
    organisation({}, EVERYONE, public_body="yes", meldregeling="yes", sector=["onderwijs"]),
    organisation({}, [contact("een", "vertrouwenspersoon")]),
    organisation({}, [contact("een", "hr")]),
]


def one_line(text: str) -> str:
    return " ".join(text.split())


def found(claim: Claim, sentence: str, language: str, reader: Reader) -> bool:
    assert claim.page
    assert claim.heading
    there = [place for place in PLACES if any(page.language == language for page in reader.site(place).pages)]
    texts = (reader.section(place, language, claim.page, claim.heading) for place in there)
    return any(one_line(sentence) in text for text in texts)


def test_every_row_is_there_once() -> None:
    counted = Counter(claim.id for claim in CLAIMS if not claim.setting)
    shown = Counter((claim.id, claim.setting) for claim in SHOWN)
    assert set(counted) | {claim.id for claim in SHOWN} == set(IDS)
    assert [row for row, times in (*counted.items(), *shown.items()) if times > 1] == []


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("claim", SAID, ids=lambda claim: claim.id)
def test_a_claim_stands_where_it_says(claim: Claim, language: str, reader: Reader) -> None:
    sentence = getattr(claim, language)
    assert len(sentence.split()) >= 3
    assert found(claim, sentence, language, reader), sentence


def test_a_claim_that_is_gone_would_be_seen(reader: Reader) -> None:
    claim = SAID[0]
    assert claim.nl
    assert not found(claim, claim.nl.replace(" ", " niet ", 1), "nl", reader)


def test_silence_has_a_reason() -> None:
    silent = [claim for claim in CLAIMS if claim.silent]
    assert [claim.id for claim in silent if len(str(claim.silent).split()) < 5] == []
    assert len(silent) < len(CLAIMS) / 5


def test_every_setting_and_value_has_a_sentence() -> None:
    assert {claim.setting for claim in SHOWN} == set(BY_PATH)
    for claim in SHOWN:
        setting = BY_PATH[str(claim.setting)]
        assert set(claim.values or ()) == {*setting.values, "unset"}, claim.setting


def text_with(claim: Claim, setting: Setting, value: str, language: str, reader: Reader) -> str:
    written = with_setting(setting, None if value == "unset" else value)
    return reader.section(written, language, str(claim.page), str(claim.heading))


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("claim", SHOWN, ids=lambda claim: str(claim.setting))
def test_a_value_shows_its_own_sentence_and_no_other(claim: Claim, language: str, reader: Reader) -> None:
    setting = BY_PATH[str(claim.setting)]
    sentences = {value: one_line(getattr(said, language)) for value, said in (claim.values or {}).items()}
    for value, own in sentences.items():
        text = text_with(claim, setting, value, language, reader)
        assert own in text, (value, own)
        wrong = {other for other, sentence in sentences.items() if sentence in text and sentence not in own}
        assert wrong == set(), (value, wrong)
