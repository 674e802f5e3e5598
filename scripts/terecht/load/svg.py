"""An SVG rewritten so that it can only draw: bytes go in, clean bytes come out, or findings that say why not.

Nothing of the file is passed on as it is. One pass with expat builds a tree of the elements and attributes on
a list of what draws, and the clean file is written from that tree, so what we do not know can not be in it.
What a person should know about (a program, a link, something from elsewhere) is a finding; an editor's own
notes go without a word.

Styles become presentation attributes (`fill="…"`): the header of our sites says `style-src 'self'`, and
Firefox obeys it inside an image as well, where a logo that keeps its `<style>` comes out black.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias
from urllib.parse import unquote
from xml.parsers import expat

from terecht.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES: Final = 512 * 1024
MAX_DEPTH: Final = 64
MAX_ELEMENTS: Final = 20_000
#: Elements that a browser draws once it has followed all references: ten times ten `<use>` soon is a billion.
MAX_DRAWN: Final = 200_000
_MAX_CHAIN: Final = 4 * MAX_DEPTH
_MAX_STYLE_WORK: Final = 1_000_000
_MAX_FINDINGS: Final = 10
_MAX_PIXELS: Final = 100_000


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SVG: Final = "http://www.w3.org/2000/svg"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_XML: Final = "http://www.w3.org/XML/1998/namespace"

_WITH_TEXT: Final = _words("text tspan textPath title desc")
_DRAWING: Final = _WITH_TEXT | _words(
    """svg g defs symbol use path rect circle ellipse line polyline polygon linearGradient radialGradient
    stop clipPath mask pattern marker filter feBlend feColorMatrix feComponentTransfer feComposite
    feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA
    feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight
    feSpecularLighting feSpotLight feTile feTurbulence"""
)
# In small letters: `<SCRIPT>` does nothing in XML, but somebody meant it.
_ACTIVE: Final = _words(
    """script foreignobject animate animatecolor animatemotion animatetransform set discard mpath handler
    listener prefetch iframe image feimage audio video canvas embed object a link tref cursor
    font-face-uri"""
)
# Of SVG, but no browser draws them.
_SILENT: Final = _words("metadata flowRoot font view color-profile solidcolor hatch meshgradient")

_ATTRIBUTES: Final = _words(
    """x y x1 y1 x2 y2 cx cy r rx ry fx fy fr width height d points pathLength viewBox preserveAspectRatio
    transform gradientUnits gradientTransform spreadMethod offset patternUnits patternContentUnits
    patternTransform clipPathUnits maskUnits maskContentUnits markerUnits markerWidth markerHeight
    refX refY orient dx dy rotate textLength lengthAdjust startOffset method spacing side filterUnits
    primitiveUnits in in2 result stdDeviation mode type values operator k1 k2 k3 k4 scale
    xChannelSelector yChannelSelector radius surfaceScale diffuseConstant specularConstant
    specularExponent azimuth elevation pointsAtX pointsAtY pointsAtZ limitingConeAngle baseFrequency
    numOctaves seed stitchTiles tableValues slope intercept amplitude exponent order kernelMatrix
    divisor bias targetX targetY edgeMode preserveAlpha kernelUnitLength z"""
)
# SVG 2, "Presentation attributes": what may be an attribute as well as a style.
_PRESENTATION: Final = _words(
    """alignment-baseline baseline-shift clip-path clip-rule color color-interpolation
    color-interpolation-filters direction display dominant-baseline fill fill-opacity fill-rule filter
    flood-color flood-opacity font-family font-size font-size-adjust font-stretch font-style
    font-variant font-weight image-rendering letter-spacing lighting-color marker-end marker-mid
    marker-start mask mask-type opacity overflow paint-order shape-rendering stop-color stop-opacity
    stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit
    stroke-opacity stroke-width text-anchor text-decoration text-rendering unicode-bidi vector-effect
    visibility word-spacing writing-mode"""
)
# Styles that change the picture and have no attribute that means the same.
_UNKEPT: Final = _words("mix-blend-mode transform font marker d x y cx cy r rx ry")
_NEUTRAL: Final = _words("none normal auto inherit initial unset")

# Here and below possessive, or for short texts only, so that no value takes more than linear time.
_FUNCTION: Final = re.compile(r"(?<![\w-])([\w-]++)\s*+\(")
_FUNCTIONS: Final = _words(
    """rgb rgba hsl hsla matrix translate translatex translatey scale scalex scaley rotate skewx skewy blur
    brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia"""
)
_OWN_URL: Final = re.compile(r"url\s*+\(\s*+(['\"]?)#([^\s'\"(){};\\]++)\1\s*+\)", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(
    r"url\s*+\(|@\s*+import|expression\s*+\(|\b(?:java|vb)script\s*+:|\bdata\s*+:|://", re.IGNORECASE
)
_SELECTOR: Final = re.compile(r"(\*|[A-Za-z][\w-]*)?([.#][\w-]+)?")
_LENGTH: Final = re.compile(r"([0-9]*\.?[0-9]+(?:e[+-]?[0-9]{1,2})?)(px|pt|pc|mm|cm|in|)", re.IGNORECASE)
_PIXELS: Final = {"": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_ENCODING: Final = re.compile(rb"<\?xml[^>]{1,80}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
# Browsers read latin-1 as windows-1252.
_CODECS: Final = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "us-ascii": "ascii",
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
}
# Our own slots are private-use characters; and without its font, such a character means nothing.
_PRIVATE_USE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_ROOT: Final = re.compile(rb'<svg xmlns="[^"]+" width="([0-9.]+)" height="([0-9.]+)"')

_PLAIN: Final = "export it as plain SVG without links, scripts and embedded images, or use a PNG"
_AGAIN: Final = "export it once more, or use a PNG"
_SIMPLER: Final = "simplify the drawing, or use a PNG"
_CLONES: Final = "turn clones and symbols into paths, or use a PNG"
_DOCTYPE: Final = "in Illustrator, save without 'Preserve Illustrator Editing Capabilities'; or use a PNG"
_CSS: Final = "export it with 'presentation attributes' in place of CSS, or use a PNG"

_Place: TypeAlias = tuple[int, int]
#: Whether a style is `!important`, then (id, class, element) of its selector, then its order: the cascade.
_Rank: TypeAlias = tuple[bool, tuple[int, int, int], int]
_Styles: TypeAlias = dict[str, tuple[_Rank, str]]


class _Stop(Exception):  # noqa: N818  ends the work from inside expat
    pass


class _Log:
    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Finding] = []

    def add(self, at: _Place, code: str, message: str, help_: str) -> None:
        self.findings.append(Finding(self.path, *at, code, message, help_))
        if len(self.findings) >= _MAX_FINDINGS:
            raise _Stop

    def stop(self, at: _Place, code: str, message: str, help_: str) -> NoReturn:
        """For what makes no sense of the rest of the file."""
        self.findings.append(Finding(self.path, *at, code, message, help_))
        raise _Stop

    def draws(self, at: _Place, value: str, where: str) -> bool:
        """Whether a value that browsers read as CSS stays inside the drawing; if not, that is noted."""
        rest = _OWN_URL.sub(" ", value)
        if "\\" in value:
            self.add(at, "T053", f"a backslash in {where} can hide a command", _PLAIN)
        elif found := _ELSEWHERE.search(rest):
            outside = _short(rest[found.start() :])
            self.add(at, "T053", f"{where} refers to something outside the drawing: '{outside}'", _PLAIN)
        else:
            return True
        return False


@dataclass
class _Element:
    name: str
    at: _Place
    attributes: dict[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    style: str = ""
    children: list[_Element | str] = field(default_factory=list)

    @property
    def elements(self) -> list[_Element]:
        return [child for child in self.children if isinstance(child, _Element)]

    @property
    def text(self) -> str:
        return "".join(child for child in self.children if isinstance(child, str))

    def each(self) -> Iterator[_Element]:
        """The element and all inside it, in the order of the file."""
        yield self
        for child in self.elements:
            yield from child.each()


def is_svg(data: bytes) -> bool:
    """Whether the bytes look like XML, and so should go to :func:`clean`; what they hold is still open."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or data.startswith((b"\xff\xfe", b"\xfe\xff"))


