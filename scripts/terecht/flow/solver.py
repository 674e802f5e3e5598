"""Conditions in SMT-LIB, and the solver Z3 asked about them.

Z3 runs as a program of its own that reads text. Its Python binding has state that threads share: proofs of two
organisations at once broke one another, seldom and without a pattern.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

from terecht.flow.conditions import Condition, Every, Given, Holds, Not, Some

_SATISFIABLE = re.compile(r"^sat$", re.MULTILINE)
_VALUE = re.compile(r" (true|false)\)")


class Script:
    """A text for the solver: each answer is declared, and each condition defined, where it is first named."""

    def __init__(self) -> None:
        # A logic of finite choices, which is what answers are.
        self._lines = ["(set-logic QF_FD)"]
        self._names: dict[Condition, str] = {}

    def name(self, condition: Condition) -> str:
        """The name of a condition without facts."""
        if condition not in self._names:
            self._names[condition] = self._named(condition)
        return self._names[condition]

    def _named(self, condition: Condition) -> str:
        match condition:
            case Given():
                name = f"|{condition.question}={condition.answer}|"
                self.add(f"(declare-const {name} Bool)")
                return name
            case Holds():
                raise ValueError(f"the fact {condition.fact} is not settled")
            case Not():
                text = f"(not {self.name(condition.part)})"
            case Every():
                text = f"(and true {' '.join(map(self.name, condition.parts))})"
            case Some():
                text = f"(or false {' '.join(map(self.name, condition.parts))})"
        name = f"c{len(self._names)}"
        self.add(f"(define-fun {name} () Bool {text})")
        return name

    def hold(self, *conditions: Condition) -> None:
        """These hold from here on, or until the solver is told to forget them."""
        for name in list(map(self.name, conditions)):
            self.add(f"(assert {name})")

    def add(self, command: str) -> None:
        """Whatever else the solver understands."""
        self._lines.append(command)

    def take(self) -> str:
        """What was added since the last time."""
        lines, self._lines = self._lines, []
        return "".join(f"{line}\n" for line in lines)


class Solver:
    """Z3 at work while the next question is thought of, which shares most of its conditions with those before.

    Each question is asked with :meth:`ask`; when all have been, :meth:`answers` has what came out.
    """

    def __init__(self) -> None:
        self._script = Script()

    def __enter__(self) -> Self:
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")
        self._program = _start(self._said)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._program.kill()
        self._program.communicate()
        self._said.close()

    def ask(self, held: Iterable[Condition], asked: Condition) -> None:
        """Asks whether a condition can hold while all of ``held`` do."""
        conditions = (*held, asked)
        for condition in conditions:
            self._script.name(condition)
        self._script.add("(push)")
        self._script.hold(*conditions)
        self._script.add("(check-sat)(pop)")
        if self._program.stdin and self._program.poll() is None:
            self._program.stdin.write(self._script.take())

    def answers(self) -> list[bool]:
        """For each question whether the condition can hold. Raises :class:`RuntimeError` when the solver fails."""
        self._program.communicate()
        self._said.seek(0)
        said = self._said.read()
        _check(self._program, said)
        return [answer == "sat" for answer in said.split()]


def possible(held: Iterable[Condition], asked: Mapping[str, Condition]) -> list[str]:
    """The constants that can be true, each as long as its condition, while all of ``held`` are.

    Raises :class:`RuntimeError` when the solver fails.
    """
    script = _asking(held, asked)
    answers = _solved(script, (f"(check-sat-assuming ({constant}))" for constant in asked)).split()
    return [constant for constant, answer in zip(asked, answers, strict=True) if answer == "sat"]


def examples(
    held: Iterable[Condition], asked: Mapping[str, Condition], told: Sequence[Given]
) -> Iterable[tuple[str, list[Given]]]:
    """The constants that can be true, each with those of ``told`` that are true in one solution.

    Raises as :func:`possible`.
    """
    found = possible(held, asked)
    script = _asking(held, asked)
    tell = f"(get-value ({' '.join(map(script.name, told))}))"
    said = _solved(script, (f"(check-sat-assuming ({constant})){tell}" for constant in found))
    for constant, answer in zip(found, _SATISFIABLE.split(said)[1:], strict=True):
        yield constant, [one for one, value in zip(told, _VALUE.findall(answer), strict=True) if value == "true"]


def _asking(held: Iterable[Condition], asked: Mapping[str, Condition]) -> Script:
    script = Script()
    script.hold(*held)
    for constant, condition in asked.items():
        script.add(f"(declare-const {constant} Bool)(assert (= {constant} {script.name(condition)}))")
    return script


def _solved(script: Script, commands: Iterable[str]) -> str:
    program = _start(subprocess.PIPE)
    said, _ = program.communicate("\n".join((script.take(), *commands)))
    _check(program, said)
    return said


def _start(output: object) -> subprocess.Popen[str]:
    z3 = shutil.which("z3", path=sysconfig.get_path("scripts"))
    if z3 is None:
        raise RuntimeError("the program z3 of the package z3-solver is not where programs of packages are")
    return subprocess.Popen([z3, "-in"], stdin=subprocess.PIPE, stdout=output, text=True)  # type: ignore[call-overload,no-any-return]  # noqa: S603


def _check(program: subprocess.Popen[str], said: str) -> None:
    if program.returncode != 0:
        raise RuntimeError(f"z3: {said.strip()[-500:]}")
