"""Organisation files wrong in many ways, the same at each run; as a program it reads a folder of such files."""

from __future__ import annotations

import datetime as dt
import faulthandler
import itertools
import json
import os
import random
import re
import resource
import signal
import string
import sys
import time
import traceback
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args, get_origin
from unittest import mock

import yaml
from pydantic import BaseModel

import terecht.cli
import terecht.cli.clients
import terecht.load
from terecht.findings import Finding
from terecht.load import yaml_tree
from terecht.load.content import Content
from terecht.load.organisation import Organisation
from terecht.load.yaml_tree import MAX_BYTES, MAX_DEPTH, MAX_NODES
from terecht.merge import merge
from terecht.merge.templates import Templates
from terecht.project import Project, usable_content

ROOT = Path(__file__).parents[2]
FILE = "organisation.yml"
#: Seconds of the processor that reading one file may take: on a busy machine a file is not slower than it is.
LIMIT = 2
#: In the environment of this program: whether files that ask for a fault get it.
FAULTS = "YAML_FILES_FAULTS"
_ASKS = re.compile(rb"# fault: ([a-z ]+)\n")

#: A file, and the line on which a finding must stand where that is known.
Made: TypeAlias = tuple[str | bytes, int | None]
Maker: TypeAlias = Callable[[random.Random], Iterator[Made]]


@dataclass(frozen=True)
class Case:
    """A file to try; ``line`` is where a finding must stand, where that is known."""

    kind: str
    data: bytes
    line: int | None = None


# ---- what the files are made from


def _without_pictures(text: str) -> str:
    return re.sub(r"^ +(logo|logo_alt|photo|photo_alt):.*\n", "", text, flags=re.MULTILINE)


def _example(name: str) -> str:
    return (ROOT / "organisations" / name / FILE).read_text("utf-8")


#: An example with every key of the model; the keys of pictures are there, the pictures are not.
PICTURED = (
    _example("lagelanden")
    .replace("indexable: no\n", "indexable: no\ncountry: NL\nexit_url: https://www.knmi.nl/\n")
    .replace("    hours:", '    text_phone: "06 12345679"\n    serves: [in_dienst, zzp]\n    hours:', 1)
)
EVERY_KEY = _without_pictures(PICTURED)
EXAMPLES = [_without_pictures(_example(name)) for name in ("lagelanden", "snijders", "vuurvlinder")]
_BROKEN = sorted((ROOT / "tests/organisations_invalid").glob(f"*/{FILE}"))
SOURCES = [text.encode() for text in EXAMPLES] + [path.read_bytes() for path in _BROKEN if not path.is_symlink()]
SHORT = """\
schema: 1
name: Voorbeeld
languages: [nl]
contacts:
  - id: bos
    roles: [vertrouwenspersoon]
    name: Jip Bos
    phone: "06 12345678"
"""


@dataclass(frozen=True)
class Spot:
    """A value in a text: what it is, where it stands, and where its key stands if it has one."""

    path: tuple[str | int, ...]
    value: Any
    start: int
    end: int
    line: int
    key: yaml.ScalarNode | None
    flow: bool
    #: What has to stand behind another value in this place: a block ends where the next line's text starts.
    behind: str

    @property
    def field(self) -> str:
        """The name of the field, also for an item of its list and for its text in one language."""
        names = [step for step in self.path if isinstance(step, str)]
        return names[-2] if names[-1] in {"nl", "en"} and len(names) > 1 else names[-1]

    @property
    def text(self) -> bool:
        """Whether this is a text a language, or one of its texts."""
        return self.path[-1] in {"nl", "en"} or (isinstance(self.value, dict) and set(self.value) <= {"nl", "en"})


@cache
def spots(text: str) -> tuple[Spot, ...]:
    """Every value in a text but the whole."""
    return tuple(_spots(yaml.compose(text, Loader=yaml.SafeLoader), (), None))[1:]


def _spots(node: yaml.Node | None, path: tuple[str | int, ...], key: yaml.ScalarNode | None) -> Iterator[Spot]:
    assert node is not None
    block = isinstance(node, yaml.CollectionNode) and not node.flow_style
    behind = "\n" + " " * node.end_mark.column if block else ""
    value = yaml.constructor.BaseConstructor().construct_object(node, deep=True)
    at = node.start_mark
    yield Spot(path, value, at.index, node.end_mark.index, at.line + 1, key, not block, behind)
    if isinstance(node, yaml.MappingNode):
        for name, inner in node.value:
            yield from _spots(inner, (*path, name.value), name)
    elif isinstance(node, yaml.SequenceNode):
        for position, inner in enumerate(node.value):
            yield from _spots(inner, (*path, position), None)


def put(text: str, spot: Spot, value: str) -> str:
    """The text with another value in this place."""
    return text[: spot.start] + value + spot.behind + text[spot.end :]


