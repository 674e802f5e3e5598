"""The content: what we wrote for every organisation. Page templates, the words of the interface, the helplines.

It is checked as strictly as an organisation's file, against the model: a mistake of ours is a finding with a place too.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator

from terecht.addresses import HOME
from terecht.findings import Finding, did_you_mean
from terecht.load.organisation import ROLES, Facts, Sector
from terecht.load.typed import read_model
from terecht.load.values import LANGUAGES, Date, Plain, Text, Url, YesNo, refuse
from terecht.load.yaml_tree import Scalar, decode, parse, parse_text, place

_HEADING = re.compile(r"^(#{1,6}) +(.*)$")
_HEADING_ID = re.compile(r"\{: *#([a-z0-9-]+) *\}$")


def _helpline_id(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", value):
        raise refuse("T030", f"'{value}' is not an id", "use small letters, digits and '_'")
    return value


class Helpline(Facts):
    """A national contact (DOMAIN 3). A number or hours not marked fit to publish is never shown."""

    id: Annotated[str, AfterValidator(_helpline_id)]
    name: Text
    what: Text
    phone: Plain | None = None
    phone_also: Plain | None = None
    phone_marked_fit: YesNo = "no"
    url: Url | None = None
    hours: Text | None = None
    hours_marked_fit: YesNo = "no"
    cost: Text | None = None
    sector: tuple[Sector, ...] = ()
    source_url: Url | None = None
    checked_on: Date
    check_again: Date
    confidence: Literal["H", "M", "L", "U"]


class _Helplines(Facts):
    helplines: tuple[Helpline, ...]


@dataclass(frozen=True)
class PageTemplate:
    """A shared page in one language. ``text`` starts on line ``first_line`` of its file."""

    language: str
    name: str
    title: str
    text: str
    path: str
    first_line: int


@dataclass(frozen=True)
class Content:
    """Everything that is the same for all organisations. ``pages`` are in the order of the menu."""

    pages: tuple[str, ...]
    templates: Mapping[tuple[str, str], PageTemplate]
    words: Mapping[str, Mapping[str, str]]
    helplines: Mapping[str, Helpline]

    def template(self, language: str, name: str) -> PageTemplate:
        """The page in this language, or in the first one that has it (a fallback, which the page says)."""
        for candidate in (language, *LANGUAGES):
            if found := self.templates.get((candidate, name)):
                return found
        raise KeyError(name)

    def fragments(self) -> dict[str, frozenset[str]]:
        """The fragments that a page can show, and the names that each takes."""
        return {
            "contact_cards": frozenset(ROLES),
            "contact_list": frozenset(ROLES),
            "helpline_cards": frozenset(self.helplines),
            "emergency_panel": frozenset(),
            "documents_list": frozenset(),
        }


def load_content(root: Path, shown: str, today: dt.date) -> tuple[Content | None, list[Finding]]:
    """The content below ``root``, whose paths are shown after ``shown`` ('' or ending in a slash).

    With a finding that stops there is no content: a site is never built from templates with a mistake.
    """
    findings: list[Finding] = []
    templates: dict[tuple[str, str], PageTemplate] = {}
    words: dict[str, Mapping[str, str]] = {}
    for language in LANGUAGES:
        for path in sorted((root / "docs" / language).glob("*.md")):
            template, wrong = _template(path, f"{shown}docs/{language}/{path.name}", language)
            findings += wrong
            if template:
                templates[language, path.stem] = template
        words[language], wrong = _words(root / f"docs/words/{language}.yml", f"{shown}docs/words/{language}.yml")
        findings += wrong
    findings += _compare_words(words, shown)
    helplines, wrong = _helplines(root / "docs/data/helplines.yml", f"{shown}docs/data/helplines.yml", today)
    findings += wrong
    names = frozenset(name for _, name in templates)
    pages, wrong = _menu(root / "mkdocs.yml", f"{shown}mkdocs.yml", names)
    findings += wrong
    findings += _compare_languages(templates)
    if any(finding.stops for finding in findings):
        return None, sorted(findings)
    frozen_words = MappingProxyType({language: MappingProxyType(dict(own)) for language, own in words.items()})
    return Content(pages, MappingProxyType(templates), frozen_words, MappingProxyType(helplines)), sorted(findings)


def _template(path: Path, shown: str, language: str) -> tuple[PageTemplate | None, list[Finding]]:
    text, findings = decode(path.read_bytes(), shown)
    if findings:
        return None, findings
    lines = text.splitlines(keepends=True)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if not lines or lines[0].rstrip() != "---" or end is None:
        return None, [
            Finding(shown, 1, 1, "T082", "the page has no front matter", "start with '---', 'title: …', '---'")
        ]
    tree, findings = parse_text("".join(lines[1:end]), shown, first_line=2)
    if tree is None or findings:
        return None, findings
    title = tree.entries.get("title")
    if not isinstance(title, Scalar) or set(tree.entries) != {"title"}:
        return None, [Finding(shown, 2, 1, "T082", "the front matter is 'title: …' and nothing else", "")]
    body = "".join(lines[end + 1 :])
    return PageTemplate(language, path.stem, title.value, body, shown, end + 2), []


def headings(template: PageTemplate) -> list[tuple[int, int, str | None]]:
    """Line in the file, level and id of each heading of a template."""
    found = []
    fenced = False
    for number, line in enumerate(template.text.splitlines(), template.first_line):
        fenced ^= line.startswith("```")
        if not fenced and (heading := _HEADING.match(line)):
            identifier = _HEADING_ID.search(heading.group(2).rstrip())
            found.append((number, len(heading.group(1)), identifier.group(1) if identifier else None))
    return found


def _compare_languages(templates: dict[tuple[str, str], PageTemplate]) -> list[Finding]:
    findings: list[Finding] = []
    first, *others = LANGUAGES
    for (language, name), template in templates.items():
        seen: set[str] = set()
        for line, _, identifier in headings(template):
            if identifier is None:
                findings.append(
                    Finding(template.path, line, 1, "T083", "a heading without an id", "end it with {: #id }")
                )
            elif identifier in seen:
                findings.append(Finding(template.path, line, 1, "T083", f"the id '{identifier}' stands here twice", ""))
            else:
                seen.add(identifier)
        source = templates.get((first, name))
        if language != first and source:
            findings += _compare_headings(source, template)
        for other in others if language == first else ():
            if (other, name) not in templates:
                help_ = f"write docs/{other}/{name}.md; readers see this page with a notice until then"
                findings.append(Finding(template.path, 1, 1, "W112", f"there is no translation in '{other}'", help_))
    return findings


def _compare_headings(source: PageTemplate, translation: PageTemplate) -> list[Finding]:
    wanted = [(level, identifier) for _, level, identifier in headings(source)]
    found = headings(translation)
    for position, (line, level, identifier) in enumerate(found):
        if position >= len(wanted) or wanted[position] != (level, identifier):
            help_ = f"headings and their ids are those of {source.path}, in the same order"
            return [
                Finding(
                    translation.path,
                    line,
                    1,
                    "T083",
                    f"'{identifier}' is not the heading that belongs here",
                    help_,
                )
            ]
    if len(found) < len(wanted):
        message = f"the heading '{wanted[len(found)][1]}' is missing"
        return [Finding(translation.path, translation.first_line, 1, "T083", message, f"it stands in {source.path}")]
    return []


def _words(path: Path, shown: str) -> tuple[dict[str, str], list[Finding]]:
    if not path.exists():
        return {}, [
            Finding(
                shown,
                1,
                1,
                "T085",
                "the words of this language are missing",
                "copy those of another language",
            )
        ]
    tree, findings = parse(path.read_bytes(), shown)
    if tree is None:
        return {}, findings
    words: dict[str, str] = {}
    for key, node in tree.entries.items():
        if isinstance(node, Scalar):
            words[key] = node.value
        else:
            findings.append(Finding(shown, node.line, node.column, "T021", "one text is needed here", ""))
    return words, findings


def _compare_words(words: dict[str, Mapping[str, str]], shown: str) -> list[Finding]:
    everything = {key for own in words.values() for key in own}
    return [
        Finding(f"{shown}docs/words/{language}.yml", 1, 1, "T085", f"the word '{key}' is missing", "add it")
        for language, own in words.items()
        for key in sorted(everything - set(own))
        if own
    ]


def _helplines(path: Path, shown: str, today: dt.date) -> tuple[dict[str, Helpline], list[Finding]]:
    if not path.exists():
        return {}, [Finding(shown, 1, 1, "T050", "the helplines are missing", "restore the file")]
    tree, findings = parse(path.read_bytes(), shown)
    if tree is None:
        return {}, findings
    model, wrong = read_model(_Helplines, tree, shown)
    findings += wrong
    helplines: dict[str, Helpline] = {}
    for position, line in enumerate(model.helplines if model else ()):
        if line.id in helplines:
            at = place(tree, ("helplines", position, "id"))
            findings.append(Finding(shown, *at, "T040", f"the id '{line.id}' stands here twice", "delete one"))
        if line.check_again < today.isoformat():
            at = place(tree, ("helplines", position, "check_again"))
            message = f"'{line.id}' was due for a check on {line.check_again}"
            findings.append(Finding(shown, *at, "W111", message, "open its source, and write the new dates"))
        helplines[line.id] = line
    return helplines, findings


def _menu(path: Path, shown: str, names: frozenset[str]) -> tuple[tuple[str, ...], list[Finding]]:
    configuration = yaml.safe_load(path.read_text("utf-8"))
    menu = [str(entry).removesuffix(".md") for entry in configuration.get("nav", [])]
    findings = [
        Finding(
            shown,
            1,
            1,
            "T086",
            f"the menu names '{name}.md', which does not exist",
            did_you_mean(name, sorted(names)),
        )
        for name in menu
        if name not in names
    ]
    findings += [
        Finding(shown, 1, 1, "T086", f"the menu forgets '{name}.md'", "add it to 'nav'")
        for name in sorted(names - set(menu))
    ]
    if not menu or menu[0] != HOME:
        findings.append(Finding(shown, 1, 1, "T086", f"the menu does not start with '{HOME}.md'", "put it first"))
    return tuple(menu), findings
