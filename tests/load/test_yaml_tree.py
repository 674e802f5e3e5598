"""Strict YAML: places are right, and no bytes whatever end in anything but a tree or a finding."""

from __future__ import annotations

import random

import pytest

from terecht.load.yaml_tree import Mapping, key_place, parse, parse_text, place, plain

TEXT = b"""\
name: Voorbeeld
contacts:
  - id: bos
    roles: [hr,
            mediator]
  -

  - {id: vos, phone: "06"}
"""


def tree_of(data: bytes) -> Mapping:
    tree, findings = parse(data, "x.yml")
    assert not findings
    assert tree is not None
    return tree


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (("name",), (1, 7)),
        (("contacts", 0, "roles", 1), (5, 13)),
        (("contacts", 1, "phone"), (8, 22)),  # the empty item in between does not count
        (("contacts", 1, "email"), (8, 5)),  # absent: the block that should hold it
        (("policy",), (1, 1)),
    ],
)
def test_places(location: tuple[str | int, ...], expected: tuple[int, int]) -> None:
    assert place(tree_of(TEXT), location) == expected


def test_the_place_of_a_key_is_the_key() -> None:
    assert key_place(tree_of(TEXT), ("contacts", 1, "phone")) == (8, 15)


def test_plain_keeps_text_and_leaves_out_what_is_empty() -> None:
    contacts = [{"id": "bos", "roles": ["hr", "mediator"]}, {"id": "vos", "phone": "06"}]
    assert plain(tree_of(TEXT)) == {"name": "Voorbeeld", "contacts": contacts}


def test_front_matter_counts_lines_of_its_file() -> None:
    _, findings = parse_text("title: a\ntitle: b\n", "x.md", first_line=2)
    assert [(finding.line, finding.code) for finding in findings] == [(3, "T010")]


def test_every_finding_of_a_file_at_once() -> None:
    _, findings = parse(b"a: 1\na: 2\nb: 1\nb: 2\n", "x.yml")
    assert [finding.line for finding in findings] == [2, 4]


def test_mutated_files_give_a_tree_or_a_finding_with_a_place() -> None:
    chance = random.Random(20261123)
    pieces = [
        b"\t",
        b"\x00",
        b"&a ",
        b"*a",
        b"!!x ",
        b"[",
        b"{",
        b"}",
        b": ",
        b"- ",
        b"\n",
        b"'",
        b'"',
        b"|\n",
        b"%",
        b"\xff",
        b"#",
    ]
    refused = 0
    for _ in range(2_000):
        data = bytearray(TEXT)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 3)] = chance.choice(pieces)
        tree, findings = parse(bytes(data), "x.yml")
        assert (tree is None) <= bool(findings)
        assert all(finding.line >= 1 and finding.column >= 1 for finding in findings)
        refused += bool(findings)
    assert 500 < refused < 2_000  # both ways were tried
