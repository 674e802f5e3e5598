"""What may not be in a built site is seen: each fault here is planted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import EXAMPLES, ROOT, TODAY
from terecht.audit import audit, whole, wrong_in
from terecht.compose import compose, parts_of
from terecht.flow.knowledge import Knowledge
from terecht.load import load
from terecht.merge import merge
from terecht.merge.templates import Templates
from terecht.slots import GAP, HOLE, Kind, Piece, Value, sentinel
from terecht.stamp import Parts
from terecht.texts import not_found_text
from terecht.workshop import Workshop
from trust_table import Say

PATHS = {"lagelanden": "/vertrouwenspersoon/", "snijders": "/", "vuurvlinder": "/safe/"}


def files_of(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.mark.trust(8, 18)
@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_are_clean(example: str, sites: Path, measured: Say) -> None:
    files = files_of(sites / example)
    found = audit(whole(files), files, PATHS[example])
    assert found == []
    pages = sum(name.endswith(".html") for name in files)
    measured(8, f"{example}: {len(found)} on {pages} pages")
    measured(18, f"{example}: {len(found)} in {len(files)} files")


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_slot_of_every_rendered_page_stands_where_its_kind_may(
    example: str, content: Knowledge, workshop: Workshop
) -> None:
    client, _ = load(ROOT / "organisations" / example, content, TODAY)
    assert client is not None
    site = merge(client, content, Templates(ROOT / "overrides"))
    texts = [page.text for page in site.pages]
    rendered = workshop.press.rendered([*texts, not_found_text(site.shell.languages)])
    parts = parts_of(site, rendered)
    assert all(sentinel(0) in "".join(one.pieces) for one in parts.values())
    files = {**workshop.assets_of(site), **compose(site, rendered)}
    assert audit(parts, files, site.path) == []
    # What is read in pieces is read as it is read whole.
    for path, one in parts.items():
        assert wrong_in(one) == wrong_in(Parts((files[path].decode(),), {})) == [], path


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param(
            "</body>",
            "<script>x()</script></body>",
            "an inline script",
            marks=pytest.mark.trust(8, fault="an inline script"),
        ),
        pytest.param(
            "<body>",
            '<body onload="x()">',
            "an inline handler 'onload'",
            marks=pytest.mark.trust(8, fault="an inline handler"),
        ),
        pytest.param(
            "<body>", '<body style="color:red">', "an inline style", marks=pytest.mark.trust(8, fault="an inline style")
        ),
        pytest.param(
            "</head>", "<style>p{}</style></head>", "a <style>", marks=pytest.mark.trust(8, fault="a <style>")
        ),
        ("</head>", '<base href="/x/"></head>', "a <base>"),
        ("</body>", '<iframe src="x"></iframe></body>', "a <iframe>"),
        (
            "</body>",
            '<img src="https://elders.example/x.png" alt=""></body>',
            "<img> loads from another host",
        ),
        ("</body>", '<img src="//elders.example/x.png" alt=""></body>', "<img> loads from another host"),
        pytest.param(
            "</body>",
            '<a href="javascript:x()">x</a></body>',
            "an address that runs or holds something",
            marks=pytest.mark.trust(8, fault="an address that runs something"),
        ),
        ("</body>", '<a href="ftp://elders.example/">x</a></body>', "an address with the scheme 'ftp'"),
        pytest.param(
            "</body>",
            '<a href="weg/">x</a></body>',
            "'weg/' leads nowhere",
            marks=pytest.mark.trust(18, fault="a link to nowhere"),
        ),
        pytest.param(
            "</body>",
            '<a href="wie/#weg">x</a></body>',
            "has an anchor that does not exist",
            marks=pytest.mark.trust(18, fault="an anchor that is not there"),
        ),
        pytest.param(
            "</body>",
            '<a href="/wie/">x</a></body>',
            "'/wie/' leaves the site",
            marks=pytest.mark.trust(18, fault="a link that counts from the host"),
        ),
        pytest.param(
            "</body>",
            '<a href="../anders/">x</a></body>',
            "'../anders/' leaves the site",
            marks=pytest.mark.trust(18, fault="a link out of the site"),
        ),
        ("</body>", '<p id="menu"></p></body>', "the id 'menu' stands here twice"),
        ("</body>", f"{sentinel(100)}</body>", "slot 100 has no value"),
        ("<body>", "<body><form>", "'tel:112' is missing from the line for danger"),
        ('href="tel:113"', 'href="tel:114"', "'tel:113' is missing from the line for danger"),
        ("</body>", "\ue002</body>", "a slot that nobody filled"),
        ("</body>", "\ue000</body>", "a slot that is broken in two"),
    ],
)
def test_a_planted_fault_is_seen(old: str, new: str, fault: str, sites: Path) -> None:
    files = files_of(sites / "snijders")
    files["index.html"] = files["index.html"].decode().replace(old, new, 1).encode()
    assert any(fault in found for found in audit(whole(files), files, "/"))


def plant(piece: Piece, frame: str, fault: str) -> Piece:
    """The same pieces with a fault behind one frame, as deep as it may be."""
    inside = tuple(plant(one, frame, fault) for one in piece.inside)
    return Piece(piece.frame + fault if piece.frame == frame else piece.frame, inside, piece.names)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<script>x()</script>", "an inline script"),
        ('<p onclick="x()"></p>', "an inline handler 'onclick'"),
        ('<p style="color:red"></p>', "an inline style"),
        ('<img src="https://elders.example/x.png" alt="">', "<img> loads from another host"),
        ('<a href="javascript:x()">x</a>', "an address that runs or holds something"),
        ('<a href="weg/">x</a>', "'weg/' leads nowhere"),
        ('<p id="advies"></p>', "the id 'advies' stands here twice"),
        ("<div>", "a piece does not stand for itself"),
        ("</ul>", "a piece does not stand for itself"),
        ('<p title="', "a piece does not stand for itself"),
    ],
)
def test_a_fault_planted_in_a_piece_is_seen(old: str, new: str, workshop: Workshop, content: Knowledge) -> None:
    """In the card of one person, which stands inside many others."""
    client, _ = load(ROOT / "organisations/snijders", content, TODAY)
    assert client is not None
    site = merge(client, content, Templates(ROOT / "overrides"))
    rendered = workshop.press.rendered([*(page.text for page in site.pages), not_found_text(site.shell.languages)])
    parts, files = parts_of(site, rendered), {**workshop.assets_of(site), **compose(site, rendered)}
    page = parts["waar-terecht/index.html"]
    number, form = next((at, one.given) for at, one in page.values.items() if isinstance(one.given, Piece))
    assert isinstance(form, Piece)
    card = next(one for one in every_piece(form) if client.organisation.contacts[0].name in one.frame and not one.names)
    for given, expected in ((form, False), (plant(form, card.frame, old), True)):
        parts["waar-terecht/index.html"] = Parts(page.pieces, {**page.values, number: Value(Kind.HTML, given)})
        assert any(new in found for found in audit(parts, files, site.path)) is expected


def every_piece(piece: Piece) -> Iterator[Piece]:
    yield piece
    for one in piece.inside:
        yield from every_piece(one)


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (f"<p title='{GAP}'></p>", "is a fragment and stands in the attribute"),
        (f"<script src='x'>{GAP}</script>", "stands in a <script>"),
        (f"<!-- {GAP} -->", "a slot stands in a comment"),
        (f"<p {GAP}></p>", "part of the name"),
        (f"<a href='{HOLE}'>x</a>", "is a text and stands in the address"),
        (f"<p {HOLE}></p>", "part of the name"),
        (f"<{HOLE}></p>", "a piece does not stand for itself"),
    ],
)
def test_a_piece_or_a_name_in_the_wrong_place_is_seen(frame: str, fault: str) -> None:
    piece = Piece(frame, (Piece("x"),) * frame.count(GAP), ("x",) * frame.count(HOLE))
    values = {1: Value(Kind.HTML, Piece(f"<div>{GAP}</div>", (piece,)))}
    assert any(fault in found for found in wrong_in(Parts((sentinel(1),), values)))


@pytest.mark.trust(18, fault="a file that nobody refers to")
def test_a_file_that_nobody_refers_to_is_seen(sites: Path) -> None:
    files = {**files_of(sites / "snijders"), "oud.css": b""}
    assert audit(whole(files), files, "/") == ["oud.css: no page refers to it"]


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("<a href='{text}'>x</a>", "is a text and stands in the address"),
        ("<a href='x{url}'>x</a>", "is not alone in an address"),
        ("<p title='{url}'></p>", "is not alone in an address"),
        ("<p>{url}</p>", "is an address and stands in a text"),
        ("<p title='{html}'></p>", "is a fragment and stands in the attribute"),
        ("<script src='x'>{text}</script>", "stands in a <script>"),
        ("<style>{text}</style>", "stands in a <style>"),
        ("<!-- {text} -->", "a slot stands in a comment"),
        ("<p {text}></p>", "part of the name"),
        ("<p>{unknown}</p>", "slot 9 has no value"),
    ],
)
def test_a_slot_in_the_wrong_place_is_seen(page: str, fault: str) -> None:
    kinds = {"text": (1, Kind.TEXT), "url": (2, Kind.URL), "html": (3, Kind.HTML)}
    values = {number: Value(kind, "https://a.example/") for number, kind in kinds.values()}
    slots = {name: sentinel(number) for name, (number, _) in kinds.items()} | {"unknown": sentinel(9)}
    assert any(fault in found for found in wrong_in(Parts((page.format(**slots),), values)))
