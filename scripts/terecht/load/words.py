"""The words of the interface: ``docs/words/<language>.yml``, the same keys in each language, each of them asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from terecht.findings import Finding, did_you_mean
from terecht.load.yaml_tree import Scalar, parse

_WORD = re.compile(r"words\.([a-z0-9_]+)|words\[\"([a-z0-9_]+_)\" ~")
#: Words that no template names, because the merge puts them into a slot.
_MERGED_WORDS = frozenset({"neutral_title"})


def read_words(path: Path, shown: str) -> tuple[dict[str, str], list[Finding]]:
    """The words of one language. ``shown`` is the path that findings name."""
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


def compare_words(words: Mapping[str, Mapping[str, str]], shown: str) -> list[Finding]:
    """Words that a language lacks. ``shown`` comes before each path."""
    everything = {key for own in words.values() for key in own}
    return [
        Finding(f"{shown}docs/words/{language}.yml", 1, 1, "T085", f"the word '{key}' is missing", "add it")
        for language, own in words.items()
        for key in sorted(everything - set(own))
        if own
    ]


def unused_and_unknown(overrides: Path, words: Mapping[str, Mapping[str, str]], shown: str) -> list[Finding]:
    """Words that a template asks for and no language has, and words that nobody asks for."""
    findings = []
    asked = set(_MERGED_WORDS)
    prefixes: set[str] = set()
    known = {key for own in words.values() for key in own}
    for path in sorted(overrides.rglob("*.html")):
        where = f"{shown}overrides/{path.relative_to(overrides).as_posix()}"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for found in _WORD.finditer(line):
                word, prefix = found.groups()
                if word and word not in known:
                    help_ = did_you_mean(word, sorted(known))
                    findings.append(
                        Finding(where, number, found.start() + 1, "T085", f"there is no word '{word}'", help_)
                    )
                asked |= {word} if word else set()
                prefixes |= {prefix} if prefix else set()
    for language, own in words.items():
        for key in own:
            if key not in asked and not key.startswith(tuple(prefixes)):
                path_ = f"{shown}docs/words/{language}.yml"
                findings.append(Finding(path_, 1, 1, "T085", f"the word '{key}' is used nowhere", "delete it"))
    return findings
