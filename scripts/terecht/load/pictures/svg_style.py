"""The styles of an SVG become presentation attributes (`fill="…"`), as CSS would have it.

The header of our sites says `style-src 'self'`, and Firefox obeys it inside an image as well, where a logo
that keeps its `<style>` comes out black. What has no attribute that means the same, and what reaches outside
the drawing, is a finding.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from terecht.load.pictures.svg_tree import PLAIN, short, words

if TYPE_CHECKING:
    from terecht.load.pictures.svg_tree import Element, Log, Place

_MAX_WORK: Final = 1_000_000

#: SVG 2, "Presentation attributes": what may be an attribute as well as a style.
PRESENTATION: Final = words(
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
_UNKEPT: Final = words("mix-blend-mode transform font marker d x y cx cy r rx ry")
_NEUTRAL: Final = words("none normal auto inherit initial unset")

# Here and below possessive, or for short texts only, so that no value takes more than linear time.
_FUNCTION: Final = re.compile(r"(?<![\w-])([\w-]++)\s*+\(")
_FUNCTIONS: Final = words(
    """rgb rgba hsl hsla matrix translate translatex translatey scale scalex scaley rotate skewx skewy blur
    brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia"""
)
#: A reference of CSS to a part of the drawing itself, whose id is group 2.
OWN_URL: Final = re.compile(r"url\s*+\(\s*+(['\"]?)#([^\s'\"(){};\\]++)\1\s*+\)", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(
    r"url\s*+\(|@\s*+import|expression\s*+\(|\b(?:java|vb)script\s*+:|\bdata\s*+:|://", re.IGNORECASE
)
_SELECTOR: Final = re.compile(r"(\*|[A-Za-z][\w-]*)?([.#][\w-]+)?")

_CSS: Final = "export it with 'presentation attributes' in place of CSS, or use a PNG"

#: Whether a style is `!important`, then (id, class, element) of its selector, then its order: the cascade.
_Rank: TypeAlias = tuple[bool, tuple[int, int, int], int]
_Styles: TypeAlias = dict[str, tuple[_Rank, str]]


def apply_styles(root: Element, sheets: list[Element], log: Log) -> None:
    """Turns every style into attributes; from then on the attributes are all there is, and are judged."""
    rules = _Rules()
    for sheet in sheets:
        rules.read(sheet, log)
    for element in root.each():
        rules.apply(element, log)
        for name, value in element.attributes.items():
            where = f"'{name}' on <{element.name}>"
            if name not in {"id", "href"} and _draws(element.at, value, where, log):
                strange = {found.lower() for found in _FUNCTION.findall(OWN_URL.sub(" ", value))} - _FUNCTIONS
                if strange:
                    message = f"'{short(min(strange))}(' in {where} can do more than draw"
                    log.add(element.at, "T053", message, PLAIN)


class _Rules:
    """The style sheets of one file: by (element, '.class' or '#id'), the winning value of each property."""

    def __init__(self) -> None:
        self.styles: dict[tuple[str, str], _Styles] = {}
        self.work = 0

    def read(self, sheet: Element, log: Log) -> None:
        if "@" in sheet.text:
            log.stop(sheet.at, "T053", "a style rule that starts with '@' can load other things", _CSS)
        if not _draws(sheet.at, sheet.text, "a style", log):
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
                    log.stop(sheet.at, "T055", f"'{short(selector)}' is a style that we can not follow", _CSS)
                tag, simple = (match[1] or "").replace("*", ""), match[2] or ""
                rank = int(simple[:1] == "#"), int(simple[:1] == "."), int(bool(tag))
                self._merge(self.styles.setdefault((tag, simple), {}), declarations, rank, sheet, log)

    def _merge(self, into: _Styles, styles: _Styles, rank: tuple[int, int, int], element: Element, log: Log) -> None:
        for name, ((important, _, _), value) in styles.items():
            self.work += 1
            new = important, rank, self.work
            if name not in into or new > into[name][0]:
                into[name] = new, value
        if self.work > _MAX_WORK:
            log.stop(element.at, "T054", "more style rules than a drawing needs", _CSS)

    def apply(self, element: Element, log: Log) -> None:
        """Writes the styles of an element, from the sheets and its own `style`, into its attributes."""
        best: _Styles = {}
        names = [f".{name}" for name in element.classes] + [f"#{element.attributes.get('id', '')}"]
        for key in ((tag, simple) for simple in ("", *names) for tag in ("", element.name)):
            for name, entry in self.styles.get(key, {}).items():
                self.work += 1
                if name not in best or entry[0] > best[name][0]:
                    best[name] = entry
        where = f"the style of <{element.name}>"
        if element.style and _draws(element.at, element.style, where, log):
            own = _declarations(_without_comments(element.style), element, log)
            self._merge(best, own, (2, 0, 0), element, log)
        element.attributes.update({name: value for name, (_, value) in best.items()})


def _declarations(text: str, element: Element, log: Log) -> _Styles:
    found: _Styles = {}
    for number, declaration in enumerate(text.split(";")):
        name, _, written = declaration.partition(":")
        name = name.strip().lower()
        value, _, mark = map(str.strip, written.partition("!"))
        rank = mark.lower() == "important", (0, 0, 0), number
        if name in PRESENTATION and value:
            if name not in found or rank > found[name][0]:
                found[name] = rank, value
        elif name in _UNKEPT and value.lower() not in _NEUTRAL:
            message = f"the style '{name}: {short(value)}' has no attribute that means the same"
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


def _draws(at: Place, value: str, where: str, log: Log) -> bool:
    """Whether a value that browsers read as CSS stays inside the drawing; if not, that is noted."""
    rest = OWN_URL.sub(" ", value)
    if "\\" in value:
        log.add(at, "T053", f"a backslash in {where} can hide a command", PLAIN)
    elif found := _ELSEWHERE.search(rest):
        outside = short(rest[found.start() :])
        log.add(at, "T053", f"{where} refers to something outside the drawing: '{outside}'", PLAIN)
    else:
        return True
    return False