def words_of(model: Any) -> Iterator[str]:
    """Every word that the model knows, and no other."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        for field in model.model_fields.values():
            yield from words_of(field.annotation)
    elif get_origin(model) is Literal:
        yield from get_args(model)
    else:
        for part in get_args(model):
            yield from words_of(part)


def _shuffled(chance: random.Random, made: Iterator[Made]) -> Iterator[Made]:
    everything = list(made)
    chance.shuffle(everything)
    yield from everything


def _scalars(text: str = EVERY_KEY) -> list[Spot]:
    return [spot for spot in spots(text) if isinstance(spot.value, str)]


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _anywhere(chance: random.Random, values: list[str], text: str = EVERY_KEY) -> Iterator[Made]:
    """Each of these values, as written, in any place where a word can stand."""
    while True:
        yield put(text, chance.choice(_scalars(text)), chance.choice(values)), None


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


# ---- bytes


def _bytes_changed(change: Callable[[random.Random, bytearray, int], None]) -> Maker:
    def make(chance: random.Random) -> Iterator[Made]:
        while True:
            data = bytearray(chance.choice([source for source in SOURCES if source and len(source) < MAX_BYTES]))
            for _ in range(chance.choice([1, 1, 1, 2, 5, 20])):
                change(chance, data, chance.randrange(len(data) or 1))
            yield bytes(data), None

    return make


_PIECES = [
    *(b"\t", b"\x00", b"&a ", b"*a", b"!!x ", b"[", b"]", b"{", b"}", b": ", b":", b"- ", b"? ", b"\n"),
    *(b"\r", b",", b"<<"),
    *(b"'", b'"', b"|\n", b">\n", b"%", b"\xff", b"#", b" #", b"---\n", b"...\n", b"@", b"`", b"\\", b"  "),
    b"\xc2\x85",
    *(b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"~", b"=", b"\x1b[31m", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\n\n", b"\n "),
]


def _flip(chance: random.Random, data: bytearray, at: int) -> None:
    if data:
        data[at] ^= 1 << chance.randrange(8)


def _delete(chance: random.Random, data: bytearray, at: int) -> None:
    del data[at : at + chance.choice([1, 1, 2, 8, 64])]


def _insert(chance: random.Random, data: bytearray, at: int) -> None:
    data[at:at] = chance.choice([*_PIECES, chance.randbytes(1), chance.randbytes(4)])


def _duplicate(chance: random.Random, data: bytearray, at: int) -> None:
    data[at:at] = data[at : at + chance.choice([1, 2, 8, 64, 512])]


def _truncate(_chance: random.Random, data: bytearray, at: int) -> None:
    del data[at:]


def _splice(chance: random.Random, data: bytearray, at: int) -> None:
    other = chance.choice(SOURCES[: len(EXAMPLES)])
    data[at:] = other[chance.randrange(len(other)) :]


# ---- structure


def _lines_changed(chance: random.Random) -> Iterator[Made]:
    while True:
        lines = chance.choice(EXAMPLES).splitlines(keepends=True)
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                lines[at] = " " * chance.randint(1, 5) + lines[at]
            case _:
                lines[at] = lines[at].removeprefix(" " * chance.randint(1, 4))
        yield "".join(lines), None


def _keys_dropped(chance: random.Random) -> Iterator[Made]:
    keyed = [spot.path for spot in spots(EVERY_KEY) if spot.key]
    for number in itertools.count():
        tree: Any = yaml.load(EVERY_KEY, Loader=yaml.CBaseLoader)  # noqa: S506  builds text only
        for path in chance.sample(keyed, 1 + number % 5):
            _drop(tree, path)
        yield _dumped(chance, tree), None


def _drop(tree: Any, path: tuple[str | int, ...]) -> None:
    for step in path[:-1]:
        if isinstance(tree, dict) and step not in tree:
            return
        tree = tree[step]
    tree.pop(path[-1], None)


def _dumped(chance: random.Random, tree: Any) -> str:
    width, indent, flow = chance.choice([40, 120, 9_999]), chance.choice([2, 4, 8]), chance.choice([True, False, None])
    return yaml.dump(
        tree, Dumper=yaml.CSafeDumper, allow_unicode=True, width=width, indent=indent, default_flow_style=flow
    )


def _keys_twice(chance: random.Random) -> Iterator[Made]:
    def each() -> Iterator[Made]:
        for spot in spots(EVERY_KEY):
            if key := spot.key:
                at = key.start_mark
                flow = EVERY_KEY[: at.index].splitlines()[-1].strip(" -") != ""
                between = ", " if flow else "\n" + " " * at.column
                again = f"{key.value}: nogmaals{between}"
                yield EVERY_KEY[: at.index] + again + EVERY_KEY[at.index :], at.line + 1 + (not flow)

    yield from _shuffled(chance, each())


def _keys_renamed(chance: random.Random) -> Iterator[Made]:
    def each() -> Iterator[Made]:
        for spot, change in itertools.product(spots(EVERY_KEY), (str.upper, lambda key: key[:-1] + "q", "{}s".format)):
            if (key := spot.key) and not spot.text:
                start, end = key.start_mark.index, key.end_mark.index
                yield EVERY_KEY[:start] + change(key.value) + EVERY_KEY[end:], key.start_mark.line + 1

    yield from _shuffled(chance, each())


def _wrong_types(chance: random.Random) -> Iterator[Made]:
    def each() -> Iterator[Made]:
        for spot in spots(PICTURED):
            wrong = ["{verkeerd: soort}", "{1: {2: {3: vier}}}"]
            wrong += ["verkeerd", '"met: dubbele punt"'] if not isinstance(spot.value, str) else []
            wrong += ["[verkeerd]", "[[], {}]"] if not isinstance(spot.value, list) else []
            for value in wrong:
                if not (spot.text and not value.startswith(("[", "{"))):
                    yield put(PICTURED, spot, value), spot.line

    yield from _shuffled(chance, each())


def _swapped(chance: random.Random) -> Iterator[Made]:
    def each() -> Iterator[Made]:
        for spot in spots(EVERY_KEY):
            inside = EVERY_KEY[spot.start + 1 : spot.end - 1]
            if isinstance(spot.value, list) and spot.flow:
                yield put(EVERY_KEY, spot, f"{{{inside}}}"), spot.line
            elif isinstance(spot.value, dict) and spot.flow:
                yield put(EVERY_KEY, spot, f"[{inside}]"), spot.line
            elif isinstance(spot.value, list):
                items = {f"id-{number}": item for number, item in enumerate(spot.value)}
                yield put(EVERY_KEY, spot, json.dumps(items)), spot.line
            elif isinstance(spot.value, dict):
                yield put(EVERY_KEY, spot, json.dumps([spot.value])), spot.line
                yield put(EVERY_KEY, spot, json.dumps(list(spot.value.items()))), spot.line

    yield from _shuffled(chance, each())


def _unknown_words(chance: random.Random) -> Iterator[Made]:
    known = {*words_of(Organisation), "nl", "en"}

    def each() -> Iterator[Made]:
        for spot in _scalars():
            if spot.value in known and spot.field not in {"speaks", "schema", "id"}:
                for word in (spot.value + "x", spot.value.upper(), "klingon", "ja", "vertrouwens persoon", "0", "<>"):
                    if word not in known:
                        yield put(EVERY_KEY, spot, _quoted(word)), spot.line

    yield from _shuffled(chance, each())


def _long_texts(chance: random.Random) -> Iterator[Made]:
    while True:
        spot = chance.choice(spots(PICTURED))
        length = chance.choice([500, 1_999, 2_000, 2_001, 5_000, 60_000, MAX_BYTES - len(EVERY_KEY.encode()) - 1_000])
        piece = chance.choice(
            ["x", "é", "a ", "1", "https://a.example/", "'", "<b>", "&amp;", "a.", "\\", "{{", "中", "-"]
        )
        text = (piece * length)[:length]
        yield put(PICTURED, spot, _quoted(text)), None


def _many_items(chance: random.Random) -> Iterator[Made]:
    yield from _shuffled(chance, ((text, None) for text in _much()))


def _much() -> Iterator[str]:
    """As much of each thing as a file can hold: what takes longer than it should, does so here."""
    head, _, _ = SHORT.partition("contacts:")
    most = MAX_NODES - 100
    letters = ["".join(pair) for pair in itertools.product(string.ascii_uppercase, repeat=2)]

    def contacts(number: int, line: str) -> str:
        return f"{head}contacts:\n" + "".join(f"  - {line}\n".replace("%", str(n)) for n in range(number))

    def listed(words: Iterator[str]) -> str:
        return f"[{','.join(itertools.islice(words, most))}]"

    yield contacts(most, "woord")
    yield contacts(most, "")
    yield contacts(3_200, "{id: a%}")
    yield f"{head}contacts: {listed(itertools.repeat('[]'))}\n"
    yield contacts(900, "{id: a%, roles: [hr], name: b, phone: 0612345678}")
    yield contacts(900, "{id: a, roles: [hr], name: b, phone: 0612345678}")
    yield contacts(600, "{id: a%, roles: [vertrouwenspersoon], name: b, topics: [integriteit], also_for_accused: yes}")
    yield contacts(900, f"{{id: a%, roles: [hr], name: b, phone: '{' ext' * 50}'}}")
    yield contacts(900, f"{{id: a%, roles: [hr], name: b, phone: '{'(1' * 100}'}}")
    yield contacts(700, f"{{id: a%, roles: [hr], name: b, email: 'a@{'é.' * 55}nl'}}")
    yield contacts(700, f"{{id: a%, roles: [hr], name: b, email: 'a@{'áèîõü' * 10}.nl'}}")
    yield contacts(900, f"{{id: a%, roles: [hr], name: b, email: 'a@{'xn--9ca.' * 25}nl'}}")
    yield contacts(900, "{id: a%, roles: [hr], name: b, photo: foto%.jpg}")
    wrong = (f"bedrijfsmaatschappelijk_wer{n}" for n in itertools.count())
    yield SHORT.replace("[vertrouwenspersoon]", listed(wrong))
    yield SHORT.replace("[nl]", listed(f"nl{n}" for n in itertools.count()))
    yield SHORT.replace("[nl]", listed(itertools.repeat("nl")))
    yield SHORT + f"    speaks: {listed(itertools.repeat('zh-TW'))}\n"
    yield SHORT + f"    speaks: {listed(f'{a}-{b}' for a, b in itertools.product(('nl', 'en', 'ar'), letters))}\n"
    scripts = (f"{a}-{b}{c}" for a, b, c in itertools.product(("nl", "en"), letters, letters[:8]))
    yield SHORT + f"    speaks: {listed(scripts)}\n"
    other = contacts(480, f"{{id: {'a' * 30}-%, roles: [hr], name: b, phone: 0612345678}}")
    absent = (f"{{from: 2026-01-01, to: 2026-01-02, replaced_by: {'a' * 29}-x{n}}}" for n in range(690))
    yield other + f"  - {{id: x, roles: [hr], name: b, absent: [{', '.join(absent)}]}}\n"
    yield SHORT + "".join(f"contact{n}: 1\n" for n in range(4_900))
    yield SHORT + "policy:\n" + "".join(f"  confidentiality_exceptions{n}: 1\n" for n in range(4_900))
    yield SHORT + "name: nogmaals\n" * 4_900
    yield SHORT + f"    hours: {{{','.join(f'nl{n}: a' for n in range(4_900))}}}\n"
    yield SHORT + f"    hours: {{{','.join('nl: a' for _ in range(4_900))}}}\n"
    yield SHORT + "documents:\n" + "  - {kind: overig, title: a, url: https://a.example/}\n" * 1_400
    yield SHORT + "documents:\n" + f"  - {{kind: overig, title: a, url: '{'https://' * 20}'}}\n" * 1_400
    yield SHORT + f"sector: {listed(itertools.cycle(['zorg', 'sport']))}\n"
    yield SHORT + f"x: {listed(map(str, itertools.count()))}\n"
    for address in (
        "https://a.example/" + "a" * 3_000,
        "https://a.example/" + "😀" * 380,
        "https://a.example/" + "é" * 60_000,
    ):
        yield SHORT + f"url: {address}\n"


def _deep(chance: random.Random) -> Iterator[Made]:
    while True:
        depth = chance.choice([MAX_DEPTH - 2, MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 100, 1_000, 10_000, 60_000])
        opened, closed = chance.choice(
            [
                *(("[", "]"), ("{a: ", "}"), ("[{a: ", "}]"), ("- ", ""), ("? ", ""), ("a: ", "")),
                *(("{? ", "}"), ("[\n ", "\n ]"), ("!!x [", "]"), ("&a [", "]")),
                ('"', '"'),
                ("- ? : ", ""),
            ]
        )
        nest = opened * depth + "x" + closed * (depth if chance.random() < 0.8 else depth // 2)
        yield chance.choice([nest, put(EVERY_KEY, chance.choice(spots(EVERY_KEY)), nest), f"{SHORT}x: {nest}\n"]), None


# ---- what YAML can do


def _anchors(chance: random.Random) -> Iterator[Made]:
    def each() -> Iterator[Made]:
        for spot in spots(EVERY_KEY):
            written = EVERY_KEY[spot.start : spot.end]
            if spot.flow:
                yield put(EVERY_KEY, spot, f"&a {written}"), spot.line
                yield put(EVERY_KEY, spot, f"&é1-_ {written}"), None
            yield put(EVERY_KEY, spot, "*a"), spot.line
            yield put(EVERY_KEY, spot, "&a"), spot.line
            yield put(EVERY_KEY, spot, "&a [*a]"), spot.line
            yield put(EVERY_KEY, spot, "&"), None

    yield from _shuffled(chance, each())


def _tags(chance: random.Random) -> Iterator[Made]:
    tags = [
        *("!!str", "!!int", "!!null", "!!binary", "!!set", "!!omap", "!x", "!<tag:yaml.org,2002:str>", "!e!x", "!<x>"),
        *("!!python/object/apply:os.system", "!!python/name:os.system", "!!js/function", "!!timestamp", "!%21"),
    ]
    while True:
        spot = chance.choice([spot for spot in spots(EVERY_KEY) if spot.flow])
        tag = chance.choice(tags)
        yield put(EVERY_KEY, spot, f"{tag} {EVERY_KEY[spot.start : spot.end]}"), spot.line
        yield put(EVERY_KEY, spot, f"! {EVERY_KEY[spot.start : spot.end]}"), None
        yield put(EVERY_KEY, spot, f"!<{tag}"), None


def _merge_keys(chance: random.Random) -> Iterator[Made]:
    keyed = [spot for spot in spots(EVERY_KEY) if spot.key]
    while True:
        key = chance.choice(keyed).key
        assert key is not None
        at = key.start_mark
        flow = EVERY_KEY[: at.index].splitlines()[-1].strip(" -") != ""
        more = chance.choice(["<<: *a", "<<: {a: b}", "<<: [*a, *b]", '"<<": x', "'<<': x", "<<: x", "? <<\n"])
        line = at.line + 1 if "?" not in more else None
        yield EVERY_KEY[: at.index] + more + (", " if flow else "\n" + " " * at.column) + EVERY_KEY[at.index :], line


def _tops(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"^[a-z]", text, re.MULTILINE)]


def _more_documents(chance: random.Random) -> Iterator[Made]:
    while True:
        text = chance.choice([*EXAMPLES, EVERY_KEY])
        tops = [*_tops(text)[1:], len(text)]
        between = chance.choice(
            ["---\n", "...\n---\n", "--- \n", "---\n---\n", "--- !x\n", "--- &a\n", "...\n...\n--- x\n"]
        )
        at = chance.choice(tops)
        line = _line(text, at) + between.split("---")[0].count("\n")
        yield text[:at] + between + text[at:], line
        yield text[:at] + chance.choice(["...\n", "---", "-- -\n", "....\n", "... x\n", " ---\n"]) + text[at:], None


def _complex_keys(chance: random.Random) -> Iterator[Made]:
    while True:
        text = chance.choice([*EXAMPLES, EVERY_KEY])
        tops = [*_tops(text), len(text)]
        at = chance.choice(tops)
        entry = chance.choice(["? [a, b]\n: c\n", "? {a: b}\n: c\n", "[a]: b\n", "{a: b}: c\n", "? - a\n  - b\n: c\n"])
        yield text[:at] + entry + text[at:], _line(text, at)
        odd = [
            *("? |\n  x\n: y\n", "?\n", "? a\n? b\n", ": a\n", '"": a\n', "? ? a\n", "[]: \n", "~: a\n"),
            *("- a\n", "'': \n"),
        ]
        yield text[:at] + chance.choice(odd) + text[at:], None


def _flow_style(chance: random.Random) -> Iterator[Made]:
    while True:
        tree = yaml.load(chance.choice([*EXAMPLES, EVERY_KEY]), Loader=yaml.CBaseLoader)  # noqa: S506  builds text only
        text = json.dumps(tree, ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, None, 1, 4]))
        at = chance.randrange(len(text))
        yield text, None
        yield (
            text[:at] + chance.choice(["[", "]", "{", "}", ",", ":", '"', "'", " #", "\n", "\\", "?"]) + text[at:],
            None,
        )
        yield text[:at] + text[at + chance.choice([1, 1, 3]) :], None
        yield _dumped(chance, tree), None


def _block_scalars(chance: random.Random) -> Iterator[Made]:
    heads = ["|", ">", "|-", ">+", "|2", "|9", "|0", "|+1", ">1-", "| # a", "|x", "||", ">10", "|\t"]
    bodies = [
        *("een\n{0}twee\n", "\n\n", "{0}{0}een\n{0}twee\n", "een\n twee\n", "", "{{{{ x }}}}\n{0}# geen\n"),
        "- a\n{0}- b\n",
    ]
    while True:
        spot = chance.choice(_scalars())
        indent = " " * chance.randint(0, 8)
        body = chance.choice(bodies).format(indent)
        yield put(EVERY_KEY, spot, f"{chance.choice(heads)}\n{indent}{body}"), None


def _directives(chance: random.Random) -> Iterator[Made]:
    for text in itertools.cycle([EVERY_KEY, *EXAMPLES, SHORT]):
        end = chance.choice(["---\n", "--- # a\n", "\n---\n", "# a\n---\n"])
        version = f"{chance.randint(0, 12)}.{chance.randint(0, 12)}"
        yield f"%YAML {version}\n{end}{text}", 1
        yield f"%TAG !{chance.choice(string.ascii_letters)}! tag:a.example,{chance.randint(1, 2099)}:\n{end}{text}", 1
        word = "".join(chance.choices(string.ascii_letters + "% ", k=5))
        yield f"%{word}\n{end}{text}", None
        yield f"%{word} {version}\n{text}", None
        at = chance.randrange(len(text))
        yield text[:at] + f"\n%YAML {version}\n" + text[at:], None


def _line_ends(chance: random.Random) -> Iterator[Made]:
    def in_place(end: str) -> Iterator[Made]:
        ends = [match.start() for match in re.finditer("\n", EVERY_KEY)]
        while True:
            at = chance.choice(ends)
            line = None if end in {"\r", "\r\n", "\n\r", "\r\r\n"} else _line(EVERY_KEY, at)
            yield EVERY_KEY[:at] + end + EVERY_KEY[at + 1 :], line

    odd = [
        in_place(end) for end in ("\r", "\r\n", "\n\r", "\r\r\n", "\x85", "\u2028", "\u2029", "\v", "\f", "\ufeff\n")
    ]
    wrong = [made for made in _wrong_types(chance) if made[1] and isinstance(made[0], str)]
    for ends in itertools.cycle(odd):
        yield next(ends)
        text, line = chance.choice(wrong)
        assert isinstance(text, str)
        yield text.replace("\n", chance.choice(["\r", "\r\n"])), line
        yield "\ufeff" + text, 1


_FORBIDDEN = [
    *(chr(code) for code in (*range(9), 9, 11, 12, *range(14, 32), *range(127, 160))),
    *"\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    *"\ue000\ue001\ue002\uf8ff\ufdd0\ufdef\ufeff\ufffe\uffff\U000f0000\U0010ffff\U0010fffe",
]


def _forbidden(chance: random.Random) -> Iterator[Made]:
    while True:
        text = chance.choice([*EXAMPLES, EVERY_KEY])
        at = chance.randrange(len(text))
        yield text[:at] + chance.choice(_FORBIDDEN) + text[at:], _line(text, at)


def _escaped(chance: random.Random) -> Iterator[Made]:
    codes = [ord(character) for character in _FORBIDDEN if character != "\t"]
    escapes = [
        *("\\0", "\\a", "\\b", "\\e", "\\v", "\\f", "\\N", "\\L", "\\P", "\\ud800", "\\udfff", "\\U00110000"),
        "\\q",
    ]
    escapes += [f"\\U{code:08x}" for code in codes] + [f"\\u{code:04x}" for code in codes if code <= 0xFFFF]
    harmless = ["\\t", "\\_", "\\n", "\\/", "\\r", "\\\\", '\\"', "\\x41", "\\u00e9", "\\U0001f600", "\\\n  ", "\\ "]
    while True:
        spot = chance.choice(_scalars())
        yield put(EVERY_KEY, spot, f'"a{chance.choice(escapes)}b"'), spot.line
        yield put(EVERY_KEY, spot, f'"{chance.choice(harmless)}{chance.choice(harmless)}b"'), None


def _encodings(chance: random.Random) -> Iterator[Made]:
    names = [
        *("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "latin-1", "cp1252", "utf-7"),
        "cp037",
    ]
    broken = [
        *(b"\x80", b"\xbf", b"\xc0\xaf", b"\xc1\x81", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xfe"),
        *(b"\xf0\x80\x80\xaf", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xff", b"\xe2\x28"),
        *(b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\xbd\xed\xb8\x80"),
    ]
    while True:
        text = chance.choice([*EXAMPLES, EVERY_KEY])
        name = chance.choice(names)
        yield text.encode(name, "replace"), 1 if name in {"utf-16", "utf-32", "cp037"} else None
        bom = chance.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"])
        yield bom + text.encode(chance.choice(names[:6])), 1
        at = chance.randrange(len(text))
        yield text[:at].encode() + chance.choice(broken) + text[at:].encode(), _line(text, at)


# ---- values


_SCALARS = [
    *("0", "-0", "007", "0612345670", "1_000", "0x1F", "0o17", "017", "0b101", "1.10", ".5", "5.", "1e3"),
    *("1e999", "-1e-999"),
    *("12:30", "12:30:45", "190:20:30", "2026-11-01", "2026-02-30", "0000-00-00", "9999-99-99", "2026-11-01T12:30:00Z"),
    *("yes", "no", "on", "off", "true", "false", "True", "TRUE", "y", "n", "~", "null", "Null", "=", "<<"),
    *("''", '""', "."),
    *(".nan", ".inf", "-.inf", "NaN", "Infinity", "None", "undefined", "[]", "{}", "-", "--", "---", "1,000.50", "+1"),
    *("1/2", "½", "٣", "１２", "²", "Ⅷ", "10 %", "€ 5", "2026-W01-1", "20261101", "12:30-14:00", "1e", "0x"),
    *("0o9", "1__0"),
]

_HOSTILE = [
    *("9" * 50, "9" * 5_000, "-" + "9" * 400, "0x" + "f" * 400, "1e" + "9" * 20, "0." + "3" * 400, "9" * 6, "9" * 7),
    *("../../../etc/passwd", "/dev/zero", "file:///etc/passwd", "$(id)", "`id`", "${HOME}", "%s%n%x", "{0.__class__}"),
    *("{{ 7 * 7 }}", "{% raw %}", "{{ self.__init__ }}", "%00", "\\x00", "'; DROP TABLE x; --"),
    "<script>alert(1)</script>",
    *("javascript:alert(1)", "data:text/html,x", "mailto:a@b.nl?bcc=c@d.nl", "tel:*31#0612345678"),
    *("http://[::1", "http://a:b@c"),
    *("http://[fe80::1%25eth0]/", "https://a:99999/", "https://a:-1/", "//a", "https:///"),
    *("https://\u0131.example/", "C:\\x"),
    *("__proto__", "constructor", "CON", "nul.", "a/b", "a\\b", ".hidden", "aux.png", "*.png", "~/x"),
    "a" * 300 + ".png",
]

#: For fields with a form of their own: pieces of text that tire a careless pattern.
_TIRING = {
    "phone": [
        *("0", "+", "(", " ", "-", "06 ", "ext", ";ext=1", "x1", "1#", "0612345678x", "１", ";", "tel:", ",,"),
        "доб",
    ],
    "text_phone": ["+31 ", "(0)", "0-", "123456789", "~", "...", "\u2060", "#1"],
    "email": ["a.", "@", "a@", '"', "a@a.", "é.", "xn--", "[", "(a)", "<a@b>", "a+", "-.", "\\ ", "א.", "a@b.c "],
    "url": ["https://", "a.", "/", "a@", "[", ":", "%", "http://a/", "%2e/", "//", "é", "?a=", "#", "https://[::"],
    "exit_url": ["https://a/", "a-", "_.", "1.", "::", "&", "https://x.", "\u3002"],
    "colour": ["#", "0", "#0", "f", "rgb(", "#123456", "transparent;"],
    "accent": ["#ffffff", "a", "var(--x)", "é"],
    "date": ["2026-", "0", "-", "2026-11-01", "٢", "T00:00"],
    "from": ["1-", "99-99-", "2026", "00"],
    "certified_until": ["2026-01-01T", "-1", "１"],
    "id": ["a", "a-", "-", "a--", "A", "é", "0-"],
    "replaced_by": ["a-", "lin", "-a"],
    "internal": ["1", "#", "*", " ", "+-", "8112 ", "-1"],
    "handled_weeks": ["0", "9", "-", "1_", "１"],
    "speaks": ["a-", "nl-", "-", "x-", "en_", "zh-Hant-", "@", "a.b"],
    "size": ["<", "50+", "10-"],
    "schema": ["1", " 1", "1.", "0x"],
}


def _tiring(chance: random.Random) -> Iterator[Made]:
    while True:
        field, pieces = chance.choice(list(_TIRING.items()))
        spot = chance.choice([spot for spot in _scalars() if spot.field == field])
        size = chance.choice([20, 100, 249, 1_000, 10_000, 200_000])
        piece, end = chance.choice(pieces), chance.choice(["", "", "!", "x", " ", "é", "\u00a0", "\\"])
        yield put(EVERY_KEY, spot, _quoted((piece * size)[:size] + end)), None


_LETTERS = [
    *("é", "e\u0301", "\u1e9b\u0323", "ﬁ", "Å", "\u212b", "A\u030a", "ﷺ", "①", "ⅷ", "İ", "ı", "ß", "ẞ", "ŉ", "ǰ", "K"),
    *(
        "😀",
        "👩‍👩‍👧‍👦",
        "👍🏽",
        "🇳🇱",
        "☎️",
        "\U0001f3f4\U000e0067\U000e0062\U000e007f",
        "⃣",
        "1️⃣",
        "אבג",
        "سلام",
        "محمد‌رضا",
    ),
    *("ש\u05c1\u05bc", "١٢٣"),
    *("Z" + "\u0300\u0316\u0334" * 40, "\u0301", "a\u034f", "\u200b", "\u200c", "\u200d", "\u2060"),
    *("\u00ad", "\u180e", "\u3164"),
    *("раураl", "ΒοЅ", "Ｂｏｓ", "𝐁𝐨𝐬", "\u00a0", "\u2007", "\u202f", "\u3000", "\u1680", "\u2003", "한글"),
    *("漢字", "ไทย", "हिन्दी"),
    *("\ufffd", "\ufffc", "\ufff9", "\u2061", "\ufe0f", "\u2800", "\u115f", "\u17b5", "\U0001d173"),
    *("\U000323af", "\u0378", "྄"),
]


def _unicode(chance: random.Random) -> Iterator[Made]:
    forms: list[Literal["NFC", "NFD", "NFKC", "NFKD"]] = ["NFC", "NFD", "NFKC", "NFKD"]
    while True:
        spot = chance.choice(spots(EVERY_KEY))
        word = "".join(chance.choices(_LETTERS, k=chance.choice([1, 2, 5, 30])))
        written = chance.choice([_quoted(word), word, json.dumps(word)])
        yield put(EVERY_KEY, spot, written), None
        if spot.key and chance.random() < 0.2:
            yield EVERY_KEY[: spot.key.start_mark.index] + word + EVERY_KEY[spot.key.end_mark.index :], None
            yield unicodedata.normalize(chance.choice(forms), put(EVERY_KEY, spot, _quoted(word))), None


def _hypothesis(chance: random.Random) -> Iterator[Made]:
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis import strategies as some

    found: list[Made] = []
    paths = sorted({spot.path[0] for spot in spots(EVERY_KEY)}, key=str)
    leaf = some.text(max_size=30) | some.sampled_from(["nl", "en", "yes", "hr", "1", "2026-11-01", "0612345678"])
    tree = some.recursive(
        leaf,
        lambda inner: (
            some.lists(inner, max_size=4) | some.dictionaries(some.sampled_from(paths) | leaf, inner, max_size=4)
        ),
        max_leaves=20,
    )
    spot = some.sampled_from(spots(EVERY_KEY))
    whole = some.text() | some.binary() | tree.map(lambda value: json.dumps(value, ensure_ascii=False))
    inside = some.builds(lambda at, value: put(EVERY_KEY, at, json.dumps(value, ensure_ascii=False)), spot, tree)
    bare = some.builds(lambda at, value: put(EVERY_KEY, at, value), spot, some.text(max_size=40))

    @seed(chance.randrange(2**32))
    @settings(
        max_examples=400, database=None, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(whole | inside | bare)
    def collect(made: str | bytes) -> None:
        found.append((made, None))

    collect()
    yield from found


#: The kinds of bad files, each with what makes them.
KINDS: dict[str, Maker] = {
    "flip": _bytes_changed(_flip),
    "delete": _bytes_changed(_delete),
    "insert": _bytes_changed(_insert),
    "duplicate": _bytes_changed(_duplicate),
    "truncate": _bytes_changed(_truncate),
    "splice": _bytes_changed(_splice),
    "lines": _lines_changed,
    "keys dropped": _keys_dropped,
    "keys twice": _keys_twice,
    "keys renamed": _keys_renamed,
    "wrong types": _wrong_types,
    "lists and mappings swapped": _swapped,
    "unknown words": _unknown_words,
    "long texts": _long_texts,
    "many items": _many_items,
    "deep": _deep,
    "anchors": _anchors,
    "tags": _tags,
    "merge keys": _merge_keys,
    "more documents": _more_documents,
    "complex keys": _complex_keys,
    "flow style": _flow_style,
    "block scalars": _block_scalars,
    "directives": _directives,
    "line ends": _line_ends,
    "forbidden characters": _forbidden,
    "escapes": _escaped,
    "encodings": _encodings,
    "scalars": lambda chance: _anywhere(chance, _SCALARS),
    "hostile": lambda chance: _anywhere(chance, [*_HOSTILE, *map(_quoted, _HOSTILE)]),
    "tiring": _tiring,
    "unicode": _unicode,
    "hypothesis": _hypothesis,
}


def cases(each: int, seed: int) -> list[Case]:
    """At most ``each`` files of each kind, no two the same; all that there is much of."""
    found: dict[bytes, Case] = {}
    for kind, make in KINDS.items():
        most = MAX_NODES if kind == "many items" else each
        for made, line in itertools.islice(make(random.Random(f"{seed} {kind}")), 4 * most):
            data = made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made
            found.setdefault(data, Case(kind, data, line))
            if sum(case.kind == kind for case in found.values()) >= most:
                break
    return list(found.values())


# ---- the program: reads a folder of organisations as the product does, and says what came of each


def _told(organisation: str, **more: Any) -> str:
    return json.dumps({"id": organisation, **more}) + "\n"


def _read(names: list[str], results: Path, merge_every: int, wait: int) -> None:
    """Loads each organisation in this folder, and merges some of those that are accepted; a line of JSON each.

    What takes longer than its limit ends, as does what waits for anything longer than ``wait`` seconds.
    """
    project = Project(ROOT, Path.cwd(), dt.date(2026, 11, 23))
    content, templates = usable_content(project), Templates(ROOT / "overrides")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    accepted = 0

    def read(rest: list[str]) -> None:
        nonlocal accepted
        for name in rest:
            merged = None
            faulthandler.dump_traceback_later(wait, exit=True)
            signal.setitimer(signal.ITIMER_PROF, LIMIT)
            started = time.process_time()
            client, findings = terecht.load.load(Path(name), content, project.today)
            seconds = time.process_time() - started
            signal.setitimer(signal.ITIMER_PROF, 0)
            faulthandler.cancel_dump_traceback_later()
            accepted += client is not None
            if client is not None and accepted % merge_every == 0:
                try:
                    merged = f"{len(merge(client, content, templates).pages)} pages"
                except Exception:  # noqa: BLE001  whatever it is, it is what is looked for
                    merged = traceback.format_exc()
            told = [finding.as_json() for finding in findings]
            with results.open("a", encoding="utf-8") as file:
                file.write(_told(name, accepted=client is not None, findings=told, seconds=seconds, merged=merged))

    rest = names
    while rest:
        pid = os.fork()
        if pid == 0:
            try:
                read(rest)
            except BaseException:  # noqa: BLE001  the process ends here in any case
                traceback.print_exc()
                os._exit(2)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        done = len(results.read_text("utf-8").splitlines())
        if done == len(names):
            return
        how = signal.Signals(-code).name if code < 0 else "waited" if code == 1 else "an exception"
        with results.open("a", encoding="utf-8") as file:
            file.write(_told(names[done], ended=how))
        rest = names[done + 1 :]


def _hang() -> None:
    while True:
        pass


def _raise() -> None:
    raise RecursionError("planted")


#: What reading a file does that asks for a fault by this name.
_ENDS: dict[str, Callable[[], None]] = {
    "raises": _raise,
    "hangs": _hang,
    "waits": lambda: time.sleep(600),
    "dies by a signal": lambda: os.kill(os.getpid(), signal.SIGSEGV),
}
#: Where the one finding stands of a file that asks for a fault by this name; in the file itself if no other is named.
_STANDS = {"no line": ("", 0), "no such line": ("", 999), "another line": ("", 1), "another file": ("docs/a.md", 1)}


def _plant() -> None:
    """Gives files that ask for a fault their fault, so that what looks for faults can be seen to find them."""
    parse, load = yaml_tree.parse, terecht.load.load

    def faulty_parse(data: bytes, path: str) -> Any:
        asked = _asked(data)
        _ENDS.get(asked, lambda: None)()
        if asked in _STANDS:
            where, line = _STANDS[asked]
            return None, [Finding(where or path, line, 1, "T009", "planted")]
        return (None, []) if asked == "says nothing" else parse(data, path)

    def faulty_load(folder: Path, content: Content, today: dt.date) -> tuple[terecht.load.Client | None, list[Finding]]:
        asked = _asked((folder / FILE).read_bytes())
        if asked == "traceback":
            raise ValueError("planted")
        client, findings = load(folder, content, today)
        if client is not None and asked == "can not be merged":
            client = replace(client, organisation=cast("Organisation", None))
        return client, findings

    mock.patch.object(terecht.load, "parse", faulty_parse).start()
    for module in (terecht.load, terecht.cli.clients):
        mock.patch.object(module, "load", faulty_load).start()


def _asked(data: bytes) -> str:
    asked = _ASKS.match(data)
    return asked.group(1).decode() if asked else ""


if __name__ == "__main__":
    if FAULTS in os.environ:
        _plant()
    if sys.argv[1] == "check":
        terecht.cli.main()
    _read(sorted(path.name for path in Path.cwd().iterdir()), Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
