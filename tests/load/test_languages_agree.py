"""A page decides, shows and links the same in each language: held on the parsed templates."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import jinja2
import pytest
from jinja2 import nodes

from conftest import ROOT
from terecht.flow.knowledge import Knowledge

NAMES = sorted(path.stem for path in (ROOT / "docs/nl").glob("*.md"))
Shape = tuple[Counter[str], Counter[str], list[Any]]


def shape(parts: list[nodes.Node]) -> Shape:
    """The slots and fragments of a run of nodes, its links, and the conditions in it, in order, with what is inside."""
    shown: Counter[str] = Counter()
    links: Counter[str] = Counter()
    inner: list[Any] = []
    for part in parts:
        match part:
            case nodes.Output():
                for piece in part.nodes:
                    if isinstance(piece, nodes.TemplateData):
                        links.update(re.findall(r"\]\(([^)]*)\)", piece.data))
                    else:
                        shown[repr(piece)] += 1
            case nodes.If():
                inner.append(("if", repr(part.test), shape(part.body), shape([*part.elif_]), shape(part.else_)))
            case nodes.For():
                inner.append(("for", repr(part.iter), shape(part.body)))
    return shown, links, inner


def shape_of(text: str) -> Shape:
    return shape(jinja2.Environment(autoescape=True).parse(text).body)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_the_same_in_each_language(name: str, content: Knowledge) -> None:
    assert shape_of(content.templates["en", name].text) == shape_of(content.templates["nl", name].text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('policy.scope.prive == "yes"', 'policy.scope.prive == "no"'),
        ("{{ organisation.title }}", "the organisation"),
        ("(mediator.md)", "(wie.md)"),
        ("{% if roles.vertrouwenspersoon %}", "{% if roles.hr %}"),
        ("{% else %}", "{% endif %}{% if roles.hr %}"),
    ],
)
def test_a_difference_would_be_seen(old: str, new: str, content: Knowledge) -> None:
    text = content.templates["en", "wat-doet"].text
    assert old in text
    assert shape_of(text.replace(old, new, 1)) != shape_of(content.templates["nl", "wat-doet"].text)
