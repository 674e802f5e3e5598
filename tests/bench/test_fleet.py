"""The fleet of the benchmark is as varied as it says, and all of it can be built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import fleet
from conftest import ROOT
from reading import settings
from structures import Structure, counted, structures
from terecht.findings import stopping
from terecht.load.organisation import ROLES

COUNT = 200


@pytest.fixture(scope="module")
def organisations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("fleet")
    fleet.write(COUNT, top)
    return top


@pytest.fixture(scope="module")
def facts(organisations: Path) -> list[dict[str, Any]]:
    files = sorted(organisations.glob("*/organisation.yml"))
    return [yaml.load(file.read_text("utf-8"), yaml.CSafeLoader) for file in files]


@pytest.fixture(scope="module")
def found(organisations: Path) -> list[Structure]:
    kept = []
    for name, structure, findings in structures(ROOT, organisations):
        assert structure is not None, findings
        assert not stopping(findings), name
        kept.append(structure)
    return kept


def test_a_fifth_at_least_differs_in_structure_and_some_share_one(found: list[Structure]) -> None:
    numbers = counted(found)
    assert numbers.clients == COUNT
    assert numbers.different >= COUNT // 5
    assert numbers.largest >= COUNT // 20
    # Whole sites seldom are the same; their pages mostly are.
    assert numbers.texts < numbers.pages / 4


def test_languages_stand_in_either_order(facts: list[dict[str, Any]]) -> None:
    ways = Counter(tuple(one["languages"]) for one in facts)
    assert set(ways) == {("nl",), ("nl", "en"), ("en", "nl"), ("en",)}
    assert ways["nl",] > COUNT // 2


def test_there_are_one_to_six_vertrouwenspersonen_and_every_role(facts: list[dict[str, Any]]) -> None:
    held = [Counter(role for contact in one["contacts"] for role in contact["roles"]) for one in facts]
    assert {one["vertrouwenspersoon"] for one in held} == set(range(1, 7))
    for role in ROLES[1:]:
        assert 0 < sum(role in one for one in held) < COUNT, role


def test_every_setting_is_answered_by_some_and_left_open_by_others(facts: list[dict[str, Any]]) -> None:
    answers = [dict(_settings(one.get("policy", {}))) for one in facts]
    several = 0
    for setting in settings():
        told = Counter(repr(one[setting.path]) for one in answers if setting.path in one)
        assert 0 < told.total() < COUNT, setting.path
        several += len(told) > 1
        # What most of them left open is answered in all ways alike; what is on the sheet has a usual answer.
        assert told.total() < COUNT / 2 or told.most_common(1)[0][1] > told.total() * 0.8, setting.path
    assert several > 0.7 * len([setting for setting in settings() if len(setting.values) > 1])


def _settings(policy: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    paths = {setting.path for setting in settings()}
    for name, value in policy.items():
        path = f"{prefix}{name}"
        if path in paths:
            yield path, value
        else:
            yield from _settings(value, f"{path}.")


def test_one_in_ten_writes_a_page_and_one_in_fifty_replaces_one(organisations: Path) -> None:
    pages = Counter(path.stem for path in organisations.glob("*/docs/*/*.md"))
    shared = {path.stem for path in (ROOT / "docs/nl").glob("*.md")}
    assert sum(count for name, count in pages.items() if name not in shared) == COUNT // 10
    assert sum(count for name, count in pages.items() if name in shared) == COUNT // 50


def test_a_client_is_the_same_in_a_fleet_of_any_size(organisations: Path, tmp_path: Path) -> None:
    (*_, last) = fleet.write(8, tmp_path)
    assert last.name == "klant-00007"
    for path in last.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (organisations / last.name / path.relative_to(last)).read_bytes()
