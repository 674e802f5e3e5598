"""The content: what we wrote for every organisation. Page templates, words of the interface, helplines, laws.

It is checked as strictly as an organisation's file, against the model: a mistake of ours is a finding with a place too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import jinja2
import yaml

from terecht.addresses import HOME
from terecht.findings import Finding, did_you_mean
from terecht.languages import LANGUAGES
from terecht.load.dated import Helpline, Law, load_helplines, load_laws
from terecht.load.organisation import GROUPS, ROLES
from terecht.load.page_templates import (
    PageTemplate,
    compare_languages,
    dead_links,
    in_language,
    read_template,
)
from terecht.load.words import compare_words, read_words, unused_and_unknown

#: The helpline on every page, beside 112.
EVERYWHERE = "zelfdoding_113"


@dataclass(frozen=True)
class Content:
    """What is the same for all organisations, but for the flow, which names the headings of these pages.

    ``pages`` are in the order of the menu.
    """

    pages: tuple[str, ...]
    templates: Mapping[tuple[str, str], PageTemplate]
    words: Mapping[str, Mapping[str, str]]
    helplines: Mapping[str, Helpline]
    laws: Mapping[str, Law]

    def template(self, language: str, name: str) -> PageTemplate:
        """The page in this language, or its fallback. Raises :class:`KeyError` for a page that does not exist."""
        if found := in_language(self.templates, language, name):
            return found
        raise KeyError(name)

    def anchors(self, language: str, name: str) -> frozenset[str]:
        """The ids of the headings of a page."""
        return frozenset(identifier or "" for _, _, identifier in self.template(language, name).headings)

    def fragments(self) -> dict[str, frozenset[str]]:
        """The fragments that a page can show, and the names that each takes."""
        return {
            "contact_cards": frozenset((*ROLES, *GROUPS)),
            "contact_list": frozenset((*ROLES, *GROUPS)),
            "helpline_cards": frozenset(self.helplines),
            "law_notes": frozenset(self.laws),
            "emergency_panel": frozenset(),
            "documents_list": frozenset(),
            "flow_form": frozenset(),
            "own_phone": frozenset(),
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
            template, wrong = read_template(path, f"{shown}docs/{language}/{path.name}", language)
            findings += wrong
            if template:
                templates[language, path.stem] = template
        words[language], wrong = read_words(root / f"docs/words/{language}.yml", f"{shown}docs/words/{language}.yml")
        findings += wrong
    findings += compare_words(words, shown)
    findings += unused_and_unknown(root / "overrides", words, shown)
    helplines, wrong = load_helplines(root / "docs/data/helplines.yml", f"{shown}docs/data/helplines.yml", today)
    findings += wrong
    laws, wrong = load_laws(root / "docs/data/laws.yml", f"{shown}docs/data/laws.yml", today)
    findings += wrong
    findings += _everywhere(helplines, f"{shown}docs/data/helplines.yml")
    findings += _readable(root / "overrides", f"{shown}overrides")
    names = frozenset(name for _, name in templates)
    pages, sections, wrong = _menu(root / "mkdocs.yml", f"{shown}mkdocs.yml", names)
    findings += wrong
    findings += [
        Finding(f"{shown}docs/words/{language}.yml", 1, 1, "T085", f"the word 'section_{section}' is missing", "add it")
        for language, own in words.items()
        for section in sections
        if f"section_{section}" not in own
    ]
    findings += compare_languages(templates)
    findings += [problem for template in templates.values() for problem in dead_links(template, templates)]
    if any(finding.stops for finding in findings):
        return None, sorted(findings)
    frozen_words = MappingProxyType({language: MappingProxyType(dict(own)) for language, own in words.items()})
    content = Content(
        pages, MappingProxyType(templates), frozen_words, MappingProxyType(helplines), MappingProxyType(laws)
    )
    return content, sorted(findings)


def _everywhere(helplines: Mapping[str, Helpline], shown: str) -> list[Finding]:
    """The line that every page shows has to be there, and fit."""
    line = helplines.get(EVERYWHERE)
    if line and line.phone and line.url and line.phone_marked_fit == "yes":
        return []
    help_ = "give it a phone and a url, and 'phone_marked_fit: yes' when somebody has checked them"
    return [Finding(shown, 1, 1, "T087", f"every page shows '{EVERYWHERE}', which is missing or not fit", help_)]


def _readable(overrides: Path, shown: str) -> list[Finding]:
    """Templates of the theme and the fragments that Jinja can not read."""
    environment = jinja2.Environment(autoescape=True)
    findings = []
    for path in sorted(overrides.rglob("*.html")):
        try:
            environment.parse(path.read_text("utf-8"))
        except jinja2.TemplateSyntaxError as error:
            here = f"{shown}/{path.relative_to(overrides).as_posix()}"
            message = f"this template can not be read: {error.message}"
            findings.append(Finding(here, error.lineno, 1, "T082", message, "see the line above too"))
    return findings


def _menu(path: Path, shown: str, names: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...], list[Finding]]:
    """The pages in the order of ``nav``, the sections they stand in, and what is wrong with the menu."""
    try:
        entries = yaml.safe_load(path.read_text("utf-8"))["nav"]
        parts = [next(iter(entry.items())) if isinstance(entry, dict) else ("", [entry]) for entry in entries]
        menu = [str(page).removesuffix(".md") for _, pages in parts for page in pages]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return (
            (),
            (),
            [Finding(shown, line, 1, "T009", f"this is not YAML: {error.problem}", "look at the indentation")],
        )
    except (TypeError, KeyError):
        return (), (), [Finding(shown, 1, 1, "T086", "there is no menu", "name the pages in a list 'nav'")]
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
    return tuple(menu), tuple(section for section, _ in parts if section), findings
