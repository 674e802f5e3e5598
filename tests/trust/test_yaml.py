"""Bad YAML, thousands of files: each is read in time, and each that is refused says where, in the file itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.localedata import locale_identifiers
from pydantic import BaseModel, TypeAdapter, ValidationError
from yaml_files import FAULTS, FILE, KINDS, LIMIT, PICTURED, ROOT, SHORT, Case, cases, spots

from terecht.load.organisation import Organisation
from terecht.load.values import Email, SiteUrl, SpokenLanguage
from terecht.load.yaml_tree import parse
from terecht.merge.fragments import picture_of
from trust_table import Say

SEED = 20261123
#: Files that one process reads; one in so many of the accepted is merged.
BATCH, MERGE_EVERY = 500, 6
#: Seconds after which reading a file that waits is ended.
WAIT = 20
READER = Path(__file__).with_name("yaml_files.py")
Told: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Tried:
    """What came of one file: the findings, how long it took, and how the process ended if it did."""

    findings: tuple[Told, ...] = ()
    accepted: bool = False
    seconds: float = 0.0
    merged: str | None = None
    ended: str = ""

    @property
    def stopping(self) -> list[tuple[int, str]]:
        return sorted((told["line"], told["code"]) for told in self.findings if told["code"].startswith("T"))


@dataclass
class Run:
    """What came of a folder of files: read in a loop, and by the command."""

    read: dict[str, Tried] = field(default_factory=dict)
    checked: dict[str, Tried] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def written(cases: list[Case], folder: Path) -> dict[str, Case]:
    """The cases as organisations in a folder, by id."""
    by_id = {f"{number:05}-{case.kind.replace(' ', '-')}": case for number, case in enumerate(cases)}
    for name, case in by_id.items():
        (folder / name).mkdir(parents=True)
        (folder / name / FILE).write_bytes(case.data)
    return by_id


def _program(folder: Path, program: list[str], *, planted: bool) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, FAULTS: "1"} if planted else dict(os.environ)
    command = [sys.executable, *program]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=False
    )


def read(folder: Path, merge_every: int = MERGE_EVERY, wait: int = WAIT, *, planted: bool = False) -> dict[str, Tried]:
    """What came of each organisation in a folder, read one after the other in a process that may die of it."""
    results = folder.with_suffix(".results")
    done = _program(folder, [str(READER), str(results), str(merge_every), str(wait)], planted=planted)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    return {one.pop("id"): Tried(**{**one, "findings": tuple(one.get("findings", ()))}) for one in told}


def checked(folder: Path, *, planted: bool = False) -> tuple[dict[str, Tried], list[str]]:
    """What ``terecht check`` says of each organisation in a folder, and what is wrong with how it says so."""
    program = [str(READER)] if planted else ["-m", "terecht"]
    options = ["check", "--root", str(ROOT), "--organisations", ".", "--format", "json"]
    done = _program(folder, [*program, *options], planted=planted)
    wrong = [] if done.returncode in {0, 1} else [f"the command ended with {done.returncode}"]
    if "Traceback" in done.stderr or "Error" in done.stderr:
        wrong.append(f"the command: {done.stderr[-500:]}")
    try:
        findings = json.loads(done.stdout)
    except ValueError:
        return {}, [*wrong, "the command does not say JSON"]
    by_id: dict[str, list[Told]] = {path.name: [] for path in folder.iterdir()}
    for told in findings:
        by_id.get(told["path"].partition("/")[0], []).append(told)
    return {
        name: Tried(tuple(told), accepted=not any(one["code"].startswith("T") for one in told))
        for name, told in by_id.items()
    }, wrong


def faults(name: str, case: Case, tried: Tried) -> Iterator[str]:
    """What is wrong with how a file was taken: nothing at all, in the end."""
    if tried.ended:
        yield f"the interpreter ended: {tried.ended}"
        return
    if tried.seconds > LIMIT:
        yield f"{tried.seconds:.1f} s"
    if tried.accepted == bool(tried.stopping):
        yield "refused, and nothing says why" if not tried.accepted else "accepted, and a finding stops it"
    if tried.merged and not tried.merged.endswith("pages"):
        yield f"accepted, and can not be merged: {tried.merged.splitlines()[-1]}"
    lines = len(re.split(rb"\r\n?|\n", case.data.removesuffix(b"\n")))
    for told in tried.findings:
        if told["code"] == "T090":
            yield f"a mistake of ours: {told['message']}"
        elif told["path"] != f"{name}/{FILE}":
            yield f"a finding in {told['path']}"
        elif not 1 <= told["line"] <= lines or told["column"] < 1:
            yield f"a finding on line {told['line']} of {lines}"
    if case.line and case.line not in [line for line, _ in tried.stopping]:
        yield f"no finding on line {case.line}, but on {tried.stopping[:3]}"


def tried(made: list[Case], folder: Path) -> Run:
    """Everything that is wrong with how these files are taken, in a loop and by the command."""
    run = Run()
    for start in range(0, len(made), BATCH):
        here = folder / f"from-{start}"
        by_id = written(made[start : start + BATCH], here)
        run.read |= read(here)
        found, wrong = checked(here)
        run.checked |= found
        run.wrong += wrong
        for name, case in by_id.items():
            both = run.read[name], found.get(name, Tried())
            run.wrong += [f"{name}: {fault}" for way in both for fault in faults(name, case, way)]
            if both[0].stopping != both[1].stopping and not both[0].ended:
                run.wrong.append(f"{name}: the command says something else")
    return run


@pytest.mark.trust(21)
def test_bad_files_are_read_in_time_and_say_where(
    tmp_path: Path, measured: Say, request: pytest.FixtureRequest
) -> None:
    complete = request.config.getoption("--complete")
    made = cases(200 if complete else 6, SEED)
    run = tried(made, tmp_path)
    assert not run.wrong, "\n".join(run.wrong[:40])
    accepted = sum(one.accepted for one in run.read.values())
    merged = sum(one.merged is not None for one in run.read.values())
    slowest = max(one.seconds for one in run.read.values())
    assert len(run.read) == len(run.checked) == len(made)
    assert 0 < accepted < len(made) / 2
    assert merged
    assert not complete or len(made) >= 5_000
    kinds = Counter(case.kind for case in made)
    told = ", ".join(f"{kind} {number}" for kind, number in kinds.items())
    known = sum(case.line is not None for case in made)
    measured(
        21,
        f"0 of {len(made):,} files of {len(kinds)} kinds ({told}), each read and by the command; {accepted:,} accepted,"
        f" {merged} of these merged; {known:,} with a line known before; slowest {slowest:.2f} s of the processor",
    )


def test_every_kind_makes_files_of_its_own_and_the_same_each_time() -> None:
    made = cases(3, SEED)
    assert made == cases(3, SEED)
    assert {case.kind for case in made} == set(KINDS)
    assert len({case.data for case in made}) == len(made)


def test_what_is_changed_has_every_key_of_the_model() -> None:
    there = {tuple(step for step in spot.path if isinstance(step, str)) for spot in spots(PICTURED)}
    assert not [path for path in _keys(Organisation) if path not in there]


def _keys(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for name, one in model.model_fields.items():
        key = one.alias or name
        yield (key,)
        for inner in _models(one.annotation):
            yield from ((key, *path) for path in _keys(inner))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models(part)


#: Faults that a file can ask for, and what is said of it then.
PLANTED: dict[str, str | tuple[str, ...]] = {
    "raises": "a mistake of ours: reading this ended in RecursionError: planted",
    "traceback": "the interpreter ended: an exception",
    # On a very busy machine the wait of the fixture can be over before the time of the processor is.
    "hangs": ("the interpreter ended: SIGPROF", "the interpreter ended: waited"),
    "waits": "the interpreter ended: waited",
    "dies by a signal": "the interpreter ended: SIGSEGV",
    "no line": "a finding on line 0 of 9",
    "no such line": "a finding on line 999 of 9",
    "another line": "no finding on line 3, but on [(1, 'T009')]",
    "another file": "a finding in docs/a.md",
    "says nothing": "refused, and nothing says why",
    "can not be merged": "accepted, and can not be merged: AttributeError",
}


def asking(fault: str) -> Case:
    """A file that asks for a fault, with a mistake on its third line if it is not to be merged."""
    text = SHORT if fault == "can not be merged" else SHORT.replace("name: Voorbeeld", "name: [een]")
    return Case(fault, f"# fault: {fault}\n{text}".encode(), None if text == SHORT else 3)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What is said of a file with each of the faults, and of the same file with none."""
    folder = tmp_path_factory.mktemp("planted") / "asking"
    by_id = written([asking(fault) for fault in (*PLANTED, "none")], folder)
    found = read(folder, 1, 4, planted=True)
    return {case.kind: [*faults(name, case, found[name])] for name, case in by_id.items()}


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=pytest.mark.trust(21, fault=f"reading {fault}")) for fault in PLANTED]
)
def test_a_planted_fault_is_seen(fault: str, planted: dict[str, list[str]]) -> None:
    assert not planted["none"]
    assert any(said.startswith(PLANTED[fault]) for said in planted[fault]), planted[fault]