def size(data: bytes) -> tuple[int, int]:
    """Width and height in CSS pixels, rounded and at least 1, of bytes that :func:`clean` returned."""
    match = _ROOT.match(data)
    if match is None:
        raise ValueError("these bytes do not come from clean()")
    return max(1, round(float(match[1]))), max(1, round(float(match[2])))


def clean(data: bytes, path: str) -> tuple[bytes | None, list[Finding]]:
    """The drawing as a new SVG, or findings (T053, T054, T055) at their line and column of ``path``.

    The new file is UTF-8 and has a width, a height (CSS pixels) and a viewBox, no style, no comment, no
    DOCTYPE, and no reference that leaves it. The same bytes give the same bytes. Of many findings, the first
    ten are told.
    """
    log = _Log(path)
    try:
        reader = _Reader(log)
        root = reader.read(_decoded(data, log))
        _apply_styles(root, reader.sheets, log)
        _measure(root, log)
        _set_size(root, log)
    except _Stop:
        return None, sorted(log.findings)
    if log.findings:
        return None, sorted(log.findings)
    return f"{_written(root)}\n".encode(), []


def _decoded(data: bytes, log: _Log) -> str:
    if len(data) > MAX_BYTES:
        message = f"the file is {len(data) / 1024:,.0f} KB; {MAX_BYTES // 1024} KB is the most for an SVG"
        log.stop((1, 1), "T054", message, _SIMPLER)
    declared = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    encoding = declared[1].decode().lower() if declared else "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    if encoding not in _CODECS:
        log.stop((1, 1), "T055", f"'{encoding}' is not an encoding that we read", "save it as 'UTF-8'")
    try:
        text = data.decode(_CODECS[encoding])
    except UnicodeDecodeError as error:
        at = _place(data[: error.start].decode("latin-1"), error.start)
        log.stop(at, "T055", f"what stands here is not {encoding.upper()}", "save it as 'UTF-8'")
    # Before expat, which would go on to expand them.
    entity = text.find("<!ENTITY")
    if entity >= 0:
        message = "an entity is declared here, which can grow without end or read other files"
        log.stop(_place(text, entity), "T053", message, _DOCTYPE)
    return text


