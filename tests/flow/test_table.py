"""The decision table is checked as strictly as everything else: each mistake here is one finding with a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import ROOT
from terecht.flow.knowledge import Knowledge
from terecht.flow.scenarios import load_scenarios, run
from terecht.flow.table import load_table

FLOW = ROOT / "docs/flow"


def changed(tmp_path: Path, name: str, old: str, new: str) -> tuple[Path, int]:
    """A copy of a file with one change, and the line of it."""
    text = (FLOW / name).read_text("utf-8")
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path, text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('when: veiligheid == "gevaar_nu"', 'when: veiligheid == "gevaar"', "'veiligheid' is never 'gevaar'"),
        ('when: veiligheid == "gevaar_nu"', 'when: veilig == "gevaar_nu"', "'veilig' is not one answer"),
        ('when: rol == "informatie"', 'when: rol = "informatie"', "this condition can not be read"),
        ('when: rol == "informatie"', 'when: rol > "informatie"', "compare with ==, !=, in or not in"),
        ('when: rol == "informatie"', "when: rol + rol", "'add' is not possible in a condition"),
        ("not facts.meldregeling", "not facts.meldregelng", "there is no fact 'meldregelng'"),
        ("not facts.meldregeling", "not facts.integriteit", "'facts.integriteit' has values"),
        ('facts.conflict != "no"', 'facts.conflict != "nee"', "'facts.conflict' is never 'nee'"),
        (
            "when: '\"discriminatie\" in onderwerp'",
            "when: '\"racisme\" in onderwerp'",
            "'onderwerp' is never 'racisme'",
        ),
        ("outcome: alarm,", "outcome: alrm,", "there is no outcome 'alrm'"),
        ("lines: [veilig_thuis]}", "lines: [veilig_huis]}", "there is no helpline 'veilig_huis'"),
        ("role: mediator,", "role: meediator,", "there is no role 'meediator'"),
        ("  - {id: R05,", "  - {id: R06,", "the id 'R06' stands here twice"),
        ("{is: vp_integriteit, when: facts", "{is: vp_integriteit, wen: facts", "unknown key 'wen'"),
        ("for: zelf, omstander, ontvanger", "for: zelf, omstaander", "there is no reader 'omstaander'"),
        ("  mediator:\n    roles: [hr, directie]\n    lines: [mfn_register]\n", "", "there is no chain for 'mediator'"),
        ("lines: [mfn_register]\n", "lines: []\n", "the chain of 'mediator' does not end at a national line"),
        ('asked: rol != "informatie"', 'asked: wens != "praten"', "'onderwerp' depends on 'wens', which comes later"),
        ("    open: nee", "    open: neen", "there is no answer 'neen'"),
        ("names:\n", "names:\n  klein: groot\n", "there is no 'groot'"),
        ("questions:\n", "question:\n", "unknown key 'question'"),
        ("laws: [sv_161]", "laws: [sv_116]", "there is no law 'sv_116'"),
    ],
)
def test_a_mistake_in_the_table_is_a_finding(
    old: str, new: str, expected: str, tmp_path: Path, content: Knowledge
) -> None:
    path, line = changed(tmp_path, "structure.yml", old, new)
    table, findings = load_table(path, "structure.yml", content.helplines, content.laws)
    assert table is None
    assert any(expected in finding.message for finding in findings), findings
    near = [finding for finding in findings if expected in finding.message]
    assert abs(near[0].line - line) <= 4 or "chain" in expected, near


def test_every_scenario_gets_its_answer(content: Knowledge) -> None:
    table, findings = load_table(FLOW / "structure.yml", "structure.yml", content.helplines, content.laws)
    scenarios, wrong = load_scenarios(FLOW / "scenarios.yml", "scenarios.yml")
    assert table is not None
    assert scenarios is not None
    assert findings + wrong + list(run(scenarios, table)) == []
    assert len({scenario.rule for scenario in scenarios.scenarios}) >= 16


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("answers: {rol: informatie}", "answers: {rol: informatie, wens: praten}", "'wens' is answered, and not asked"),
        ("betrokken: [collega], wens: stoppen, politievraag", "wens: stoppen, politievraag", "'betrokken' is asked"),
        ("wens: stoppen, politievraag", "wens: stopen, politievraag", "'stopen' is no answer to 'wens'"),
        ("organisation: klein", "organisation: klien", "there is no organisation 'klien'"),
        ("first_contact: buiten", "first_contact: binnen", "the first contact is ('buiten',)"),
        ("then: {rule: R18, outcome: vp}", "then: {rule: R19, outcome: vp}", "under it stands ('R18', 'vp')"),
        ("never: {contacts: [directeur]}", "never: {contacts: [enige]}", "'enige' is among the contacts"),
    ],
)
def test_a_story_that_does_not_hold_is_a_finding(
    old: str, new: str, expected: str, tmp_path: Path, content: Knowledge
) -> None:
    path, _ = changed(tmp_path, "scenarios.yml", old, new)
    table, _ = load_table(FLOW / "structure.yml", "structure.yml", content.helplines, content.laws)
    scenarios, findings = load_scenarios(path, "scenarios.yml")
    assert table is not None
    assert scenarios is not None, findings
    assert any(expected in finding.message for finding in run(scenarios, table))
