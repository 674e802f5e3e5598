"""How far a drawing goes: how much it draws once its references are followed, and how large it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from terecht.load.pictures.svg_style import OWN_URL
from terecht.load.pictures.svg_tree import MAX_DEPTH

if TYPE_CHECKING:
    from terecht.load.pictures.svg_tree import Element, Log

#: Elements that a browser draws once it has followed all references: ten times ten `<use>` soon is a billion.
MAX_DRAWN: Final = 200_000
_MAX_CHAIN: Final = 4 * MAX_DEPTH
_MAX_PIXELS: Final = 100_000

# For short texts only, so that no value takes more than linear time.
_LENGTH: Final = re.compile(r"([0-9]*\.?[0-9]+(?:e[+-]?[0-9]{1,2})?)(px|pt|pc|mm|cm|in|)", re.IGNORECASE)
_PIXELS: Final = {"": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}

_CLONES: Final = "turn clones and symbols into paths, or use a PNG"


def measure(root: Element, log: Log) -> None:
    """Refuses a drawing that its references make endless or huge."""
    by_id: dict[str, Element] = {}
    for element in root.each():
        if "id" in element.attributes:
            by_id.setdefault(element.attributes["id"], element)
    done: dict[int, tuple[int, int]] = {}
    under_way: set[int] = set()

    def measured(element: Element, depth: int) -> tuple[int, int]:
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
            names += [match[2] for match in OWN_URL.finditer(value)]
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


def set_size(root: Element, log: Log) -> None:
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
