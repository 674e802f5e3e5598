"""An SVG rewritten so that it can only draw: bytes go in, clean bytes come out, or findings that say why not.

Nothing of the file is passed on as it is. One pass with expat builds a tree of the elements and attributes on
a list of what draws, and the clean file is written from that tree, so what we do not know can not be in it.
What a person should know about (a program, a link, something from elsewhere) is a finding; an editor's own
notes go without a word.

Reading and writing are here; between them, styles become attributes (``svg_style``), and what the drawing
comes to is measured (``svg_extent``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote
from xml.parsers import expat

from terecht.findings import Finding
from terecht.load.pictures.svg_extent import measure, set_size
from terecht.load.pictures.svg_style import PRESENTATION, apply_styles
from terecht.load.pictures.svg_tree import MAX_DEPTH, PLAIN, Element, Log, Place, Stop, short, words

MAX_BYTES: Final = 512 * 1024
MAX_ELEMENTS: Final = 20_000

_SVG: Final = "http://www.w3.org/2000/svg"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_XML: Final = "http://www.w3.org/XML/1998/namespace"

_WITH_TEXT: Final = words("text tspan textPath")
_DRAWING: Final = _WITH_TEXT | words(
    """svg g defs symbol use path rect circle ellipse line polyline polygon linearGradient radialGradient
    stop clipPath mask pattern marker filter feBlend feColorMatrix feComponentTransfer feComposite
    feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA
    feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight
    feSpecularLighting feSpotLight feTile feTurbulence"""
)
# In small letters: `<SCRIPT>` does nothing in XML, but somebody meant it.
_ACTIVE: Final = words(
    """script foreignobject animate animatecolor animatemotion animatetransform set discard mpath handler
    listener prefetch iframe image feimage audio video canvas embed object a link tref cursor
    font-face-uri"""
)
# Of SVG, but no browser draws them; a page has its own words for a picture.
_SILENT: Final = words("title desc metadata flowRoot font view color-profile solidcolor hatch meshgradient")

_ATTRIBUTES: Final = words(
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

_AGAIN: Final = "export it once more, or use a PNG"
_SIMPLER: Final = "simplify the drawing, or use a PNG"
_DOCTYPE: Final = "in Illustrator, save without 'Preserve Illustrator Editing Capabilities'; or use a PNG"


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
    log = Log(path)
    try:
        reader = _Reader(log)
        root = reader.read(_decoded(data, log))
        apply_styles(root, reader.sheets, log)
        measure(root, log)
        set_size(root, log)
        _forget_names(root)
    except Stop:
        return None, sorted(log.findings)
    if log.findings:
        return None, sorted(log.findings)
    return f"{_written(root)}\n".encode(), []


def _forget_names(root: Element) -> None:
    """Ids that nothing in the drawing asks for: editors write the names of layers, files and people there."""
    everything = list(_all(root))
    asked = unquote(" ".join(value for element in everything for value in element.attributes.values() if "#" in value))
    for element in everything:
        if f"#{element.attributes.get('id', '')}" not in asked:
            element.attributes.pop("id", None)


def _all(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        if not isinstance(child, str):
            yield from _all(child)


def _decoded(data: bytes, log: Log) -> str:
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


def _place(text: str, offset: int) -> Place:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class _Reader:
    """Expat's handlers: they build the tree of what draws, and note what a person should know."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.root: Element | None = None
        self.sheets: list[Element] = []
        self.open: list[Element] = []
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

    def read(self, text: str) -> Element:
        try:
            self.parser.Parse(text.encode(), True)  # noqa: FBT003  expat has no name for it
        except expat.ExpatError as error:
            message = f"this is not well-formed XML: {expat.ErrorString(error.code)}"
            self.log.stop((error.lineno, error.offset + 1), "T055", message, _AGAIN)
        if self.root is None:
            self.log.stop((1, 1), "T055", "there is no drawing in this file", _AGAIN)
        return self.root

    @property
    def _here(self) -> Place:
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1

    def _doctype(self, *declared: object) -> None:
        if declared[-1]:
            self.log.stop(self._here, "T053", "the DOCTYPE declares things of its own", _DOCTYPE)

    def _instruction(self, target: str, _data: str) -> None:
        if not self.skipped:
            message = f"'<?{short(target)}' is an instruction, which can load a style or a script"
            self.log.add(self._here, "T053", message, PLAIN)

    def _entity(self, name: str, *_: object) -> None:
        if not self.skipped:
            message = f"'&{short(name)};' means nothing in SVG"
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
            self.log.stop(self._here, "T055", f"<{short(local)}> is not the start of an SVG", help_)
        known = namespace == _SVG and (local in _DRAWING or local == "style")
        if namespace == _XHTML or (namespace == _SVG and local.lower() in _ACTIVE):
            self.log.add(self._here, "T053", f"<{short(local)}> can do more than draw", PLAIN)
        elif namespace == _SVG and not known and local not in _SILENT and not self.skipped:
            message = f"<{short(local)}> is no part of a drawing that we know"
            self.log.add(self._here, "T055", message, "convert it to paths, or use a PNG")
        if self.skipped or not known:
            self.skipped += 1
            return
        element = Element(local, self._here)
        for attribute, value in zip(pairs[::2], pairs[1::2], strict=True):
            self._attribute(element, attribute, value)
        if local == "style":
            self.sheets.append(element)
        elif self.open:
            self.open[-1].children.append(element)
        self.root = self.root or element
        self.open.append(element)

    def _attribute(self, element: Element, name: str, value: str) -> None:
        namespace, _, local = name.rpartition(" ")
        if local == "href" and namespace in {"", _XLINK}:
            self._link(element, value.strip(), plain=not namespace)
        elif namespace == _XML and local in {"space", "lang"}:
            element.attributes[f"xml:{local}"] = value
        elif not namespace and local.lower().startswith("on"):
            self.log.add(element.at, "T053", f"'{short(local)}' on <{element.name}> runs a program", PLAIN)
        elif name == "style":
            element.style = value
        elif name == "class":
            element.classes = tuple(dict.fromkeys(value.split()))
        elif name == "id":
            element.attributes["id"] = value.strip()
        elif name in _ATTRIBUTES or name in PRESENTATION:
            element.attributes[name] = value
        else:
            return
        self._readable(element, value)

    def _link(self, element: Element, target: str, *, plain: bool) -> None:
        if not re.fullmatch(r"#\S+", target):
            message = f"a link on <{element.name}> that leaves the drawing: '{short(target)}'"
            self.log.add(element.at, "T053", message, PLAIN)
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

    def _readable(self, element: Element, text: str) -> None:
        if _PRIVATE_USE.search(text):
            message = "a character of a symbol font, which readers do not have"
            self.log.add(element.at, "T055", message, "convert text to paths")


def _written(element: Element, namespace: str = f' xmlns="{_SVG}"') -> str:
    attributes = "".join(f' {name}="{_escaped(value)}"' for name, value in element.attributes.items())
    inner = "".join(_escaped(child) if isinstance(child, str) else _written(child, "") for child in element.children)
    start = f"<{element.name}{namespace}{attributes}"
    return f"{start}>{inner}</{element.name}>" if inner else f"{start}/>"


def _escaped(text: str) -> str:
    for character, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, written)
    return text.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;")
