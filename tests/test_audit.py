"""What may not be in a built site is seen: each fault here is planted."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import EXAMPLES, ROOT, TODAY
from terecht.audit import audit, audit_rendered
from terecht.flow.knowledge import Knowledge
from terecht.load import load
from terecht.merge import Templates, merge
from terecht.pipeline import Project, render_all
from terecht.render import not_found_text
from terecht.slots import Kind, Value, sentinel

PATHS = {"lagelanden": "/vertrouwenspersoon/", "snijders": "/", "vuurvlinder": "/safe/"}


def files_of(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_are_clean(example: str, sites: Path) -> None:
    assert audit(files_of(sites / example), PATHS[example]) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_slot_of_every_rendered_page_stands_where_its_kind_may(
    example: str, project: Project, content: Knowledge
) -> None:
    client, _ = load(ROOT / "organisations" / example, content, TODAY)
    assert client is not None
    site = merge(client, content, Templates(ROOT / "overrides"))
    texts = [page.text for page in site.pages]
    rendered = render_all(project, content, [*texts, not_found_text(site.shell)], jobs=2)
    for page in site.pages:
        assert audit_rendered(rendered[page.text].html, page.values) == []
        assert sentinel(0) in rendered[page.text].html
    assert audit_rendered(rendered[not_found_text(site.shell)].html, site.not_found) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("</body>", "<script>x()</script></body>", "an inline script"),
        ("<body>", '<body onload="x()">', "an inline handler 'onload'"),
        ("<body>", '<body style="color:red">', "an inline style"),
        ("</head>", "<style>p{}</style></head>", "a <style>"),
        ("</head>", '<base href="/x/"></head>', "a <base>"),
        ("</body>", '<iframe src="x"></iframe></body>', "a <iframe>"),
        (
            "</body>",
            '<img src="https://elders.example/x.png" alt=""></body>',
            "<img> loads from another host",
        ),
        ("</body>", '<img src="//elders.example/x.png" alt=""></body>', "<img> loads from another host"),
        ("</body>", '<a href="javascript:x()">x</a></body>', "an address that runs or holds something"),
        ("</body>", '<a href="ftp://elders.example/">x</a></body>', "an address with the scheme 'ftp'"),
        ("</body>", '<a href="weg/">x</a></body>', "'weg/' leads nowhere"),
        ("</body>", '<a href="wie/#weg">x</a></body>', "has an anchor that does not exist"),
        ("</body>", '<a href="/wie/">x</a></body>', "'/wie/' leaves the site"),
        ("</body>", '<a href="../anders/">x</a></body>', "'../anders/' leaves the site"),
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
    assert any(fault in found for found in audit(files, "/")), audit(files, "/")


def test_a_file_that_nobody_refers_to_is_seen(sites: Path) -> None:
    assert audit({**files_of(sites / "snijders"), "oud.css": b""}, "/") == ["oud.css: no page refers to it"]


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
    assert any(fault in found for found in audit_rendered(page.format(**slots), values))
