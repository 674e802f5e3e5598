"""A palette as files: the stylesheet that gives the theme its colours, and the icon of the tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from terecht.brand.palette import TOKENS, Palette

#: For each token Material's variables that show it: where Material combines two of them, PAIRS has both.
_MATERIAL: Final[dict[str, str]] = {
    "page": "default-bg-color accent-bg-color admonition-bg-color",
    "surface": (
        "default-fg-color--lightest accent-fg-color--transparent code-bg-color code-bg-color--light"
        " code-bg-color--lighter code-hl-color--light footer-bg-color footer-bg-color--dark warning-bg-color"
        " typeset-kbd-color typeset-mark-color typeset-table-color--light"
    ),
    "line": "typeset-table-color typeset-kbd-border-color typeset-kbd-accent-color",
    "text": (
        "default-fg-color typeset-color admonition-fg-color code-fg-color footer-fg-color warning-fg-color"
        " code-hl-number-color code-hl-special-color code-hl-function-color code-hl-constant-color"
        " code-hl-keyword-color code-hl-string-color code-hl-name-color code-hl-operator-color"
        " code-hl-punctuation-color code-hl-comment-color code-hl-generic-color code-hl-variable-color"
    ),
    # Material writes text in "lighter" too, and text in the page's colour on it.
    "text-soft": (
        "default-fg-color--light default-fg-color--lighter footer-fg-color--light footer-fg-color--lighter"
        " primary-bg-color--light"
    ),
    "header": "primary-fg-color primary-fg-color--light primary-fg-color--dark",
    "on-header": "primary-bg-color",
    "link": "typeset-a-color",
    "link-hover": "accent-fg-color",
    "accent": "code-hl-color",
}


def stylesheet(palette: Palette) -> str:
    """The palette as CSS to load after Material's: tokens (``--t-…``) and Material's variables. Paper is light.

    ``--t-line`` is for decoration only: the text's colour, made thin.
    """
    light, dark = _declared(palette.light), _declared(palette.dark)
    material = "".join(f"--md-{name}:var(--t-{token});" for token in _MATERIAL for name in _MATERIAL[token].split())
    # With a scheme of Material's own `body` has the attribute, and what is set there hides what `:root` has.
    every = ":root,[data-md-color-scheme]"
    return (
        f":root{{{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
        f"{every}{{color-scheme:light dark;accent-color:var(--t-button-edge);{material}}}\n"
        f"@media print{{:root{{{light}}}{every}{{color-scheme:light}}}}\n"
    )


def _declared(tokens: Mapping[str, str]) -> str:
    declared = "".join(f"--t-{token}:{tokens[token]};" for token in TOKENS)
    return f"{declared}--t-line:{tokens['text']}29;"


def favicon(palette: Palette, neutral: bool) -> bytes:  # noqa: FBT001  its one choice
    """The icon of the tab as SVG: a signpost in the header's colours, or a plain grey square: ``neutral``."""
    ground, ink = palette.light["header"], palette.light["on-header"]
    square = '<rect width="32" height="32" rx="7" fill="{}"/>'
    post = f'<path fill="{ink}" d="M15 5h2v2h6l3.5 3.5L23 14h-6v13h-2V14H8V7h7z"/>'
    inside = square.format("#6b7078") if neutral else square.format(ground) + post
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{inside}</svg>\n'.encode()