def _place(text: str, offset: int) -> _Place:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class _Reader:
    """Expat's handlers: they build the tree of what draws, and note what a person should know."""

    def __init__(self, log: _Log) -> None:
        self.log = log
        self.root: _Element | None = None
        self.sheets: list[_Element] = []
        self.open: list[_Element] = []
        self.depth = self.count = self.skipped = 0
        # A space can stand in no name, so the last one ends the namespace.
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.ordered_attributes = True
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.SkippedEntityHandler = self._entity

    def read(self, text: str) -> _Element:
        try:
            self.parser.Parse(text.encode(), True)  # noqa: FBT003  expat has no name for it
        except expat.ExpatError as error:
            message = f"this is not well-formed XML: {expat.ErrorString(error.code)}"
            self.log.stop((error.lineno, error.offset + 1), "T055", message, _AGAIN)
        if self.root is None:
            self.log.stop((1, 1), "T055", "there is no drawing in this file", _AGAIN)
        return self.root

    @property
    def _here(self) -> _Place:
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1

    def _doctype(self, *declared: object) -> None:
        if declared[-1]:
            self.log.stop(self._here, "T053", "the DOCTYPE declares things of its own", _DOCTYPE)

    def _instruction(self, target: str, _data: str) -> None:
        if not self.skipped:
            message = f"'<?{_short(target)}' is an instruction, which can load a style or a script"
            self.log.add(self._here, "T053", message, _PLAIN)

    def _entity(self, name: str, *_: object) -> None:
        if not self.skipped:
            message = f"'&{_short(name)};' means nothing in SVG"
            self.log.add(self._here, "T055", message, "write the character itself")

    def _start(self, name: str, pairs: list[str]) -> None:
        self.depth += 1
        self.count += 1
        namespace, _, local = name.rpartition(" ")
        if self.depth > MAX_DEPTH:
            self.log.stop(self._here, "T054", f"nested more than {MAX_DEPTH} deep", _SIMPLER)
        if self.count > MAX_ELEMENTS:
            self.log.stop(self._here, "T054", f"more than {MAX_ELEMENTS:,} elements", _SIMPLER)
        if self.depth == 1 and (namespace, local) != (_SVG, "svg"):
            help_ = f'an SVG starts with <svg xmlns="{_SVG}">; {_AGAIN}'
            self.log.stop(self._here, "T055", f"<{_short(local)}> is not the start of an SVG", help_)
        known = namespace == _SVG and (local in _DRAWING or local == "style")
        if namespace == _XHTML or (namespace == _SVG and local.lower() in _ACTIVE):
            self.log.add(self._here, "T053", f"<{_short(local)}> can do more than draw", _PLAIN)
        elif namespace == _SVG and not known and local not in _SILENT and not self.skipped:
            message = f"<{_short(local)}> is no part of a drawing that we know"
            self.log.add(self._here, "T055", message, "convert it to paths, or use a PNG")
        if self.skipped or not known:
            self.skipped += 1
            return
        element = _Element(local, self._here)
        for attribute, value in zip(pairs[::2], pairs[1::2], strict=True):
            self._attribute(element, attribute, value)
        if local == "style":
            self.sheets.append(element)
        elif self.open:
            self.open[-1].children.append(element)
        self.root = self.root or element
        self.open.append(element)

    def _attribute(self, element: _Element, name: str, value: str) -> None:
        namespace, _, local = name.rpartition(" ")
        if local == "href" and namespace in {"", _XLINK}:
            self._link(element, value.strip(), plain=not namespace)
        elif namespace == _XML and local in {"space", "lang"}:
            element.attributes[f"xml:{local}"] = value
        elif not namespace and local.lower().startswith("on"):
            self.log.add(element.at, "T053", f"'{_short(local)}' on <{element.name}> runs a program", _PLAIN)
        elif name == "style":
            element.style = value
        elif name == "class":
            element.classes = tuple(dict.fromkeys(value.split()))
        elif name == "id":
            element.attributes["id"] = value.strip()
        elif name in _ATTRIBUTES or name in _PRESENTATION:
            element.attributes[name] = value
        else:
            return
        self._readable(element, value)

    def _link(self, element: _Element, target: str, *, plain: bool) -> None:
        if not re.fullmatch(r"#\S+", target):
            message = f"a link on <{element.name}> that leaves the drawing: '{_short(target)}'"
            self.log.add(element.at, "T053", message, _PLAIN)
        elif plain or "href" not in element.attributes:  # SVG 2: `href` wins from `xlink:href`
            element.attributes["href"] = target

    def _end(self, _name: str) -> None:
        self.depth -= 1
        if self.skipped:
            self.skipped -= 1
        else:
            self.open.pop()

    def _text(self, text: str) -> None:
        if not self.skipped and self.open[-1].name in _WITH_TEXT | {"style"}:
            self.open[-1].children.append(text)
            self._readable(self.open[-1], text)

    def _readable(self, element: _Element, text: str) -> None:
        if _PRIVATE_USE.search(text):
            message = "a character of a symbol font, which readers do not have"
            self.log.add(element.at, "T055", message, "convert text to paths")


