"""Can the organisation's colours work, and do they move? Findings from the palette that it would get."""

from __future__ import annotations

from collections.abc import Iterator

from terecht.brand.palette import Move, derive, nearest, visible_moves
from terecht.findings import Finding
from terecht.load.checks import Report
from terecht.load.organisation import Brand
from terecht.load.yaml_tree import Mapping, Scalar


def check_colours(brand: Brand, report: Report) -> Iterator[Finding]:
    """``T070`` for a colour that can not work, else ``W110`` for each colour of the file that visibly moves.

    Links need the most contrast, so a colour that moves at all moves as a link: the warning tells of links and of the
    header if that moves too. Nobody is warned about a default, which nobody chose.
    """
    works = nearest(brand.colour)
    if works != brand.colour:
        message = f"the header in {brand.colour} can not be told from the page"
        yield report(("brand", "colour"), "T070", message, f"the nearest that works is '{works}'")
        return
    visible = visible_moves(derive(brand.colour, brand.accent))
    keeps = "the header keeps your colour"
    if "header" in {move.token for move in visible}:
        keeps += " in light mode"
    for name, token, place, help_ in (
        ("colour", "link", "a link", keeps),
        ("accent", "link-hover", "a link under the pointer", "it stays as close to yours as it can"),
    ):
        told = [move for move in visible if move.token == token]
        if told and name in brand.model_fields_set and getattr(brand, name) is not None:
            yield report(("brand", name), "W110", _told(told, place), f"nothing to do, {help_}")


def _told(moves: list[Move], place: str) -> str:
    wanted, scheme, used = moves[0].wanted, moves[0].scheme, moves[0].used
    if len(moves) == 1:
        return f"'{wanted}' is hard to read as {place} in {scheme} mode, so it becomes '{used}' there"
    becomes = " and ".join(f"'{move.used}' in {move.scheme} mode" for move in moves)
    return f"'{wanted}' is hard to read as {place}, so it becomes {becomes}"


def lost_colours(tree: Mapping, path: str) -> Iterator[Finding]:
    """A colour without quotes is a comment to YAML; without this the site would quietly get another one."""
    brand = tree.entries.get("brand")
    entries = brand.entries if isinstance(brand, Mapping) else {}
    for key in ("colour", "accent"):
        value = entries.get(key)
        if isinstance(value, Scalar) and not value.value:
            help_ = "put it between quotes: without them, # starts a comment"
            yield Finding(path, value.line, value.column, "T025", f"'{key}' is empty", help_)
