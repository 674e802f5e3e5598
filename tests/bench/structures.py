"""How many different sites a fleet holds: what two clients must share before one can be made as the other.

PYTHONPATH=tests python tests/bench/structures.py ORGANISATIONS
"""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path

from terecht.findings import Finding, stopping
from terecht.flow.check import signature
from terecht.load import folders, load
from terecht.merge import merge
from terecht.merge.templates import Templates
from terecht.project import Project, usable_content
from terecht.texts import PageText


@dataclass(frozen=True)
class Structure:
    """What the flow asks of a client, its languages in their order, and the texts of its pages."""

    flow: Hashable
    languages: tuple[str, ...]
    texts: frozenset[PageText]


@dataclass(frozen=True)
class Counted:
    """What was found in a fleet; ``largest`` is how many clients share the most common structure."""

    clients: int
    different: int
    largest: int
    flows: int
    pages: int
    texts: int

    def __str__(self) -> str:
        return (
            f"{self.clients} organisations: {self.different} structures (at most {self.largest} share one), "
            f"{self.flows} flows, {self.texts:,} texts of {self.pages:,} pages"
        )


def structures(root: Path, organisations: Path) -> Iterator[tuple[str, Structure | None, list[Finding]]]:
    """The structure of every client below a folder, ``None`` for one that can not be loaded, and its findings."""
    today = dt.datetime.now(tz=dt.UTC).date()
    content = usable_content(Project(root, organisations, today))
    templates = Templates(root / "overrides")
    for folder in folders(organisations):
        client, findings = load(folder, content, today)
        if client is None:
            yield folder.name, None, findings
            continue
        site = merge(client, content, templates)
        texts = frozenset(page.text for page in site.pages)
        yield folder.name, Structure(signature(client.organisation), site.shell.languages, texts), findings


def counted(found: list[Structure]) -> Counted:
    """The numbers of a fleet with these structures."""
    sharing = Counter(found)
    return Counted(
        clients=len(found),
        different=len(sharing),
        largest=max(sharing.values()),
        flows=len({one.flow for one in found}),
        pages=sum(len(one.texts) for one in found),
        texts=len({text for one in found for text in one.texts}),
    )


if __name__ == "__main__":
    _everything = list(structures(Path(__file__).parents[2], Path(sys.argv[1]).absolute()))
    for _name, _structure, _findings in _everything:
        for _finding in stopping(_findings):
            print(_finding)  # noqa: T201
    print(counted([structure for _, structure, _ in _everything if structure]))  # noqa: T201
