"""What no single value can tell: the warnings about an organisation as a whole."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from conftest import MINIMAL, ROOT, TODAY
from terecht.flow.knowledge import Knowledge
from terecht.load import load
from terecht.load.checks import _unset
from terecht.load.organisation import Policy

EVERY_POLICY = [".".join(map(str, place[1:])) for place in _unset(Policy(), ("policy",))]


def load_text(folder: Path, text: str, content: Knowledge) -> list[str]:
    folder.mkdir(exist_ok=True)
    (folder / "organisation.yml").write_text(text, "utf-8")
    _, findings = load(folder, content, TODAY)
    return [f"{finding.line}:{finding.column} {finding.code} {finding.message}" for finding in findings]


def test_nothing_is_set_so_everything_is_warned_about(tmp_path: Path, content: Knowledge) -> None:
    found = load_text(tmp_path / "klein", MINIMAL, content)
    named = [line.split("'")[1] for line in found if " W106 " in line]
    assert sorted(named) == sorted(EVERY_POLICY)
    assert len(named) >= 33


def test_the_full_example_has_every_policy_set(content: Knowledge) -> None:
    _, findings = load(ROOT / "organisations/lagelanden", content, TODAY)
    assert {finding.code for finding in findings} == {"W110"}


@pytest.mark.parametrize("setting", EVERY_POLICY)
def test_a_policy_that_is_unset_is_one_warning(setting: str, tmp_path: Path, content: Knowledge) -> None:
    folder = tmp_path / "lagelanden"
    shutil.copytree(ROOT / "organisations/lagelanden", folder)
    text = (folder / "organisation.yml").read_text("utf-8")
    key = setting.rpartition(".")[2]
    start = text.index("policy:")
    pattern = re.compile(rf"(?<=[\s{{]){key}:(?= )")
    if setting.startswith("complaint.") or "." not in setting:
        pattern = re.compile(rf"^ +{key}:(?= )", re.MULTILINE)
    at = pattern.search(text, text.index(f"{setting.partition('.')[0]}:", start) if "." in setting else start)
    assert at
    (folder / "organisation.yml").write_text(_without_value(text, at.start()), "utf-8")
    _, findings = load(folder, content, TODAY)
    warned = [finding.message for finding in findings if finding.code == "W106"]
    assert warned == [f"the policy '{setting}' is unset"]


def _without_value(text: str, at: int) -> str:
    """The text without the value of the key that stands at ``at``; an empty value is an absent one."""
    colon = text.index(":", at) + 1
    end, depth = colon, 0
    while end < len(text) and not (depth == 0 and text[end] in ",}\n"):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(text[end], 0)
        end += 1
    return text[:colon] + " ''" + text[end:]


def test_two_vertrouwenspersonen_are_no_warning(tmp_path: Path, content: Knowledge) -> None:
    text = MINIMAL + "  - {id: vos, roles: [vertrouwenspersoon], name: Vos, email: vos@voorbeeld.example}\n"
    assert not [line for line in load_text(tmp_path / "twee", text, content) if "W104" in line]


def test_only_the_day_makes_a_review_overdue(tmp_path: Path, content: Knowledge) -> None:
    text = MINIMAL + "review: {next: 2026-11-23}\n"
    assert not [line for line in load_text(tmp_path / "vandaag", text, content) if "W105" in line]
    text = MINIMAL + "review: {next: 2026-11-22}\n"
    assert [line for line in load_text(tmp_path / "gisteren", text, content) if "W105" in line]


def test_all_findings_of_a_file_come_at_once(tmp_path: Path, content: Knowledge) -> None:
    text = MINIMAL.replace("06 12345678", "06") + "url: x\nbrand: {colour: blauw, logo: weg.svg}\n"
    codes = [line.split()[1] for line in load_text(tmp_path / "veel", text, content)]
    assert codes == ["T026", "T028", "T025"]
