"""The shared pages as templates: each file of ``docs/<language>/`` read, its headings known, its languages compared.

What a template asks of an organisation's facts is checked against the model, by ``templates.check``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from terecht.findings import Finding, did_you_mean
from terecht.languages import LANGUAGES
from terecht.load.yaml_tree import Scalar, decode, parse_text

#: The language in which pages are written first; the others are translations of it.
_FIRST = next(iter(LANGUAGES))
_HEADING = re.compile(r"^(#{1,6}) +(.*)$")
_HEADING_ID = re.compile(r"\{: *#([a-z0-9-]+)(?: +data-search-exclude)? *\}$")
#: A block that stays one passage: its headings are inside it.
_BLOCK = re.compile(r"<(/?)(?:div|section)\b")
_LINK = re.compile(r"\]\((?:(?P<name>[\w/-]+)\.md)?(?:#(?P<anchor>[\w-]+))?\)")


@dataclass(frozen=True)
class PageTemplate:
    """A shared page in one language. ``text`` starts on line ``first_line`` of its file.

    ``source`` is the version of the first language's page that a translation was made from; ``version`` is its own.
    """

    language: str
    name: str
    title: str
    text: str
    path: str
    first_line: int
    source: str | None = None

    @cached_property
    def passages(self) -> tuple[str, ...]:
        """The text cut before its headings, where no block of HTML is open. No condition reaches over a heading."""
        passages: list[list[str]] = [[]]
        depth, fenced = 0, False
        for line in self.text.splitlines(keepends=True):
            fenced ^= line.startswith("```")
            if depth == 0 and not fenced and _HEADING.match(line) and "".join(passages[-1]).strip():
                passages.append([])
            depth += sum(-1 if closing else 1 for closing in _BLOCK.findall(line))
            passages[-1].append(line)
        return tuple(map("".join, passages))

    @cached_property
    def headings(self) -> tuple[tuple[int, int, str | None], ...]:
        """Line in the file, level and id of each heading."""
        found = []
        fenced = False
        for number, line in enumerate(self.text.splitlines(), self.first_line):
            fenced ^= line.startswith("```")
            if not fenced and (heading := _HEADING.match(line)):
                identifier = _HEADING_ID.search(heading.group(2).rstrip())
                found.append((number, len(heading.group(1)), identifier.group(1) if identifier else None))
        return tuple(found)

    @property
    def version(self) -> str:
        """A short hash of what the page says."""
        return hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()[:12]


def read_template(path: Path, shown: str, language: str) -> tuple[PageTemplate | None, list[Finding]]:
    """The template in a file, or what is wrong with it. ``shown`` is the path that findings name."""
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
    values = {key: node.value for key, node in tree.entries.items() if isinstance(node, Scalar)}
    wanted = ["title"] if language == _FIRST else ["title", "source"]
    if sorted(values) != sorted(wanted) or len(values) != len(tree.entries):
        keys = " and ".join(f"'{key}: …'" for key in wanted)
        return None, [Finding(shown, 2, 1, "T082", f"the front matter is {keys} and nothing else", "")]
    body = "".join(lines[end + 1 :])
    return PageTemplate(language, path.stem, values["title"], body, shown, end + 2, values.get("source")), []


def in_language(templates: Mapping[tuple[str, str], PageTemplate], language: str, name: str) -> PageTemplate | None:
    """The page in this language, or in the first one that has it (a fallback, which the page says)."""
    languages = (language, *LANGUAGES)
    return next((templates[one, name] for one in languages if (one, name) in templates), None)


def dead_links(template: PageTemplate, templates: Mapping[tuple[str, str], PageTemplate]) -> list[Finding]:
    """Links between our pages that lead nowhere; those to other sites are LinkChecker's."""
    findings = []
    for number, line in enumerate(template.text.splitlines(), template.first_line):
        for link in _LINK.finditer(line):
            name, anchor = link.group("name"), link.group("anchor")
            target = in_language(templates, template.language, name or template.name)
            known = sorted({page for _, page in templates})
            at = link.start() + 1
            if target is None:
                help_ = did_you_mean(name, known)
                findings.append(Finding(template.path, number, at, "T064", f"there is no page '{name}.md'", help_))
            elif anchor and anchor not in {identifier for _, _, identifier in target.headings}:
                message = f"'{target.name}.md' has no heading '{anchor}'"
                help_ = did_you_mean(anchor, [identifier or "" for _, _, identifier in target.headings])
                findings.append(Finding(template.path, number, at, "T064", message, help_))
    return findings


def compare_languages(templates: Mapping[tuple[str, str], PageTemplate]) -> list[Finding]:
    """Headings without an id or with another one than in the first language; translations that lack or lag."""
    findings: list[Finding] = []
    for (language, name), template in templates.items():
        seen: set[str] = set()
        for line, _, identifier in template.headings:
            if identifier is None:
                findings.append(
                    Finding(template.path, line, 1, "T083", "a heading without an id", "end it with {: #id }")
                )
            elif identifier in seen:
                findings.append(Finding(template.path, line, 1, "T083", f"the id '{identifier}' stands here twice", ""))
            else:
                seen.add(identifier)
        source = templates.get((_FIRST, name))
        if language != _FIRST and source:
            findings += _compare_headings(source, template)
            if template.source != source.version:
                help_ = f"read what changed in {source.path}, mend this page, then write 'source: {source.version}'"
                findings.append(Finding(template.path, 3, 1, "W113", "the translation is behind", help_))
        there = [other for other in LANGUAGES if (other, name) in templates]
        for other in LANGUAGES if language == there[0] else ():
            if other not in there:
                help_ = f"write docs/{other}/{name}.md; readers see this page with a notice until then"
                findings.append(Finding(template.path, 1, 1, "W112", f"there is no translation in '{other}'", help_))
    return findings


def _compare_headings(source: PageTemplate, translation: PageTemplate) -> list[Finding]:
    wanted = [(level, identifier) for _, level, identifier in source.headings]
    found = translation.headings
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