class _Rules:
    """The style sheets of one file: by (element, '.class' or '#id'), the winning value of each property."""

    def __init__(self) -> None:
        self.styles: dict[tuple[str, str], _Styles] = {}
        self.work = 0

    def read(self, sheet: _Element, log: _Log) -> None:
        if "@" in sheet.text:
            log.stop(sheet.at, "T053", "a style rule that starts with '@' can load other things", _CSS)
        if not log.draws(sheet.at, sheet.text, "a style"):
            return
        blocks = _without_comments(sheet.text.replace("<!--", " ").replace("-->", " ")).split("}")
        if blocks.pop().strip():
            log.stop(sheet.at, "T055", "a style that does not end with '}'", _CSS)
        for block in blocks:
            selectors, _, body = block.partition("{")
            declarations = _declarations(body, sheet, log)
            for selector in map(str.strip, selectors.split(",")):
                match = _SELECTOR.fullmatch(selector)
                if match is None or not selector:
                    log.stop(sheet.at, "T055", f"'{_short(selector)}' is a style that we can not follow", _CSS)
                tag, simple = (match[1] or "").replace("*", ""), match[2] or ""
                rank = int(simple[:1] == "#"), int(simple[:1] == "."), int(bool(tag))
                self._merge(self.styles.setdefault((tag, simple), {}), declarations, rank, sheet, log)

    def _merge(self, into: _Styles, styles: _Styles, rank: tuple[int, int, int], element: _Element, log: _Log) -> None:
        for name, ((important, _, _), value) in styles.items():
            self.work += 1
            new = important, rank, self.work
            if name not in into or new > into[name][0]:
                into[name] = new, value
        if self.work > _MAX_STYLE_WORK:
            log.stop(element.at, "T054", "more style rules than a drawing needs", _CSS)

    def apply(self, element: _Element, log: _Log) -> None:
        """Writes the styles of an element, from the sheets and its own `style`, into its attributes."""
        best: _Styles = {}
        names = [f".{name}" for name in element.classes] + [f"#{element.attributes.get('id', '')}"]
        for key in ((tag, simple) for simple in ("", *names) for tag in ("", element.name)):
            for name, entry in self.styles.get(key, {}).items():
                self.work += 1
                if name not in best or entry[0] > best[name][0]:
                    best[name] = entry
        where = f"the style of <{element.name}>"
        if element.style and log.draws(element.at, element.style, where):
            own = _declarations(_without_comments(element.style), element, log)
            self._merge(best, own, (2, 0, 0), element, log)
        element.attributes.update({name: value for name, (_, value) in best.items()})


