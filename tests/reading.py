"""What a reader gets to read of a merged page, heading by heading, and organisations that differ in one setting."""

from __future__ import annotations

import html
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel

from conftest import ROOT, TODAY
from terecht.flow.knowledge import Knowledge
from terecht.load import load
from terecht.load.organisation import ROLES, Policy
from terecht.merge import Page, Site, merge
from terecht.merge.templates import Templates
from terecht.slots import SLOT, Kind

_HEADING = re.compile(r"^#{1,6} (.*)\{: *#([a-z0-9-]+) *\}\s*$", re.MULTILINE)
#: Marks of Markdown and HTML that a reader does not see; a link keeps its words.
_MARKS = re.compile(
    r"\]\([^)]*\)|\{:[^}]*\}|</?[a-z][^>]*>|^\?\?\?\+? *\w* *|^ *(?:[-*]|\d+\.) |^#+ |^\|[-| :]+\|$|[*\[\]|]",
    re.MULTILINE,
)


def sections(page: Page) -> dict[str, str]:
    """The visible text of a merged page by the id of its heading, that of the heading included, on one line each."""
    parts = _HEADING.split(page.text.body)
    texts = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return {identifier: plain(page, f"{heading}\n\n{text}") for heading, identifier, text in texts}


def plain(page: Page, markdown: str) -> str:
    """Text as a reader sees it, on one line: values in the slots, no marks."""

    def value(slot: re.Match[str]) -> str:
        filled = page.values[int(slot.group(1))]
        return html.unescape(re.sub(r"<[^>]+>", " ", filled.text)) if filled.kind is Kind.HTML else filled.text

    return " ".join(SLOT.sub(value, _MARKS.sub("", markdown)).replace("&shy;", "").split())


@dataclass(frozen=True)
class Setting:
    """A setting of the policy: the path of its key, and the values that it can have, as written in YAML."""

    path: str
    values: tuple[str, ...]
    listed: bool = False


#: What stands for a setting that is a text or a number.
SAMPLES = {
    "complaint.term": {"nl": "binnen twee jaar", "en": "within two years"},
    "complaint.term_former_employee": {"nl": "binnen een jaar na vertrek", "en": "within a year of leaving"},
    "records.destroyed": {"nl": "na het jaarverslag", "en": "after the annual report"},
    "complaint.acknowledged_days": "7",
    "complaint.handled_weeks": "10",
    "records.small_number_threshold": "5",
    "emergency.internal": "8112",
}


@cache
def settings(model: type[BaseModel] = Policy, prefix: str = "") -> tuple[Setting, ...]:
    """Every setting of the policy, read from the model, so that none can be forgotten."""
    return tuple(_settings(model, prefix))


def _settings(model: type[BaseModel], prefix: str) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        kind = _inner(field.annotation)
        path = f"{prefix}{name}"
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _settings(kind, f"{path}.")
        elif get_origin(kind) is Literal:
            yield Setting(path, get_args(kind))
        elif get_origin(kind) is tuple:
            yield Setting(path, get_args(_inner(get_args(kind)[0])), listed=True)
        else:
            yield Setting(path, ("sample",))


def _inner(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _inner(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        return next(_inner(part) for part in get_args(annotation) if part is not types.NoneType)
    return annotation


def organisation(policy: dict[str, Any], contacts: list[dict[str, Any]], **more: Any) -> str:
    """The text of an organisation's file."""
    facts = {"schema": "1", "name": "Voorbeeld", "languages": ["nl", "en"], **more, "contacts": contacts}
    return yaml.safe_dump({**facts, "policy": policy} if policy else facts, allow_unicode=True, sort_keys=False)


def contact(identifier: str, *roles: str, **more: Any) -> dict[str, Any]:
    """A contact as it stands in a file."""
    return {"id": identifier, "roles": list(roles), "name": f"Iemand {identifier}", "phone": "06 12345678", **more}


#: Everyone is there: an internal vertrouwenspersoon, an external one who also helps the accused, and every other role.
EVERYONE = [
    contact("bakker", "vertrouwenspersoon", kind="intern", topics=["omgangsvormen", "integriteit"]),
    contact("lin", "vertrouwenspersoon", kind="extern", also_for_accused="yes"),
    *(contact(role.replace("_", "-"), role) for role in ROLES if role != "vertrouwenspersoon"),
]


#: Settings that are only seen beside another one.
BESIDE = {"records.small_number_threshold": ("records.employer_sees", "aantallen")}
#: Settings that are about what the contacts do not say by themselves: nobody says to be there for the accused.
UNSAID = {"accused_support"}


def with_setting(setting: Setting, value: str | None) -> str:
    """An organisation with everyone, and this one setting; ``None`` leaves it unset."""
    policy: dict[str, Any] = {}
    if setting.path in BESIDE:
        _put(policy, *BESIDE[setting.path])
    if value is not None:
        written: Any = SAMPLES[setting.path] if value == "sample" else value
        _put(policy, setting.path, [written] if setting.listed else written)
    unsaid = {"also_for_accused"} if setting.path in UNSAID else set()
    people = [{key: fact for key, fact in one.items() if key not in unsaid} for one in EVERYONE]
    return organisation(policy, people)


def _put(policy: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        policy = policy.setdefault(parent, {})
    policy[last] = value


class Reader:
    """Merges organisations, each once: from the text of their file, or from their folder."""

    def __init__(self, content: Knowledge, folder: Path) -> None:
        self.content = content
        self.folder = folder
        self.templates = Templates(ROOT / "overrides")
        self.sites: dict[str | Path, Site] = {}

    def site(self, written: str | Path) -> Site:
        """The merged site of an organisation."""
        if written not in self.sites:
            client, findings = load(self._folder(written), self.content, TODAY)
            assert client is not None, findings
            self.sites[written] = merge(client, self.content, self.templates)
        return self.sites[written]

    def _folder(self, written: str | Path) -> Path:
        if isinstance(written, Path):
            return written
        folder = self.folder / f"nummer-{sum(1 for _ in self.folder.iterdir())}"
        folder.mkdir()
        (folder / "organisation.yml").write_text(written, "utf-8")
        return folder

    def section(self, written: str | Path, language: str, page: str, heading: str) -> str:
        """What stands under a heading of a page. Raises :class:`KeyError` where there is none."""
        found = {(one.language, one.name): one for one in self.site(written).pages}
        return sections(found[language, page])[heading]

    def everything(self, written: str | Path, language: str) -> str:
        """All that the site says in a language."""
        pages = (page for page in self.site(written).pages if page.language == language)
        return "\n".join(f"{page.name}: {plain(page, page.text.body)}" for page in pages)
