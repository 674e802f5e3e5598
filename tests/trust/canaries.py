"""Made-up organisations whose every fact is a canary of their own, and the search that finds it in any spelling."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import html
import io
import random
import re
import string
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml
from PIL import Image, PngImagePlugin

from reading import organisation as written
from reading import settings
from terecht.addresses import page_address
from terecht.brand.palette import derive, nearest
from terecht.brand.stylesheet import stylesheet
from terecht.load.organisation import ROLES
from terecht.merge.fragments import FLOW, picture_of

#: What a canary starts with, so that one search finds all of them; nothing of ours holds it.
WORD: Final = "kanarie"
DIGITS: Final = "507319"
_LETTERS = 14
#: Canaries in text that is in small letters. A word that was cut short is found too.
_SHAPES: Final = (
    (WORD, re.compile(f"{WORD}[a-z]{{0,{_LETTERS}}}")),
    (DIGITS, re.compile(DIGITS + "[0-9]{7}")),
    ("-", re.compile(r"(?<![0-9])(?:07|73)[0-9]{2}-[0-9]{2}-[0-9]{2}")),
    ("73", re.compile(r"(?<![0-9a-z.#/-])73[0-9]{4}(?![0-9a-z-])")),
    ("#", re.compile("#[0-9a-f]{6}")),
)
_COLOUR = re.compile("#[0-9a-f]{6}")
#: The drawing of a QR code, which holds an address that no other search can read.
_CODE = re.compile(r'\bd="(m4[ ,.]4[^"]{200,})"')
_SPELLED = re.compile(r"[%=\\](?:x|u00)?([0-9a-f]{2})")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){8,}")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")
#: Steps of one channel of a pixel; JPEG moves a flat colour by less than half of it.
_STEP = 16


@dataclass(frozen=True)
class Mark:
    """Whose a canary is, and for which field it was drawn."""

    owner: str
    field: str


@dataclass
class Register:
    """All canaries, in the spelling of the search."""

    marks: dict[str, Mark] = field(default_factory=dict)
    colours: set[str] = field(default_factory=set)

    def add(self, canary: str, owner: str, name: str) -> str:
        assert canary not in self.marks
        self.marks[canary] = Mark(owner, name)
        return canary

    def owners(self, canary: str) -> set[str]:
        """Whose this is, or may be when it was cut short; nobody's when nobody has drawn it."""
        if canary in self.marks:
            return {self.marks[canary].owner}
        if not canary.startswith(WORD):
            return set()
        return {mark.owner for other, mark in self.marks.items() if other.startswith(canary)} or {"nobody"}