@pytest.mark.trust(21, fault="the command ends in a traceback")
def test_a_traceback_of_the_command_is_seen(tmp_path: Path) -> None:
    written([asking("traceback")], tmp_path)
    _, wrong = checked(tmp_path, planted=True)
    assert any("ValueError: planted" in said for said in wrong), wrong


@pytest.mark.trust(21, fault="the command dies by a signal")
def test_a_signal_that_ends_the_command_is_seen(tmp_path: Path) -> None:
    written([asking("dies by a signal")], tmp_path)
    _, wrong = checked(tmp_path, planted=True)
    assert "the command ended with -11" in wrong


# ---- what was found this way, and was mended


def test_a_mistake_behind_old_line_ends_is_on_its_own_line() -> None:
    _, findings = parse(b"schema: 1\rname: a\r\nlanguages: \x07\n", "x.yml")
    assert [(finding.line, finding.column) for finding in findings] == [(3, 12)]


@pytest.mark.parametrize("text", [b"name: [a,\n", b"name: 'a\n\n", b"name: [a", b"name: a\n  - b: {\n \n"])
def test_what_is_missing_at_the_end_is_missing_behind_the_last_text(text: bytes) -> None:
    _, (finding,) = parse(text, "x.yml")
    assert finding.line <= len(text.rstrip().splitlines())


def test_an_address_that_no_picture_can_hold_is_refused() -> None:
    address = "https://a.example/"
    longest = address + "\U0001f600" * (400 - len(address))
    assert TypeAdapter(SiteUrl).validate_python(longest) == longest
    assert picture_of(f"{longest}/en/waar-terecht/")
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(SiteUrl).validate_python(longest + "a")
    assert refused.value.errors()[0]["type"] == "T032"


def test_a_long_host_in_other_letters_is_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Email).validate_python(f"a@{'é.' * 40}nl")
    assert refused.value.errors()[0]["type"] == "T027"
    assert TypeAdapter(Email).validate_python("a@één.example") == "a@één.example"


def test_a_language_is_one_that_babel_can_name() -> None:
    spoken = TypeAdapter(SpokenLanguage)
    countries = sorted({name.rpartition("_")[2] for name in locale_identifiers()})
    codes = {*locale_identifiers(), *get_global("language_aliases"), *(f"zh_{country}" for country in countries)}
    for code in sorted(code.replace("_", "-") for code in codes):
        assert _accepts(spoken, code) == _named(code), code


def _accepts(adapter: TypeAdapter[str], value: str) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _named(code: str) -> bool:
    try:
        Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True