def _declarations(text: str, element: _Element, log: _Log) -> _Styles:
    found: _Styles = {}
    for number, declaration in enumerate(text.split(";")):
        name, _, written = declaration.partition(":")
        name = name.strip().lower()
        value, _, mark = map(str.strip, written.partition("!"))
        rank = mark.lower() == "important", (0, 0, 0), number
        if name in _PRESENTATION and value:
            if name not in found or rank > found[name][0]:
                found[name] = rank, value
        elif name in _UNKEPT and value.lower() not in _NEUTRAL:
            message = f"the style '{name}: {_short(value)}' has no attribute that means the same"
            log.add(element.at, "T055", message, "flatten the drawing, or use a PNG")
    return found


def _without_comments(text: str) -> str:
    # By hand: a pattern that looks for each end from each start takes quadratic time on "/*/*/*…".
    parts, position = [], 0
    while (start := text.find("/*", position)) >= 0:
        parts.append(text[position:start])
        end = text.find("*/", start + 2)
        position = end + 2 if end >= 0 else len(text)
    return " ".join([*parts, text[position:]])


def _apply_styles(root: _Element, sheets: list[_Element], log: _Log) -> None:
    """Turns every style into attributes; from then on the attributes are all there is, and are judged."""
    rules = _Rules()
    for sheet in sheets:
        rules.read(sheet, log)
    for element in root.each():
        rules.apply(element, log)
        for name, value in element.attributes.items():
            where = f"'{name}' on <{element.name}>"
            if name not in {"id", "href"} and log.draws(element.at, value, where):
                strange = {found.lower() for found in _FUNCTION.findall(_OWN_URL.sub(" ", value))} - _FUNCTIONS
                if strange:
                    message = f"'{_short(min(strange))}(' in {where} can do more than draw"
                    log.add(element.at, "T053", message, _PLAIN)


