"""Conditions in SMT-LIB, and the solver Z3 asked about them.

Z3 runs as a program of its own that reads text. Its Python binding has state that threads share: proofs of two
organisations at once broke one another, seldom and without a pattern.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Mapping, Sequence

from terecht.flow.conditions import Condition, Every, Given, Holds, Not, Some

_SATISFIABLE = re.compile(r"^sat$", re.MULTILINE)
_VALUE = re.compile(r" (true|false)\)")


class Logic:
    """Conditions in SMT-LIB, the language of solvers: text is fast to make, and organisations share much of it."""

    def __init__(self) -> None:
        self._names: dict[Condition, str] = {}
        self._definitions: dict[str, tuple[str, tuple[str, ...]]] = {}

    def name(self, condition: Condition) -> str:
        """The name of a condition without facts, defined once."""
        if condition not in self._names:
            self._names[condition] = self._named(condition)
        return self._names[condition]

    def _named(self, condition: Condition) -> str:
        parts: tuple[str, ...]
        match condition:
            case Given():
                return f"|{condition.question}={condition.answer}|"
            case Holds():
                raise ValueError(f"the fact {condition.fact} is not settled")
            case Not():
                parts, text = (self.name(condition.part),), "(not {})"
            case Every():
                parts, text = tuple(map(self.name, condition.parts)), "(and true {})"
            case Some():
                parts, text = tuple(map(self.name, condition.parts)), "(or false {})"
        name = f"c{len(self._definitions)}"
        self._definitions[name] = (text.format(" ".join(parts)), parts)
        return name

    def script(self, answers: Iterable[Given], held: Iterable[Condition], asked: Mapping[str, Condition]) -> str:
        """Declares answers, defines what is needed, asserts what is held, and gives each of ``asked`` a constant."""
        defined: dict[str, str] = {}

        def define(name: str) -> None:
            if name in defined or name not in self._definitions:
                return
            text, parts = self._definitions[name]
            defined[name] = ""
            for part in parts:
                define(part)
            del defined[name]
            defined[name] = f"(define-fun {name} () Bool {text})"

        asserted = [self.name(condition) for condition in held]
        named = {constant: self.name(condition) for constant, condition in asked.items()}
        for name in (*asserted, *named.values()):
            define(name)
        return "\n".join(
            (
                *(f"(declare-const {self.name(one)} Bool)" for one in answers),
                *defined.values(),
                *(f"(assert {name})" for name in asserted),
                *(f"(declare-const {constant} Bool)(assert (= {constant} {name}))" for constant, name in named.items()),
            )
        )


def possible(script: str, asked: Sequence[str]) -> list[str]:
    """The constants of a script that can be true. Raises :class:`RuntimeError` when the solver can not read it."""
    answers = _solved(script, (f"(check-sat-assuming ({constant}))" for constant in asked)).split()
    return [constant for constant, answer in zip(asked, answers, strict=True) if answer == "sat"]


def examples(script: str, asked: Iterable[str], told: Sequence[str]) -> list[list[str]]:
    """For each constant, all of them possible: which of the names ``told`` are true in one solution.

    Raises as :func:`possible`.
    """
    tell = f"(get-value ({' '.join(told)}))"
    answers = _solved(script, (f"(check-sat-assuming ({constant})){tell}" for constant in asked))
    return [
        [name for name, value in zip(told, _VALUE.findall(answer), strict=True) if value == "true"]
        for answer in _SATISFIABLE.split(answers)[1:]
    ]


def _solved(script: str, commands: Iterable[str]) -> str:
    program = shutil.which("z3", path=sysconfig.get_path("scripts"))
    if program is None:
        raise RuntimeError("the program z3 of the package z3-solver is not where programs of packages are")
    # A logic of finite choices, which is what answers are.
    text = "\n".join(("(set-logic QF_FD)", script, *commands))
    run = subprocess.run(  # noqa: S603
        [program, "-in"], input=text, capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        raise RuntimeError(f"z3: {(run.stdout + run.stderr).strip()[-500:]}")
    return run.stdout
