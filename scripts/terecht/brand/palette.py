"""The brand: from a colour and an accent to a palette in which every pair can be read, light and dark.

Colours move in OKLCH, where equal steps look equal: lightness first and no further than needed, chroma only
where sRGB has no such colour, hue not at all. Each move is told (:class:`Move`).

The rules: WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (edges of controls, focus rings and marks, 3:1), both AA.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal, TypeAlias

from coloraide import Color

Scheme: TypeAlias = Literal["light", "dark"]

TEXT: Final = 4.5
CONTROL: Final = 3.0

#: (foreground, background, least contrast): all that the theme puts together. Nothing else may be combined.
PAIRS: Final[tuple[tuple[str, str, float], ...]] = (
    ("text", "page", TEXT),
    ("text", "surface", TEXT),
    ("text-soft", "page", TEXT),
    ("text-soft", "surface", TEXT),
    ("on-header", "header", TEXT),
    ("header-focus", "header", CONTROL),
    ("link", "page", TEXT),
    ("link", "surface", TEXT),
    ("link-hover", "page", TEXT),
    ("link-hover", "surface", TEXT),
    ("on-button", "button", TEXT),
    ("button-edge", "page", CONTROL),
    ("button-edge", "surface", CONTROL),
    ("focus", "page", CONTROL),
    ("focus", "surface", CONTROL),
    ("accent", "page", CONTROL),
    ("accent", "surface", CONTROL),
    ("on-alarm", "alarm", TEXT),
    ("alarm", "page", CONTROL),
)

#: Least ΔE-OK between the header and the page. Side by side, colours differ from about 0.02; a bar that is to
#: be seen at a glance needs more. On white #eeeeee is the lightest grey that works; #ffff00 has 0.21.
DISTINCT: Final = 0.05
#: ΔE-OK from which the person who chose the colour would see that it moved.
VISIBLE: Final = 0.02
#: OKLCH lightness above which a full-width bar glares on a dark page.
_GLARE = 0.7
#: coloraide weighs red, green and blue with more digits than WCAG prints; the two differ by less than this.
_MARGIN = 0.002
#: Halvings of a way through OKLCH lightness: the last is smaller than a step of one channel of `#rrggbb`.
_HALVINGS = 12

_WHITE, _INK, _BLACK = "#ffffff", "#1c1e24", "#000000"
#: What no brand changes. The dark page is that of Material's slate; one red is told from both pages.
_FIXED: dict[Scheme, dict[str, str]] = {
    "light": {"page": _WHITE, "text": _INK, "text-soft": "#545964", "alarm": "#d3212f", "on-alarm": _WHITE},
    "dark": {
        "page": "#1e2129",
        "text": "#e4e6eb",
        "text-soft": "#b1b6c1",
        "alarm": "#d3212f",
        "on-alarm": _WHITE,
    },
}
#: OKLCH lightness and most chroma of a card, in the hue of the brand.
_SURFACE: dict[Scheme, tuple[float, float]] = {"light": (0.968, 0.012), "dark": (0.295, 0.02)}

#: The names of the colours, in the order in which they are written.
TOKENS: Final = (
    *(
        "page",
        "surface",
        "text",
        "text-soft",
        "header",
        "on-header",
        "header-focus",
        "link",
        "link-hover",
        "button",
    ),
    *("on-button", "button-edge", "focus", "accent", "alarm", "on-alarm"),
)


@dataclass(frozen=True)
class Move:
    """A brand colour that was changed for one token: ``wanted`` in the file, ``used`` on the site."""

    token: str
    scheme: Scheme
    wanted: str
    used: str


@dataclass(frozen=True)
class Palette:
    """Each token's colour in both schemes, and which brand colours moved for it.

    Holds lower-case ``#rrggbb`` only, so that it can go into CSS and SVG as it is; else ``ValueError``.
    """

    light: Mapping[str, str]
    dark: Mapping[str, str]
    moves: tuple[Move, ...]

    def __post_init__(self) -> None:
        for value in (*self.light.values(), *self.dark.values()):
            if not re.fullmatch("#[0-9a-f]{6}", value):
                raise ValueError(f"{value!r} is not #rrggbb")


@lru_cache(maxsize=1024)
def derive(colour: str, accent: str | None) -> Palette:
    """The palette of a brand, in which all of :data:`PAIRS` hold. ``ValueError`` for what is not ``#rrggbb``.

    A colour that is refused (see :func:`nearest`) gets a palette too: readable, with a header that nobody sees.
    """
    own = _hex(colour)
    second = own if accent is None else _hex(accent)
    light = _scheme("light", own, second, header=own)
    dark = _scheme("dark", own, second, header=_header_in_the_dark(own))
    wanted = dict.fromkeys(("header", "link", "button", "button-edge"), own)
    wanted |= dict.fromkeys(("link-hover", "focus", "accent"), second)
    schemes: tuple[tuple[Scheme, dict[str, str]], ...] = (("light", light), ("dark", dark))
    for scheme, tokens in schemes:
        for over, under, least in PAIRS:
            if _contrast(tokens[over], tokens[under]) < least:
                raise RuntimeError(f"{over} on {under} can not be read in {scheme} mode: {colour}, {accent}")
    moves = (
        Move(token, scheme, value, tokens[token])
        for scheme, tokens in schemes
        for token, value in wanted.items()
        if tokens[token] != value
    )
    return Palette(light, dark, tuple(moves))


def visible_moves(palette: Palette) -> list[Move]:
    """The moves that the person who chose the colours would see."""
    return [move for move in palette.moves if _apart(move.wanted, move.used) > VISIBLE]


def nearest(colour: str) -> str:
    """The colour itself if a header can have it, else its next darker one that can be told from the page."""
    return _moved(_hex(colour), lambda used: _apart(used, _WHITE) >= DISTINCT, 0.0)


def _scheme(scheme: Scheme, own: str, second: str, *, header: str) -> dict[str, str]:
    fixed = _FIXED[scheme]
    lightness, most = _SURFACE[scheme]
    tint = Color(own).convert("oklch")
    surface = _at(tint.set("chroma", min(tint["chroma"], most)), lightness)

    @cache
    def readable(wanted: str, least: float) -> str:
        def passes(used: str) -> bool:
            return all(_contrast(used, under) >= least + _MARGIN for under in (surface, fixed["page"]))

        return _moved(wanted, passes, 0.0 if scheme == "light" else 1.0)

    return fixed | {
        "surface": surface,
        "header": header,
        "on-header": _ink_on(header),
        "header-focus": _ink_on(header),
        "link": readable(own, TEXT),
        "link-hover": readable(second, TEXT),
        "button": own,
        "on-button": _ink_on(own),
        "button-edge": readable(own, CONTROL),
        "focus": readable(second, CONTROL),
        "accent": readable(second, CONTROL),
    }


def _header_in_the_dark(own: str) -> str:
    wanted = Color(own).convert("oklch")
    calm = own if wanted["lightness"] <= _GLARE else _at(wanted, _GLARE)

    def passes(used: str) -> bool:
        return _apart(used, _FIXED["dark"]["page"]) >= DISTINCT

    return min((_moved(calm, passes, end) for end in (0.0, 1.0)), key=lambda used: _apart(used, calm))


def _ink_on(under: str) -> str:
    # One always passes: where white falls below 4.5 black has 4.6.
    return next(ink for ink in (_WHITE, _INK, _BLACK) if _contrast(ink, under) >= TEXT + _MARGIN)


def _moved(wanted: str, passes: Callable[[str], bool], end: float) -> str:
    """``wanted``, or where it first passes on the way to lightness ``end``, which has to pass itself."""
    if passes(wanted):
        return wanted
    colour = Color(wanted).convert("oklch")
    near, far = colour["lightness"], end
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        if passes(_at(colour, middle)):
            far = middle
        else:
            near = middle
    return _at(colour, far)


def _at(colour: Color, lightness: float) -> str:
    # Ray tracing keeps hue and lightness; CSS's own method clips, which turns the hue by up to 16 degrees.
    moved = colour.clone().set("lightness", lightness).fit("srgb", method="raytrace", pspace="oklch")
    return moved.convert("srgb").to_string(hex=True, fit=False)


def _hex(value: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", value):
        raise ValueError(f"{value!r} is not #rrggbb")
    return value.lower()


def _contrast(one: str, other: str) -> float:
    """The contrast of WCAG 2.1, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=4096)
def _luminance(colour: str) -> float:
    return float(Color(colour).luminance())


def _apart(one: str, other: str) -> float:
    return Color(one).delta_e(other, method="ok")
