"""``terecht flow check`` sees faults of every kind; each says here by what it is seen."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, TODAY
from flowing import NAMES, client_named
from reading import contact, organisation
from terecht.findings import Finding
from terecht.flow import plan, proof
from terecht.flow.check import check, signature
from terecht.flow.conditions import ALWAYS, Given
from terecht.flow.knowledge import EMERGENCY, Knowledge, load_flow
from terecht.flow.scenarios import load_scenarios
from terecht.load import load
from terecht.load.organisation import ROLES, Organisation


def copy_flow(top: Path) -> None:
    """What the flow is made of, below another folder."""
    shutil.copytree(ROOT / "docs/flow", top / "docs/flow")
    (top / EMERGENCY).parent.mkdir(parents=True)
    shutil.copy(ROOT / EMERGENCY, top / EMERGENCY)


def findings_of(content: Knowledge, root: Path = ROOT) -> list[Finding]:
    """What is found in the flow below a folder, by loading it or else by checking it."""
    flow, findings = load_flow(root, "", content)
    if flow is None:
        return findings
    scenarios, wrong = load_scenarios(root / "docs/flow/scenarios.yml", "docs/flow/scenarios.yml")
    assert scenarios is not None, wrong
    return list(check(flow, scenarios, {}))


def test_nothing_is_found_for_organisations_that_differ(content: Knowledge, tmp_path: Path) -> None:
    scenarios, _ = load_scenarios(ROOT / "docs/flow/scenarios.yml", "docs/flow/scenarios.yml")
    assert scenarios is not None
    organisations = {name: client_named(name, tmp_path, content).organisation for name in NAMES}
    assert len({signature(organisation) for organisation in organisations.values()}) == len(NAMES)
    assert list(check(content.flow, scenarios, organisations)) == []


def test_many_organisations_are_checked_in_little_time(content: Knowledge, tmp_path: Path) -> None:
    """A hundred that all differ, against three plain builds of MkDocs: two thirds of their time on an idle machine.

    The solver has a processor of its own then; here other tests run on both.
    """
    scenarios, _ = load_scenarios(ROOT / "docs/flow/scenarios.yml", "docs/flow/scenarios.yml")
    assert scenarios is not None
    chance = random.Random(30)
    many = {f"nummer-{number}": differing(chance, tmp_path / f"nummer-{number}", content) for number in range(100)}
    assert len({signature(organisation) for organisation in many.values()}) == len(many)
    start = time.perf_counter()
    assert list(check(content.flow, scenarios, many)) == []
    checked = time.perf_counter() - start
    terecht = [sys.executable, "-m", "terecht", "export", "lagelanden", "--output", str(tmp_path / "plain")]
    subprocess.run(terecht, check=True, cwd=ROOT, capture_output=True)
    build = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    start = time.perf_counter()
    for _ in range(3):
        subprocess.run(build, check=True, cwd=tmp_path / "plain", capture_output=True)
    assert checked < 1.5 * (time.perf_counter() - start)


def differing(chance: random.Random, folder: Path, content: Knowledge) -> Organisation:
    """An organisation with any people and any decisions that the flow asks about."""
    scope = {
        name: chance.choice(["yes", "refer_on", "no"]) for name in ("integriteit", "conflict", "werkdruk", "prive")
    }
    policy = {
        "scope": scope,
        "mediation": {"after_misconduct": chance.choice(["only_on_wish", "no"])},
        "accused_support": chance.choice(["andere_vp", "externe_vp", "hr_casemanager", "geen"]),
        "is_meldpunt": chance.choice(["yes", "no"]),
    }
    contacts = [
        contact(
            f"vp-{number}",
            "vertrouwenspersoon",
            kind=chance.choice(["intern", "extern"]),
            also_for_accused=chance.choice(["yes", "no"]),
        )
        for number in range(chance.randint(1, 6))
    ]
    others = [role for role in ROLES if role != "vertrouwenspersoon" and chance.random() < 0.5]
    contacts += [contact(f"c-{role.replace('_', '-')}", role) for role in others]
    folder.mkdir()
    (folder / "organisation.yml").write_text(
        organisation(policy, contacts, sector=chance.choice([[], ["sport"], ["zorg"]])), "utf-8"
    )
    client, findings = load(folder, content, TODAY)
    assert client is not None, findings
    return client.organisation


#: A fault in the table, and what sees it: an invariant, a scenario, or the loading itself.
IN_THE_TABLE = [
    # a rule
    ("  - {id: R30, outcome: vp_wegwijzer", '  - {id: R30, when: topic == "anders", outcome: vp_wegwijzer', "T088"),
    ("  - {id: R30, outcome: vp_wegwijzer", "  - {id: R30, outcome: informatie", "'alles-open'"),
    ("- {id: R18, when: ongewenst, outcome: vp,", "- {id: R18, when: ongewenst, outcome: hr,", "'hoofddoek'"),
    (
        '- {id: R19, when: topic == "conflict" and unsafe,',
        '- {id: R19, when: topic == "conflict" and topic == "prive",',
        "invariant 4",
    ),
    (
        '{id: R13, when: ongewenst and wens == "anoniem",',
        '{id: R13, when: rol == "beklaagde",',
        "nothing leads to 'R13'",
    ),
    ('bereid == "beiden", outcome: mediator', 'bereid != "nee", outcome: mediator', "invariant 4"),
    ('or wens == "al_gemeld"', "", "'er-gebeurt-niets'"),
    ('and bereid != "nee" and not unsafe\n', 'and bereid == "nee" and not unsafe\n', "'samen-praten'"),
    ('and bereid != "nee" and not unsafe\n', 'and bereid != "nee"\n', "invariant 4"),
    (
        'when: topic == "integriteit" and wens in ["misstand", "klacht"]\n',
        'when: topic == "integriteit" and politievraag == "ja"\n',
        "invariant 1",
    ),
    ('when: veiligheid == "bang", outcome: politie', 'when: veiligheid == "bang", outcome: alarm', "'bang-thuis'"),
    ("{is: klacht_extern, when: decides}\n      - {is: klacht}", "{is: klacht}", "'klacht-over-directeur'"),
    # an addition
    ("  - {id: A03, when: '\"seksueel\" in onderwerp', also: [seksueel_geweld]}\n", "", "'gezien'"),
    (
        "  - {id: A02, when: '\"discriminatie\" in onderwerp', also: [discriminatie]}\n",
        "",
        "nothing leads to 'discriminatie'",
    ),
    ("external_first: yes", "external_first: no", "'schreeuwende-baas'"),
    (
        'on_top: {also: [{is: bedrijfsarts, when: werkrelatie == "in_dienst"}], lines: [huisarts]}',
        "",
        "'denkt-aan-dood'",
    ),
    # a question
    ("    after: yes\n    asked: rol in", "    asked: rol in", "more than 7 questions come first"),
    ("    open: in_dienst\n", "", "'alles-open'"),
    (
        '    several: yes\n    asked: rol != "informatie"\n    answers: [seksueel',
        "    several: yes\n    answers: [seksueel",
        "'hoe-het-werkt'",
    ),
    (
        'shown:\n      misstand: not onderwerp or "integriteit" in onderwerp',
        "shown:\n      misstand: not onderwerp",
        "'lozen'",
    ),
    # an outcome
    ("- {id: hr, role: hr, lines", "- {id: hr, lines", "'tekenen'"),
    (
        "beside: [klachtencommissie], lines: [juridisch_loket, luisterlijn]}",
        "beside: [klachtencommissie]}",
        "no national line",
    ),
    (
        "{id: andere_vp, role: vertrouwenspersoon, stays: yes, beside",
        "{id: andere_vp, role: vertrouwenspersoon, beside",
        "'vertrouwenspersoon-beschuldigt'",
    ),
    ("beside: [complaint_contact, klachtencommissie]", "beside: [klachtencommissie]", "'twee-vertrouwenspersonen'"),
    ('{is: mediator, when: veiligheid == "nee"}', "mediator", "invariant 4"),
    ('{is: kindertelefoon, when: werkrelatie == "stage"}', "mind", "'stagiair-ziek'"),
    ("role: vertrouwenspersoon\n    stays: yes\n    beside: [{is: hr", "beside: [{is: hr", "'beschuldigd'"),
    # a chain
    ("  hr:\n    roles: [directie]", "  hr:\n    roles: [mediator]", "leads to a mediator"),
    ("    roles: [directie, toezichthouder]\n", "    roles: []\n", "'klacht-zonder-commissie'"),
    (
        "lines: [juridisch_loket, {is: college_mensenrechten, when: '\"discriminatie\" in onderwerp'}]",
        "lines: []",
        "T088",
    ),
    # what is not for the accused
    ("discriminatie_nl, mores,", "mores,", "invariant 6"),
    ("  outcomes: [politie]\n", "  outcomes: []\n", "the accused are offered the card 'politie'"),
]


@pytest.mark.parametrize(("old", "new", "seen"), IN_THE_TABLE)
def test_a_fault_in_the_table_is_seen(old: str, new: str, seen: str, tmp_path: Path, content: Knowledge) -> None:
    check_changed("structure.yml", old, new, seen, tmp_path, content)


IN_THE_WORDS = [
    (
        '    missing: "Op deze site staat geen klachtencommissie',
        '    mising: "Op deze site staat geen klachtencommissie',
        "unknown key 'mising'",
    ),
    ("role: ondernemingsraad, ", "", "this sends to 'ondernemingsraad' without saying so"),
    ("  R18: ", "  R81: ", "'R18' is missing"),
    ('      praten: "Met iemand praten"\n', "", "'praten' is missing"),
    ("role: preventiemedewerker}", "role: preventie}", "there is no role 'preventie'"),
    ("lines: [politie]", "lines: [politi]", "there is no helpline 'politi'"),
    ('link: "wat-niet#wat-niet"', 'link: "wat-niet#nergens"', "there is no heading 'wat-niet#nergens'"),
    ("when: 'policy.is_meldpunt == \"yes\"'", "when: 'policy.is_meldpunt == \"ja\"'", "T080"),
    ('  ombudsfunctionaris: "', '  ombudsman: "', "there is no role 'ombudsman'"),
    ("lines: [slachtofferhulp]", "lines: [politie]", "not those of the first language"),
]


@pytest.mark.parametrize(("old", "new", "seen"), IN_THE_WORDS)
def test_a_fault_in_the_words_is_seen(old: str, new: str, seen: str, tmp_path: Path, content: Knowledge) -> None:
    check_changed("nl.yml", old, new, seen, tmp_path, content)


def test_a_sentence_that_nobody_reads_is_seen(tmp_path: Path, content: Knowledge) -> None:
    """On the card for who only looks around, a sentence for bystanders; in each language, so that they agree."""
    for language in content.flow.files:
        path = ROOT / f"docs/flow/{language}.yml"
        text = path.read_text("utf-8")
        first = text.index("    expect:\n", text.index("\n  informatie:\n")) + len("    expect:\n")
        line = '      - {text: "Voor niemand.", for: omstander}\n'
        (tmp_path / f"{language}.yml").write_text(text[:first] + line + text[first:], "utf-8")
    copy_flow(tmp_path)
    for language in content.flow.files:
        shutil.copy(tmp_path / f"{language}.yml", tmp_path / "docs/flow")
    findings = findings_of(content, tmp_path)
    assert ["no reader ever sees 'outcomes informatie expect 0'" in str(finding) for finding in findings] == [True]


def other_hats_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "ROLES_INVOLVED", ("directie",))


def everybody_serves_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan._Planner, "_serves", lambda self, contact, role: ALWAYS)  # noqa: ARG005, SLF001


def the_accused_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_ACCUSED", Given("rol", "informatie"))


def roles_of_sentences_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = lambda item, outcome, settled, table, *, safety: ()  # noqa: E731, ARG005
    monkeypatch.setattr(proof, "item_parts", everyone)


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (other_hats_are_forgotten, "invariant 2"),
        (everybody_serves_everybody, "invariant 2"),
        (the_accused_are_forgotten, "invariant 6"),
        (roles_of_sentences_are_forgotten, "and nobody is left"),
    ],
)
def test_a_fault_in_the_plan_is_seen(
    fault: Callable[[pytest.MonkeyPatch], None], seen: str, monkeypatch: pytest.MonkeyPatch, content: Knowledge
) -> None:
    """The proof says for itself who may be offered, so a slip in the plan does not excuse itself."""
    fault(monkeypatch)
    assert any(seen in str(finding) for finding in findings_of(content))


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        (
            '<a href="tel:112">{{ words.call }} 112</a>',
            '{% if organisation.url %}<a href="tel:112">112</a>{% endif %}',
            "112 is not always",
        ),
        ('<bdi dir="ltr">{{ helplines.zelfdoding_113.phone }}</bdi>', "", "a helpline is not always"),
    ],
)
def test_a_line_for_danger_that_may_be_gone_is_seen(
    old: str, new: str, seen: str, tmp_path: Path, content: Knowledge
) -> None:
    check_changed("../../overrides/fragments/emergency.html", old, new, f"invariant 7: {seen}", tmp_path, content)


def check_changed(name: str, old: str, new: str, seen: str, tmp_path: Path, content: Knowledge) -> None:
    """A copy of the flow with one change: what sees it is among the findings, each with a place."""
    copy_flow(tmp_path)
    path = tmp_path / "docs/flow" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    findings = findings_of(content, tmp_path)
    assert any(seen in str(finding) for finding in findings), list(map(str, findings))
    assert all(finding.line >= 1 for finding in findings)