class Draw:
    """Draws the canaries of one organisation."""

    def __init__(self, register: Register, chance: random.Random) -> None:
        self.register = register
        self.chance = chance
        self.owner = WORD + self._some(string.ascii_lowercase, _LETTERS)
        register.add(self.owner, self.owner, "id")

    def word(self, name: str) -> str:
        return self.register.add(WORD + self._some(string.ascii_lowercase, _LETTERS), self.owner, name)

    def digits(self, name: str) -> str:
        return self.register.add(DIGITS + self._some(string.digits, 7), self.owner, name)

    def phone(self, name: str) -> str:
        return f"+43{self.digits(name)}"

    def date(self, name: str, *, past: bool = False) -> str:
        while (day := self._day("07" if past else "73")) in self.register.marks:
            pass
        return self.register.add(day, self.owner, name)

    def number(self, name: str) -> str:
        while (number := f"73{self.chance.randrange(10_000):04}") in self.register.marks:
            pass
        return self.register.add(number, self.owner, name)

    def colours(self) -> tuple[str, str]:
        """A colour and an accent; no shade of anybody else's is one of them, nor the other way round."""
        while True:
            colour, accent = (f"#{self.chance.randrange(0x1000000):06x}" for _ in range(2))
            shades = {*_COLOUR.findall(stylesheet(derive(colour, accent))), colour, accent}
            known = set(self.register.marks)
            if nearest(colour) == colour and not shades & known and not {colour, accent} & self.register.colours:
                self.register.colours |= shades
                self.register.add(colour, self.owner, "brand.colour")
                self.register.add(accent, self.owner, "brand.accent")
                return colour, accent

    def pixel(self, name: str) -> tuple[int, int, int]:
        """The one colour of a picture."""
        while (cell := tuple(self.chance.randrange(256 // _STEP) for _ in range(3))) and (
            (token := f"pixel {cell}") in self.register.marks
        ):
            pass
        self.register.add(token, self.owner, name)
        red, green, blue = (part * _STEP + _STEP // 2 for part in cell)
        return red, green, blue

    def code(self, address: str) -> None:
        """The canary of a QR code is its drawing, drawn anew: what was kept from before may be somebody else's."""
        for drawing in _codes(picture_of.__wrapped__(address)):
            self.register.add(drawing, self.owner, "url as a QR code")

    def _some(self, letters: str, many: int) -> str:
        return "".join(self.chance.choices(letters, k=many))

    def _day(self, century: str) -> str:
        return (
            f"{century}{self.chance.randrange(100):02}-{self.chance.randint(1, 12):02}-{self.chance.randint(1, 28):02}"
        )


def _codes(text: str) -> list[str]:
    return [f"code {hashlib.sha256(found.encode()).hexdigest()}" for found in _CODE.findall(text.lower())]


@dataclass(frozen=True)
class Place:
    """A piece of what was made: whose it is (``None``: everybody's, where nobody's canary may be), and its bytes.

    A ``report`` may tell its owner what no site shows, such as the name of a file.
    """

    holder: str | None
    name: str
    data: bytes
    report: bool = False


@dataclass
class Search:
    """Looks for canaries that are not their holder's, and keeps which fields it has seen of the holder's own."""

    register: Register
    leaks: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    reported: set[str] = field(default_factory=set)
    places: int = 0
    _seen: dict[bytes, frozenset[str]] = field(default_factory=dict)

    def look(self, places: Iterable[Place]) -> list[str]:
        """The canaries of others in these places, told one by one."""
        before = len(self.leaks)
        for place in places:
            self.places += 1
            for canary in sorted(self.canaries_in(place)):
                self._judge(place, canary)
        return self.leaks[before:]

    def canaries_in(self, place: Place) -> frozenset[str]:
        """Whatever canaries are in a place, its name included."""
        return self._marks_of(place.name.encode()) | self._marks_of(place.data)

    def _judge(self, place: Place, canary: str) -> None:
        owners = self.register.owners(canary)
        if place.holder in owners:
            if canary in self.register.marks:
                (self.reported if place.report else self.shown).add(self.register.marks[canary].field)
        elif owners:
            known = self.register.marks.get(canary)
            what = f"{known.field} of {known.owner}" if known else f"{canary} of {len(owners)} others"
            self.leaks.append(f"{place.name} of {place.holder or 'everybody'}: {what}")

    def _marks_of(self, data: bytes) -> frozenset[str]:
        key = hashlib.sha256(data).digest()
        if key not in self._seen:
            self._seen[key] = frozenset(_canaries(data))
        return self._seen[key]


def _canaries(data: bytes) -> Iterator[str]:
    for text in _readings(data):
        for sign, shape in _SHAPES:
            if sign in text:
                yield from shape.findall(text)
        if ' d="m4' in text:
            yield from _codes(text)
    if data.startswith(_PICTURES):
        yield from _pixel(data)


def _readings(data: bytes, depth: int = 0) -> Iterator[str]:
    """Bytes as texts in small letters: as they are, and as what they may stand for."""
    plain = data.decode("latin-1")
    for text in (plain, plain.replace("\0", "")) if "\0" in plain else (plain,):
        yield from _spellings(text)
    for inner in (*_base64(plain), *_hexadecimal(plain), *_unpacked(data)) if depth < 2 else ():
        yield from _readings(inner, depth + 1)
    if data.startswith(_PICTURES):
        yield from _spellings(_notes(data))


def _spellings(text: str) -> Iterator[str]:
    """Entities, percent signs, quoted-printable and escapes of programs, also one within the other."""
    text = text.lower()
    for _ in range(3):
        yield text
        plainer = _SPELLED.sub(lambda spelled: chr(int(spelled.group(1), 16)), html.unescape(text)).lower()
        if plainer == text:
            return
        text = plainer


def _cores(start: str) -> Iterator[str]:
    """What base64 makes of a text in each of its three alignments, without the ends that depend on what is around."""
    for spelled in {start, start.upper(), start.capitalize()}:
        for before in range(3):
            coded = base64.b64encode(b" " * before + spelled.encode()).decode()
            yield coded[-(-before * 8 // 6) : (before + len(spelled)) * 8 // 6]


_CORES: Final = tuple(dict.fromkeys(core for start in (WORD, DIGITS) for core in _cores(start)))
_HEX_STARTS: Final = tuple(start.encode().hex() for start in (WORD, WORD.upper(), DIGITS))


def _base64(text: str) -> Iterator[bytes]:
    text = text.replace("-", "+").replace("_", "/")
    if any(core in text for core in _CORES):
        for run in _BASE64.findall(text):
            for start in range(4):
                whole = run[start : start + (len(run) - start) // 4 * 4]
                yield base64.b64decode(whole)


def _hexadecimal(text: str) -> Iterator[bytes]:
    text = text.lower()
    for start in _HEX_STARTS:
        at = text.find(start)
        while at >= 0:
            run = _HEX.match(text, at)
            assert run is not None or len(text) - at < 16
            yield binascii.unhexlify(run.group() if run else start)
            at = text.find(start, at + 1)


def _unpacked(data: bytes) -> Iterator[bytes]:
    """What is packed as gzip, from any place on."""
    at = data.find(b"\x1f\x8b\x08")
    while at >= 0:
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj(31).decompress(data[at:])
        at = data.find(b"\x1f\x8b\x08", at + 1)


def _notes(data: bytes) -> str:
    """What a picture says beside its pixels."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return f"{image.info} {dict(image.getexif())} {getattr(image, 'text', '')}"


def _pixel(data: bytes) -> Iterator[str]:
    with Image.open(io.BytesIO(data)) as image:
        red, green, blue = image.convert("RGB").resize((1, 1)).tobytes()
        yield f"pixel {(red // _STEP, green // _STEP, blue // _STEP)}"


#: What never comes out of an organisation's folder, not even on its own site.
HIDDEN: Final = {
    *("comment", "unused file", "unused file name", "draft", "photo.file", "logo.file"),
    *("photo.metadata", "logo.metadata", "logo.comment", "logo.metadata element", "logo.data", "logo.editor"),
    *("logo.title", "logo.desc", "logo.id"),
}


@dataclass(frozen=True)
class Fleet:
    """The organisations that were made: those that can be built, and those with a mistake."""

    folder: Path
    register: Register
    good: tuple[str, ...]
    broken: tuple[str, ...]

    @property
    def everyone(self) -> tuple[str, ...]:
        return (*self.good, *self.broken)

    def renew(self, owner: str, chance: random.Random) -> frozenset[str]:
        """Writes other canaries in the place of some; those that are gone."""
        path = self.folder / owner / "organisation.yml"
        text = path.read_text("utf-8")
        gone = set()
        for old, mark in [*self.register.marks.items()]:
            if mark.owner == owner and mark.field in {
                "name",
                "contacts.name",
                "contacts.hours.nl",
                "documents.title.nl",
            }:
                new = WORD + "".join(chance.choices(string.ascii_lowercase, k=_LETTERS))
                self.register.add(new, owner, mark.field)
                text = text.replace(old, new)
                gone.add(old)
        path.write_text(text, "utf-8")
        return frozenset(gone)


def make(folder: Path, count: int, kinds: int, seed: int) -> Fleet:
    """Organisations below a folder: ``count`` that can be built, of so many different kinds, and some with mistakes."""
    register = Register()
    broken = max(2, count // 8)
    made = [
        _Organisation(register, folder, number, random.Random(f"{seed} kind {number % kinds}"), seed).write()
        for number in range(count + broken)
    ]
    for number, one in enumerate(made[count:]):
        MISTAKES[number % len(MISTAKES)](one)
    return Fleet(folder, register, *(tuple(one.draw.owner for one in part) for part in (made[:count], made[count:])))


class _Organisation:
    """One organisation in the making: its kind decides what is there, its number what it says."""

    def __init__(self, register: Register, folder: Path, number: int, kind: random.Random, seed: int) -> None:
        self.draw = Draw(register, random.Random(f"{seed} {number}"))
        self.folder = folder / self.draw.owner
        self.kind = kind
        self.everything = number == 0
        self.languages = (
            ["nl", "en"] if self.everything else kind.choice([["nl"], ["nl"], ["en"], ["nl", "en"], ["en", "nl"]])
        )

    def write(self) -> _Organisation:
        self.folder.mkdir(parents=True)
        draw, contacts = self.draw, self._contacts()
        facts = self._facts()
        text = written(self._policy(), contacts, **facts)
        comment = f"# {draw.word('comment')}\n"
        self.file.write_text(f"{comment}{text}{comment}  # {draw.word('comment')}\n", "utf-8")
        self._pages()
        (self.folder / f"{draw.word('unused file name')}.txt").write_text(draw.word("unused file"), "utf-8")
        self.photo("unused file", draw.word("unused file name"), ".jpg")
        for language in self.languages if "url" in facts else ():
            draw.code(facts["url"] + page_address(tuple(self.languages), language, FLOW))
        return self

    @property
    def file(self) -> Path:
        return self.folder / "organisation.yml"

    def _there(self, chance: float = 0.8) -> bool:
        return self.everything or self.kind.random() < chance

    def _text(self, name: str) -> str | dict[str, str]:
        if not self.everything and self.kind.random() < 0.2:
            return self.draw.word(name)
        return {language: self.draw.word(f"{name}.{language}") for language in self.languages}

    def _some(self, fields: dict[str, Callable[[], Any]]) -> dict[str, Any]:
        return {name: make_() for name, make_ in fields.items() if self._there()}

    def _facts(self) -> dict[str, Any]:
        draw = self.draw
        host = f"https://{draw.word('url.host')}.example/{draw.word('url.path')}/"
        colour, accent = draw.colours()
        brand: dict[str, Any] = {"colour": colour, "accent": accent}
        if self._there():
            brand |= {"logo": self._logo(), "logo_alt": self._text("brand.logo_alt")}
        return {
            "name": draw.word("name"),
            "languages": self.languages,
            "brand": brand,
            "sector": self.kind.sample(["zorg", "sport", "onderwijs", "rijk", "kerk"], self.kind.randint(0, 2)),
            "discreet": "no" if self.everything else self.kind.choice(["yes", "no"]),
            **self._some(
                {
                    "short_name": lambda: draw.word("short_name"),
                    "url": lambda: host,
                    "exit_url": lambda: f"https://www.{draw.word('exit_url')}.example/",
                    "indexable": lambda: "yes",
                    "review": lambda: {
                        "date": draw.date("review.date"),
                        "by": self._text("review.by"),
                        "next": draw.date("review.next", past=True),
                    },
                    "documents": lambda: [
                        self._document(kind) for kind in ("gedragscode", "klachtenregeling", "overig")
                    ],
                }
            ),
        }

    def _document(self, kind: str) -> dict[str, Any]:
        draw = self.draw
        address = f"https://{draw.word('documents.url')}.example/{draw.word('documents.url')}.pdf"
        return {
            "kind": kind,
            "title": self._text("documents.title"),
            "url": address,
            "date": draw.date("documents.date"),
        }

    def _contacts(self) -> list[dict[str, Any]]:
        others = [role for role in ROLES[1:] if self._there(0.3)]
        roles = ["vertrouwenspersoon"] * (3 if self.everything else self.kind.randint(1, 3)) + others
        return [self._contact(role, number) for number, role in enumerate(roles)]

    def _contact(self, role: str, number: int) -> dict[str, Any]:
        draw = self.draw
        texts = [
            *("organisation", "other_job", "phone_note", "mailbox_readers", "address", "hours", "response_time"),
            *("place", "about", "serves_where"),
        ]
        fields: dict[str, Callable[[], Any]] = {
            **{name: partial(self._text, f"contacts.{name}") for name in texts},
            "text_phone": lambda: draw.phone("contacts.text_phone"),
            "email": lambda: f"{draw.word('contacts.email')}@{draw.word('contacts.email.host')}.example",
            "url": lambda: f"https://{draw.word('contacts.url')}.example/{draw.word('contacts.url')}",
            "lvv_register": lambda: draw.word("contacts.lvv_register"),
            "mfn_register": lambda: draw.word("contacts.mfn_register"),
            "certified_until": lambda: draw.date("contacts.certified_until", past=True),
            "absent": lambda: [{"from": draw.date("contacts.absent", past=True), "to": draw.date("contacts.absent")}],
            "kind": lambda: self.kind.choice(["intern", "extern"]),
            "also_for_accused": lambda: self.kind.choice(["yes", "no"]),
            "topics": lambda: self.kind.sample(["omgangsvormen", "integriteit"], self.kind.randint(1, 2)),
        }
        fields = {name: make_ for name, make_ in fields.items() if self.everything or number < 3 or self._there(0.3)}
        contact = {
            "id": draw.word("contacts.id"),
            "roles": [role],
            "name": draw.word("contacts.name"),
            "phone": draw.phone("contacts.phone"),
            **self._some(fields),
        }
        if role == "vertrouwenspersoon" and self._there():
            suffix = ".jpg" if number == 0 else self.kind.choice([".png", ".jpg", ".webp"])
            contact["photo"] = self.photo("photo", draw.word("photo.file"), suffix)
            contact["photo_alt"] = self._text("contacts.photo_alt")
        return contact

    def _policy(self) -> dict[str, Any]:
        policy: dict[str, Any] = {}
        for setting in settings():
            if self._there(0.6):
                value: Any = self.kind.choice(setting.values)
                if self.everything and setting.path == "records.employer_sees":
                    value = "aantallen"
                _put(
                    policy,
                    setting.path,
                    self._sample(setting.path) if value == "sample" else [value] if setting.listed else value,
                )
        return policy

    def _sample(self, path: str) -> Any:
        if path == "emergency.internal":
            return self.draw.digits("policy.emergency.internal")
        if path.endswith(("_days", "_weeks", "_threshold")):
            return self.draw.number(f"policy.{path}")
        return self._text(f"policy.{path}")

    def _pages(self) -> None:
        draw = self.draw
        for name, place in (("own page", draw.word("own page.name")), ("replaced page", "wet")):
            if self._there(0.5):
                for language in self.languages:
                    path = self.folder / "docs" / language / f"{place}.md"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(self._page(name, place), "utf-8")
        (self.folder / "docs").mkdir(exist_ok=True)
        (self.folder / "docs" / f".{draw.word('draft')}.md").write_text(f"# {draw.word('draft')}\n", "utf-8")

    def _page(self, name: str, place: str) -> str:
        title, text, heading, link, host, code = (
            self.draw.word(f"{name}.{part}") for part in ("title", "text", "heading", "link", "host", "code")
        )
        return (
            f"# {title}\n\n{text} [{link}](https://{host}.example/) `{code}`, [hier]({place}.md)\n\n"
            f"## {heading}\n\n| a | b |\n|---|---|\n| {self.draw.word(f'{name}.table')} | c |\n"
        )

    def _logo(self) -> str:
        name = self.draw.word("logo.file")
        if not self.everything and self.kind.random() < 0.3:
            return self.photo("logo", name, ".png")
        word = self.draw.word
        drawing = (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:e="https://{word("logo.editor")}.example/" width="40" '
            f'height="20" e:name="{word("logo.editor")}" data-name="{word("logo.data")}">'
            f"<!-- {word('logo.comment')} -->"
            f"<metadata>{word('logo.metadata element')}</metadata><title>{word('logo.title')}</title>"
            f'<desc>{word("logo.desc")}</desc><defs><linearGradient id="{word("logo.id")}"><stop offset="0" '
            f'stop-color="#123"/></linearGradient></defs><rect id="{word("logo.id")}" width="40" height="20"/></svg>'
        )
        (self.folder / f"{name}.svg").write_text(drawing, "utf-8")
        return f"{name}.svg"

    def photo(self, of: str, name: str, suffix: str) -> str:
        """A picture of one colour, with canaries in each place where a program leaves notes."""
        draw = self.draw
        hidden = of if of in HIDDEN else f"{of}.metadata"
        image = Image.new("RGB", (64, 64), draw.pixel(of if of in HIDDEN else f"{of}.pixels"))
        exif = Image.Exif()
        for tag in (0x010E, 0x013B, 0x8298):  # ImageDescription, Artist, Copyright
            exif[tag] = draw.word(hidden)
        path = self.folder / f"{name}{suffix}"
        xmp = f"<x:xmpmeta>{draw.word(hidden)}</x:xmpmeta>".encode()
        if suffix == ".png":
            notes = PngImagePlugin.PngInfo()
            notes.add_text("Author", draw.word(hidden))
            notes.add_text("Comment", draw.word(hidden), zip=True)
            notes.add_itxt("Title", draw.word(hidden), zip=True)
            image.save(path, pnginfo=notes, exif=exif)
        elif suffix == ".jpg":
            image.save(path, exif=exif, xmp=xmp, comment=draw.word(hidden).encode())
        else:
            image.save(path, exif=exif, xmp=xmp, lossless=True)
        with path.open("ab") as file:
            file.write(draw.word(hidden).encode())
        return path.name


def _put(policy: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        policy = policy.setdefault(parent, {})
    policy[last] = value


def _mistake(change: Callable[[dict[str, Any], Draw], None]) -> Callable[[_Organisation], None]:
    def spoil(one: _Organisation) -> None:
        facts = yaml.safe_load(one.file.read_text("utf-8"))
        change(facts, one.draw)
        one.file.write_text(yaml.safe_dump(facts, allow_unicode=True, sort_keys=False), "utf-8")

    return spoil


def _in_contact(key: str, value: Callable[[Draw], Any]) -> Callable[[_Organisation], None]:
    return _mistake(lambda facts, draw: facts["contacts"][0].update({key: value(draw)}))


def _unfinished_yaml(one: _Organisation) -> None:
    one.file.write_text(f"name: [{one.draw.word('mistake')}\n", "utf-8")


def _page_to_nowhere(one: _Organisation) -> None:
    word = one.draw.word
    folder = one.folder / "docs" / one.languages[0]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{word('mistake')}.md").write_text(f"# {word('mistake')}\n\n[x]({word('mistake')}.md)\n", "utf-8")


#: Mistakes whose findings quote what was written.
MISTAKES: Final[tuple[Callable[[_Organisation], None], ...]] = (
    _in_contact("phone", lambda draw: draw.word("mistake")),
    _page_to_nowhere,
    _mistake(lambda facts, draw: facts.update({draw.word("mistake"): "x"})),
    _in_contact("email", lambda draw: draw.word("mistake")),
    _in_contact("photo", lambda draw: f"{draw.word('mistake')}.jpg"),
    _in_contact("id", lambda draw: f"{draw.word('mistake')}!"),
    _in_contact("url", lambda draw: f"ftp://{draw.word('mistake')}.example"),
    _in_contact(
        "absent", lambda draw: [{"from": "2026-01-01", "to": "2026-01-02", "replaced_by": draw.word("mistake")}]
    ),
    _mistake(lambda facts, draw: facts["brand"].update(colour=draw.word("mistake"))),
    _unfinished_yaml,
)
