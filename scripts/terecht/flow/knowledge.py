"""The flow as we wrote it for every organisation: the decision table, and its sentences in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from terecht.findings import Finding, stopping
from terecht.flow.sentences import Known, SentenceFile, Sentences, compare_sentences, load_sentences
from terecht.flow.table import Table, load_table
from terecht.languages import LANGUAGES
from terecht.load.content import Content
from terecht.load.organisation import ROLES

#: The template of the line with 112.
EMERGENCY = "overrides/fragments/emergency.html"


@dataclass(frozen=True)
class Flow:
    """The table, and the files of sentences by language; ``shown`` is the path of the folder as findings name it.

    ``emergency`` is the template of the line that stands on every page, above the questions.
    """

    table: Table
    files: Mapping[str, SentenceFile]
    emergency: str
    shown: str

    @cached_property
    def sentences(self) -> Mapping[str, Sentences]:
        """The sentences by language."""
        return {language: file.sentences for language, file in self.files.items()}


@dataclass(frozen=True)
class Knowledge(Content):
    """Everything that is the same for all organisations."""

    flow: Flow


def load_flow(root: Path, shown: str, content: Content) -> tuple[Flow | None, list[Finding]]:
    """The flow below ``root``, or what is wrong with it: it names lines and headings of the rest of the content."""
    folder, place = root / "docs/flow", f"{shown}docs/flow"
    lines = frozenset(content.helplines)
    table, findings = load_table(folder / "structure.yml", f"{place}/structure.yml", lines, content.laws)
    if table is None:
        return None, findings
    links = {f"{page}#{anchor}" for page in content.pages for anchor in content.anchors(next(iter(LANGUAGES)), page)}
    files: dict[str, SentenceFile] = {}
    for language in LANGUAGES:
        roles = {role: _names(role, content.words[language][f"role_{role}"]) for role in ROLES}
        known = Known(table, lines, frozenset(links), content.fragments(), roles)
        file, wrong = load_sentences(folder / f"{language}.yml", f"{place}/{language}.yml", known)
        findings += wrong
        if file:
            files[language] = file
    for other in list(files.values())[1:]:
        findings += compare_sentences(next(iter(files.values())), other)
    if stopping(findings):
        return None, findings
    emergency = (root / EMERGENCY).read_text("utf-8")
    return Flow(table, MappingProxyType(files), emergency, place), findings


def _names(role: str, word: str) -> tuple[str, ...]:
    """What readers may find a role called: ``Works council (ondernemingsraad)`` is two names, and OR a third."""
    return (*word.rstrip(")").split(" ("), *(("OR",) if role == "ondernemingsraad" else ()))
