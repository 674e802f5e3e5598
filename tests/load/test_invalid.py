"""Every broken organisation below tests/organisations_invalid/ gives exactly the findings in its expected.txt."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from conftest import ROOT, TODAY
from terecht.findings import CODES, stopping
from terecht.flow.knowledge import Knowledge
from terecht.load import load

CASES = sorted((ROOT / "tests/organisations_invalid").iterdir())
#: The broken files are as short as can be, so every one has these warnings; test_checks.py is about them.
USUAL = {"W104", "W106"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, content: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    started = time.process_time()
    client, findings = load(case, content, TODAY)
    assert time.process_time() - started < 2
    found = [str(finding) for finding in findings if finding.code not in USUAL]
    assert found == (case / "expected.txt").read_text("utf-8").splitlines()
    assert (client is None) == bool(stopping(findings))


def test_each_case_finds_something_of_its_own() -> None:
    expected = [(case / "expected.txt").read_text("utf-8") for case in CASES]
    assert all(expected)
    texts = ["\n".join(line.partition(" ")[2] for line in text.splitlines()) for text in expected]
    assert len(set(texts)) >= len(texts) - 6  # the same mistake in bytes, as an escape, in a list of its own


def test_every_code_about_an_organisation_is_seen() -> None:
    seen = {line.split()[1] for case in CASES for line in (case / "expected.txt").read_text("utf-8").splitlines()}
    elsewhere = {
        *("T001", "T032", "T046"),  # test_files, test_values, test_cli
        *(
            "T080",
            "T081",
            "T082",
            "T083",
            "T085",
            "T086",
            "T087",
            "W111",
            "W112",
            "W113",
        ),  # our own content: test_content
        *("T084", "T088", "T089", "T090", "T091", "T092"),  # tests/flow, test_audit, test_publish
        *USUAL,
        "W110",  # test_brand
    }
    assert seen | elsewhere == set(CODES)
