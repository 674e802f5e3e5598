"""Terecht as the benchmark sees it: the command, called from outside, in a copy of the project of its own.

The copy is there so that a template can be changed, and so that nothing is cached that was not made in this run.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from conftest import ROOT
from measuring import CommandFailedError, Run, run

_TERECHT = Path(sys.executable).with_name("terecht")
_PHONE = re.compile(r"phone: 06 12(\d{6})")
#: The last line of a build.
_TOLD = re.compile(r"(\d+) (built|unchanged|failed)")
#: The page on which a sentence is changed: every client has it, and none replaces it.
_CHANGED = "over"
#: A line of a page that is a sentence, nothing else.
_SENTENCE = re.compile(r"^[A-Z][^{}<>|\n]*\.$", re.MULTILINE)


@dataclass(frozen=True)
class Ours:
    """A copy of the project, the clients that it builds, and where it publishes them."""

    root: Path
    organisations: Path
    output: Path
    jobs: int

    @classmethod
    def make(cls, folder: Path, organisations: Path, jobs: int) -> Ours:
        """Copies the project below a folder."""
        root = folder / "project"
        for name in ("docs", "overrides"):
            shutil.copytree(ROOT / name, root / name)
        shutil.copy(ROOT / "mkdocs.yml", root)
        return cls(root, organisations, folder / "sites", jobs)

    @property
    def names(self) -> list[str]:
        """The ids of all clients."""
        return sorted(folder.name for folder in self.organisations.iterdir())

    @property
    def published(self) -> tuple[Path, Path]:
        """What is served, and what lies beside it: releases and manifests."""
        return self.output, self.output.with_name(f"{self.output.name}.terecht")

    @property
    def cache(self) -> Path:
        """What is kept between builds."""
        return self.root / ".terecht"

    def site(self, name: str) -> Path:
        """The published site of a client."""
        return self.output / name

    def languages(self, name: str) -> list[str]:
        """The languages of a client."""
        facts = yaml.load((self.organisations / name / "organisation.yml").read_text("utf-8"), yaml.CSafeLoader)
        return list(facts["languages"])

    def forget(self) -> None:
        """Back to before the first build: nothing cached, nothing published."""
        for folder in (*self.published, self.cache):
            shutil.rmtree(folder, ignore_errors=True)

    def build(self, *ids: str, built: int, unchanged: int = 0, watch: bool = False) -> Run:
        """Builds. Raises :class:`CommandFailedError` when other numbers were built or left than should have been."""
        arguments = ["--output", self.output, "--jobs", str(self.jobs), "--progress", "none"]
        made = run([*self._command("build"), *map(str, arguments), *ids], cwd=self.root, watch=watch)
        told = {result: int(number) for number, result in _TOLD.findall(made.said.rstrip().rpartition("\n")[2])}
        expected = {"built": built, "unchanged": unchanged, "failed": 0}
        if told != expected:
            raise CommandFailedError(f"{expected}: this is what should be said last, and it was\n{made.said[-500:]}")
        return made

    def cold(self, *ids: str, built: int, watch: bool = False) -> Run:
        """Builds as on the first day."""
        self.forget()
        return self.build(*ids, built=built, watch=watch)

    def export(self, name: str, folder: Path) -> Path:
        """One client as a plain project."""
        run([*self._command("export"), name, "--output", folder], cwd=self.root, sync=False)
        return folder

    def flow_check(self) -> Run:
        """Proves the flow of every client."""
        return run(self._command("flow", "check"), cwd=self.root)

    def change_phone(self, name: str) -> str:
        """Gives the first contact of a client another number; returns it as it stands in a link on its pages."""
        file = self.organisations / name / "organisation.yml"
        text = file.read_text("utf-8")
        found = _PHONE.search(text)
        if found is None:
            raise ValueError(f"{file} has no number to change")
        digits = f"{(int(found.group(1)) + 1) % 10**6:06d}"
        file.write_text(text[: found.start(1)] + digits + text[found.end(1) :], "utf-8")
        return f"tel:+31612{digits}"

    def change_sentence(self, words: str) -> None:
        """Adds words to a sentence that stands in every site, in each language."""
        for page in sorted((self.root / "docs").glob(f"??/{_CHANGED}.md")):
            text = page.read_text("utf-8")
            found = _SENTENCE.search(text)
            if found is None:
                raise ValueError(f"{page} has no sentence to change")
            page.write_text(f"{text[: found.end() - 1]}, {words}{text[found.end() - 1 :]}", "utf-8")

    def saying(self, words: str, names: Iterable[str]) -> list[str]:
        """Those clients whose published pages have these words in them."""
        return [name for name in names if any(words in page.read_text("utf-8") for page in self._telling(name))]

    def _telling(self, name: str) -> Iterable[Path]:
        """The pages on which numbers stand, and the one with the sentence that is changed."""
        return (page for title in ("wie", _CHANGED) for page in self.site(name).rglob(f"{title}/index.html"))

    def _command(self, *words: str) -> list[str | Path]:
        return [_TERECHT, *words, "--root", self.root, "--organisations", self.organisations]