def _measure(root: _Element, log: _Log) -> None:
    """Refuses a drawing that its references make endless or huge."""
    by_id: dict[str, _Element] = {}
    for element in root.each():
        if "id" in element.attributes:
            by_id.setdefault(element.attributes["id"], element)
    done: dict[int, tuple[int, int]] = {}
    under_way: set[int] = set()

    def measured(element: _Element, depth: int) -> tuple[int, int]:
        """How many elements this one draws, and over how many steps."""
        if id(element) in done:
            return done[id(element)]
        if id(element) in under_way:
            log.stop(element.at, "T053", f"<{element.name}> refers to itself", _CLONES)
        if depth > _MAX_CHAIN:
            log.stop(element.at, "T053", f"more than {_MAX_CHAIN} references in a row", _CLONES)
        under_way.add(id(element))
        names = [element.attributes.get("href", "")[1:]]
        for value in element.attributes.values():
            names += [match[2] for match in _OWN_URL.finditer(value)]
        targets = [by_id[name] for name in map(unquote, names) if name in by_id]
        parts = [measured(part, depth + 1) for part in (*element.elements, *targets)]
        drawn, chain = 1 + sum(part[0] for part in parts), 1 + max((part[1] for part in parts), default=0)
        if chain > _MAX_CHAIN:
            log.stop(element.at, "T053", f"more than {_MAX_CHAIN} references in a row", _CLONES)
        if drawn > MAX_DRAWN:
            message = f"<{element.name}> draws more than {MAX_DRAWN:,} elements through its references"
            log.stop(element.at, "T053", message, _CLONES)
        under_way.remove(id(element))
        return done.setdefault(id(element), (drawn, chain))

    measured(root, 1)


def _set_size(root: _Element, log: _Log) -> None:
    """Gives the root a width, a height and a viewBox, each from the others where it is missing."""
    width, height = (_pixels(root.attributes.get(name, "")) for name in ("width", "height"))
    box = " ".join(root.attributes.get("viewBox", "").replace(",", " ").split())
    sides = [_pixels(part.removeprefix("-")) for part in box.split(" ")]
    if len(sides) == 4 and None not in sides and sides[2] and sides[3]:  # noqa: PLR2004  x, y, width, height
        ratio = sides[2] / sides[3]
        width = width or (height * ratio if height else sides[2])
        height = height or width / ratio
    elif width and height:
        box = f"0 0 {_number(width)} {_number(height)}"
    if not width or not height or not 1 <= min(width, height) <= max(width, height) <= _MAX_PIXELS:
        help_ = 'give <svg> a width and a height, or a viewBox such as "0 0 200 100"'
        log.stop(root.at, "T055", "the drawing has no size that we can use", help_)
    own = {"width": _number(width), "height": _number(height), "viewBox": box}
    root.attributes = own | {name: value for name, value in root.attributes.items() if name not in own}


def _pixels(length: str) -> float | None:
    match = _LENGTH.fullmatch(length.strip()) if len(length) < 40 else None  # noqa: PLR2004
    return float(match[1]) * _PIXELS[match[2].lower()] if match else None


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _short(text: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in text[:60])
    return " ".join(printable.split())[:40]


def _written(element: _Element, namespace: str = f' xmlns="{_SVG}"') -> str:
    attributes = "".join(f' {name}="{_escaped(value)}"' for name, value in element.attributes.items())
    inner = "".join(_escaped(child) if isinstance(child, str) else _written(child, "") for child in element.children)
    start = f"<{element.name}{namespace}{attributes}"
    return f"{start}>{inner}</{element.name}>" if inner else f"{start}/>"


def _escaped(text: str) -> str:
    for character, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, written)
    return text.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;")
