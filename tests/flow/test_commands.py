"""`terecht flow decide`: the contract's JSON, and a clear word for every slip."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conftest import ROOT
from terecht.cli import main


def decide(*words: str) -> Result:
    return CliRunner().invoke(main, ["flow", "decide", "--root", str(ROOT), *words])


def test_a_decision_is_the_json_of_the_contract() -> None:
    result = decide(
        "lagelanden", "rol=zelf", "onderwerp=pesten,conflict", "betrokken=leidinggevende,vertrouwenspersoon"
    )
    assert result.exit_code == 0
    found = json.loads(result.output)
    assert list(found) == ["rule", "outcome", "then", "also", "contacts", "national", "hidden"]
    assert (found["rule"], found["outcome"], found["then"]) == ("R08", "andere_vp", None)
    assert found["hidden"] == ["bakker", "oduya", "lin"]


def test_under_a_safety_card_stands_the_other_rule() -> None:
    found = json.loads(decide("lagelanden", "veiligheid=gevaar_nu", "onderwerp=geweld").output)
    assert (found["rule"], found["then"]) == ("R01", {"rule": "R18", "outcome": "vp"})


def test_no_answers_are_answers_too() -> None:
    assert json.loads(decide("snijders").output)["rule"] == "R30"


def test_a_batch_gives_a_line_for_each_line(tmp_path: Path) -> None:
    lines = [{"rol": "informatie"}, {"onderwerp": ["pesten"], "betrokken": "collega"}, {}]
    file = tmp_path / "answers.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    result = decide("lagelanden", "--batch", str(file))
    assert [json.loads(line)["rule"] for line in result.output.splitlines()] == ["R05", "R18", "R30"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["lagelanden", "rol"], "'rol' is not an answer; write each as QUESTION=ANSWER"),
        (["lagelanden", "rol="], "'rol=' is not an answer"),
        (["lagelanden", "rool=zelf"], "there is no question 'rool'; did you mean 'rol'?"),
        (["lagelanden", "rol=zlf"], "'zlf' is no answer to 'rol'; did you mean 'zelf'?"),
        (["lagelanden", "rol=zelf,omstander"], "'rol' takes one answer, and here are 2"),
        (["lagelanden", "rol=zelf", "rol=omstander"], "'rol' is answered twice"),
        (["lagelanden", "betrokken_vp=hr"], "'hr' is no answer to 'betrokken_vp'"),
        (["niemand", "rol=zelf"], "there is no organisation 'niemand'"),
        (["lagelanden", "--batch", "weg.jsonl"], "weg.jsonl can not be read"),
    ],
)
def test_a_slip_is_told_in_one_sentence(words: list[str], expected: str) -> None:
    result = decide(*words)
    assert result.exit_code == 2
    assert expected in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{", "this line is not JSON"),
        ("[" * 100_000, "this line is not JSON"),
        ("[]", "this line is not an object of answers"),
        ('{"rol": 1}', "'rol' is not a word or a list of words"),
        ('{"rol": "nee"}', "'nee' is no answer to 'rol'"),
    ],
)
def test_a_bad_line_of_a_batch_is_named(line: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text('{"rol": "zelf"}\n' + line, "utf-8")
    result = decide("lagelanden", "--batch", str(file))
    assert result.exit_code == 2
    assert f"{file}:2: {expected}" in result.output


def graph(*words: str) -> Result:
    return CliRunner().invoke(main, ["flow", "graph", "--root", str(ROOT), *words])


def test_the_picture_has_every_question_rule_and_outcome(tmp_path: Path) -> None:
    result = graph("--output", str(tmp_path / "flow.dot"))
    assert result.exit_code == 0
    text = (tmp_path / "flow.dot").read_text("utf-8")
    for name in ("q_veiligheid", "R01", "R30", "A19", "o_vp", "o_vervolg"):
        assert f"\t{name} [" in text
    assert re.search(r"q_bereid -> R21 \[label=beiden color=", text)
    assert "R21 -> o_leidinggevende [style=dashed]" in text
    assert graph().output.startswith("digraph flow {")


def test_an_svg_needs_graphviz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = graph("--output", str(tmp_path / "flow.svg"))
    assert result.exit_code == 2
    assert "an SVG needs the program 'dot'; install Graphviz" in result.output
    assert not (tmp_path / "flow.svg").exists()


def test_an_svg_is_drawn(tmp_path: Path) -> None:
    assert graph("--output", str(tmp_path / "flow.svg")).exit_code == 0
    assert "<svg" in (tmp_path / "flow.svg").read_text("utf-8")


def test_another_kind_of_picture_is_refused(tmp_path: Path) -> None:
    assert "'flow.png' is neither .dot nor .svg" in graph("--output", str(tmp_path / "flow.png")).output
