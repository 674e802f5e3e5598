"""The palette of a brand: readable whatever the colour, moved no further than needed, each move told."""

from __future__ import annotations

import math
import pickle
import random
import re
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import material
import pytest

from terecht.brand import palette as brand
from terecht.brand import stylesheet as sheet
from terecht.findings import Finding
from terecht.load.colours import check_colours
from terecht.load.organisation import Brand
from trust_table import Say

EXTREMES = [
    *("#000000", "#010101", "#111111", "#1e2129", "#222222", "#2c2c2c", "#333333", "#767676", "#777777"),
    *("#808080", "#aeaeae", "#c0c0c0", "#eeeeee", "#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff"),
    *("#ff00ff", "#ff8000", "#0080ff", "#ffcc00", "#800000", "#000080", "#3f51b5", "#00539f", "#d3212f"),
    *("#fffff0", "#fff0ff", "#f0ffff", "#f3ecec", "#e8f0f7", "#fefefe", "#ffffff"),
]
_RANDOM = random.Random(20270505)


def _any_colour() -> str:
    return f"#{_RANDOM.randrange(1 << 24):06x}"


SAMPLE: list[tuple[str, str | None]] = [
    *((colour, None) for colour in EXTREMES),
    *((colour, _RANDOM.choice(EXTREMES)) for colour in EXTREMES),
    *((_any_colour(), None) for _ in range(60)),
    *((_any_colour(), _any_colour()) for _ in range(180)),
]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def oklch(colour: str) -> tuple[float, float, float]:
    """Lightness, chroma and hue in degrees (Ottosson 2020)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    l = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)  # noqa: E741  as in the source
    m = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    s = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
    green_red = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s
    blue_yellow = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
    hue = math.degrees(math.atan2(blue_yellow, green_red)) % 360
    return lightness, math.hypot(green_red, blue_yellow), hue


def apart(one: str, other: str) -> float:
    """ΔE-OK: the distance in OKLab."""
    (l1, c1, h1), (l2, c2, h2) = oklch(one), oklch(other)
    turn = math.radians(h1 - h2)
    return math.sqrt((l1 - l2) ** 2 + c1**2 + c2**2 - 2 * c1 * c2 * math.cos(turn))


def schemes(palette: brand.Palette) -> list[tuple[str, dict[str, str]]]:
    return [("light", dict(palette.light)), ("dark", dict(palette.dark))]


def least(tokens: dict[str, str], token: str) -> tuple[float, float]:
    """The contrast of a token on its hardest ground, and the contrast it needs."""
    grounds = [(contrast(tokens[token], tokens[under]), need) for over, under, need in brand.PAIRS if over == token]
    return min(grounds)


def report(location: tuple[str | int, ...], code: str, message: str, help_: str) -> Finding:
    return Finding("organisation.yml", 1, 1, code, f"{'.'.join(map(str, location))}: {message}", help_)


def told(**values: str) -> list[tuple[str, str, str]]:
    findings = check_colours(Brand.model_validate(values), report)
    return [(finding.code, finding.message, finding.help) for finding in findings]


# --- what can be read


def too_low(tokens: dict[str, str]) -> list[tuple[str, str]]:
    """The pairs that can not be read."""
    return [(over, under) for over, under, need in brand.PAIRS if contrast(tokens[over], tokens[under]) < need]


@pytest.mark.trust(15)
def test_every_pair_can_be_read_for_every_brand(measured: Say) -> None:
    failures = [
        (colour, accent, scheme, pair)
        for colour, accent in SAMPLE
        for scheme, tokens in schemes(brand.derive(colour, accent))
        for pair in too_low(tokens)
    ]
    assert failures == []
    measured(15, f"{len(SAMPLE)} brands, light and dark, {len(brand.PAIRS)} pairs each: {len(failures)} too low")


@pytest.mark.parametrize(
    ("token", "colour"),
    [
        pytest.param("link", "#ffcc00", marks=pytest.mark.trust(15, fault="a yellow link")),
        pytest.param("text-soft", "#808080", marks=pytest.mark.trust(15, fault="grey text")),
        pytest.param("button-edge", "#c0c0c0", marks=pytest.mark.trust(15, fault="a button with a pale edge")),
        pytest.param("focus", "#eeeeee", marks=pytest.mark.trust(15, fault="a pale ring")),
    ],
)
def test_a_colour_that_was_not_moved_is_seen(token: str, colour: str) -> None:
    tokens = dict(brand.derive("#00539f", None).light)
    assert too_low(tokens) == []
    assert (token, "page") in too_low(tokens | {token: colour})


def test_pairs_know_every_token_and_ask_for_what_wcag_asks() -> None:
    palette = brand.derive("#00539f", None)
    named = {token for over, under, _ in brand.PAIRS for token in (over, under)}
    assert named == set(palette.light) == set(palette.dark)
    text = {"text", "text-soft", "on-header", "link", "link-hover", "on-button", "on-alarm"}
    assert all(need == (4.5 if over in text else 3.0) for over, _, need in brand.PAIRS)


def test_the_header_is_seen_on_both_pages_and_does_not_glare_in_the_dark() -> None:
    for colour, accent in SAMPLE:
        palette = brand.derive(colour, accent)
        assert palette.light["header"] == colour
        if brand.nearest(colour) == colour:
            assert apart(colour, palette.light["page"]) >= brand.DISTINCT - 0.001, colour
        assert apart(palette.dark["header"], palette.dark["page"]) >= brand.DISTINCT - 0.001, colour
        assert oklch(palette.dark["header"])[0] <= 0.705, colour


def test_the_card_is_told_from_the_page_and_hardly_tinted() -> None:
    for colour, _ in SAMPLE:
        for _, tokens in schemes(brand.derive(colour, None)):
            assert apart(tokens["page"], tokens["surface"]) > 0.025, colour
            assert oklch(tokens["surface"])[1] < 0.025, colour


# --- how far colours move


@pytest.mark.parametrize("colour", ["#00539f", "#000000", "#b00020", "#3f51b5"])
def test_a_colour_that_reads_on_white_is_not_moved_in_light(colour: str) -> None:
    palette = brand.derive(colour, None)
    assert {palette.light[token] for token in ("header", "link", "link-hover", "button", "button-edge")} == {colour}
    assert [move for move in palette.moves if move.scheme == "light"] == []


def test_a_colour_that_reads_is_never_moved_and_one_that_does_not_always_is() -> None:
    for colour, accent in SAMPLE:
        palette = brand.derive(colour, accent)
        moved = {(move.scheme, move.token) for move in palette.moves}
        for scheme, tokens in schemes(palette):
            for token in ("link", "link-hover", "button-edge", "focus", "accent"):
                wanted = colour if token in {"link", "button-edge"} else accent or colour
                contrasts, need = least(tokens | {token: wanted}, token)
                if abs(contrasts - need) > 0.003:
                    assert ((scheme, token) in moved) == (contrasts < need), (colour, accent, scheme, token)


def test_a_moved_colour_stops_where_it_passes() -> None:
    # One step of 8 bits in all channels is about 0.065 of contrast at 4.5:1: nothing nearer can be promised.
    for colour, accent in SAMPLE:
        palette = brand.derive(colour, accent)
        by_scheme = dict(schemes(palette))
        for move in palette.moves:
            if move.token != "header":  # noqa: S105
                contrasts, need = least(by_scheme[move.scheme], move.token)
                assert need <= contrasts < need + 0.07, move


def test_a_moved_colour_is_the_last_that_passes() -> None:
    for colour, accent in SAMPLE:
        palette = brand.derive(colour, accent)
        by_scheme = dict(schemes(palette))
        for move in palette.moves:
            if move.token != "header":  # noqa: S105
                back = 1 if move.scheme == "light" else -1
                channels = [int(move.used[at : at + 2], 16) + back for at in (1, 3, 5)]
                before = "#" + "".join(f"{min(255, max(0, channel)):02x}" for channel in channels)
                contrasts, need = least(by_scheme[move.scheme] | {move.token: before}, move.token)
                assert contrasts < need + 0.003, (move, before)


def test_hue_stays() -> None:
    for colour, accent in SAMPLE:
        for move in brand.derive(colour, accent).moves:
            (_, chroma, hue), (_, used_chroma, used_hue) = oklch(move.wanted), oklch(move.used)
            if min(chroma, used_chroma) > 0.03:
                assert abs((used_hue - hue + 180) % 360 - 180) < 4, move
            assert used_chroma < chroma + 0.006, move


def test_moves_tell_every_difference_and_no_other() -> None:
    palette = brand.derive("#ffcc00", "#00539f")
    assert brand.Move("link", "light", "#ffcc00", palette.light["link"]) in palette.moves
    own = dict.fromkeys(("header", "link", "button", "button-edge"), "#ffcc00")
    second = dict.fromkeys(("link-hover", "focus", "accent"), "#00539f")
    differences = {
        (token, scheme, wanted, tokens[token])
        for scheme, tokens in schemes(palette)
        for token, wanted in (own | second).items()
        if tokens[token] != wanted
    }
    assert {(move.token, move.scheme, move.wanted, move.used) for move in palette.moves} == differences
    assert len(palette.moves) == len(differences)


def test_without_an_accent_the_colour_takes_its_place() -> None:
    assert brand.derive("#00539f", None).light == brand.derive("#00539f", "#00539f").light


# --- what is refused


@pytest.mark.trust(15)
@pytest.mark.parametrize("colour", ["#ffffff", "#fefefe", "#fafafa", "#f5f5f5", "#fff8f8", "#fffff0", "#f0f8ff"])
def test_a_header_like_the_page_is_refused_with_one_that_works(colour: str) -> None:
    works = brand.nearest(colour)
    message = f"brand.colour: the header in {colour} can not be told from the page"
    assert told(colour=colour) == [("T070", message, f"the nearest that works is '{works}'")]
    assert brand.nearest(works) == works
    assert [code for code, _, _ in told(colour=works)] == ["W110"]
    assert apart(colour, works) <= brand.DISTINCT + 0.005


@pytest.mark.parametrize("colour", ["#ffff00", "#000000", "#eeeeee", "#ffffcc", "#00ffff", "#e3e3e3"])
def test_other_colours_are_accepted(colour: str) -> None:
    assert brand.nearest(colour) == colour


@pytest.mark.parametrize("colour", ["white", "#fff", "#12345g", "#123456;", "#123456\n", "", "url(x)"])
def test_what_is_not_a_colour_reaches_no_palette(colour: str) -> None:
    with pytest.raises(ValueError, match="is not #rrggbb"):
        brand.derive(colour, None)
    with pytest.raises(ValueError, match="is not #rrggbb"):
        brand.derive("#000000", colour)
    with pytest.raises(ValueError, match="is not #rrggbb"):
        brand.Palette({"page": colour}, {}, ())


# --- what people are told


def test_white() -> None:
    message = "brand.colour: the header in #ffffff can not be told from the page"
    assert told(colour="#FFFFFF", accent="#ffff00") == [("T070", message, "the nearest that works is '#eeeeee'")]


def test_a_light_colour() -> None:
    message = "brand.colour: '#ffcc00' is hard to read as a link in light mode, so it becomes '#896c00' there"
    help_ = "nothing to do, the header keeps your colour in light mode"
    assert told(colour="#ffcc00") == [("W110", message, help_)]


def test_a_dark_colour_and_a_middling_accent() -> None:
    of_colour = "brand.colour: '#00539f' is hard to read as a link in dark mode, so it becomes '#5096e7' there"
    of_accent = (
        "brand.accent: '#808080' is hard to read as a link under the pointer, "
        "so it becomes '#707070' in light mode and '#939393' in dark mode"
    )
    assert told(colour="#00539f", accent="#808080") == [
        ("W110", of_colour, "nothing to do, the header keeps your colour"),
        ("W110", of_accent, "nothing to do, it stays as close to yours as it can"),
    ]


def test_nobody_is_warned_about_a_colour_that_nobody_chose() -> None:
    assert told() == []


def test_a_move_that_nobody_sees_is_no_finding() -> None:
    palette = brand.derive("#00539f", "#e80000")
    (move,) = [move for move in palette.moves if (move.token, move.scheme) == ("link-hover", "light")]
    assert 0 < apart(move.wanted, move.used) < brand.VISIBLE
    messages = [message for _, message, _ in told(colour="#00539f", accent="#e80000")]
    assert "in light mode" not in messages[1]
    assert "in dark mode" in messages[1]


# --- the stylesheet


def declarations(css: str) -> dict[str, str]:
    return dict(re.findall(r"(--[a-z-]+):([^;}]+)", css))


def test_the_stylesheet_has_both_schemes_and_paper() -> None:
    palette = brand.derive("#ffcc00", "#00539f")
    css = sheet.stylesheet(palette)
    root, dark, _, paper, *_ = css.splitlines()
    assert root.startswith(":root{--t-page:#ffffff;--t-surface:")
    assert dark.startswith("@media (prefers-color-scheme:dark){:root{--t-page:#1e2129;")
    assert paper.startswith("@media print{:root{--t-page:#ffffff;")
    for line, tokens in ((root, palette.light), (dark, palette.dark), (paper, palette.light)):
        assert {f"--t-{token}": value for token, value in tokens.items()}.items() <= declarations(line).items()
    assert css.count("{") == css.count("}")
    assert "url(" not in css
    assert "<" not in css


def test_the_stylesheet_is_the_same_every_time() -> None:
    brand.derive.cache_clear()
    once = sheet.stylesheet(brand.derive("#ffcc00", "#00539f"))
    brand.derive.cache_clear()
    assert sheet.stylesheet(brand.derive("#FFCC00", "#00539F")) == once
    copied: brand.Palette = pickle.loads(pickle.dumps(brand.derive("#ffcc00", "#00539f")))  # noqa: S301  our own
    assert sheet.stylesheet(copied) == once


def test_every_variable_that_is_used_is_set() -> None:
    css = sheet.stylesheet(brand.derive("#00539f", None))
    assert set(re.findall(r"var\((--[a-z-]+)", css)) <= set(declarations(css))


def test_the_variables_are_those_that_this_version_of_material_uses() -> None:
    folder = Path(str(material.__path__[0])) / "templates" / "assets" / "stylesheets"
    (main,) = folder.glob("main.*.min.css")
    theirs = main.read_text(encoding="utf-8")
    ours = {name for name in declarations(sheet.stylesheet(brand.derive("#00539f", None))) if name.startswith("--md-")}
    assert ours <= set(re.findall(r"(--md-[a-z-]+):", theirs))
    coloured = {name for name in re.findall(r"var\((--md-[a-z-]+)", theirs) if "-color" in name}
    left = {name for name in coloured - ours if not name.startswith("--md-mermaid")}
    # Marks of the critic extension, with a colour that is mostly transparent.
    assert left == {"--md-typeset-del-color", "--md-typeset-ins-color"}


def test_the_icon_draws_and_does_nothing_else() -> None:
    palette = brand.derive("#00539f", None)
    icon = ET.fromstring(sheet.favicon(palette, neutral=False))  # noqa: S314  our own
    assert {element.tag.rpartition("}")[2] for element in icon.iter()} == {"svg", "rect", "path"}
    assert {element.get("fill") for element in icon.iter()} == {None, "#00539f", "#ffffff"}
    assert not any("href" in name for element in icon.iter() for name in element.attrib)


def test_the_neutral_icon_tells_nothing() -> None:
    one, other = (sheet.favicon(brand.derive(colour, None), neutral=True) for colour in ("#00539f", "#ffcc00"))
    assert one == other
    assert b"path" not in one


# --- how long it takes


def test_a_palette_takes_well_under_50_ms() -> None:
    brand.derive.cache_clear()
    start = time.process_time()
    for colour, accent in SAMPLE[:60]:
        brand.derive(colour, accent)
    assert (time.process_time() - start) / 60 < 0.05
