"""A value is escaped for the place it lands in; a slot that nobody fills is an error."""

from __future__ import annotations

import html
import json

import pytest

from terecht.slots import ROOT, Kind, Value, sentinel
from terecht.stamp import Parts, UnfilledSlotError, fill, fill_index, to_json, visible_text

HOSTILE = ["<script>", '"onload="x', "'", "&amp;", "</title>", "{{ 7 }}", "]]>", "a\u2028b", "😀", "אבג"]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_stays_a_text(value: str) -> None:
    page = f'<p title="{sentinel(1)}">{sentinel(1)}</p>'
    made = fill(Parts((page,), {1: Value(Kind.TEXT, value)}), ".").decode()
    assert made == f'<p title="{html.escape(value)}">{html.escape(value)}</p>'
    assert "<script" not in made


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_survives_the_search_index(value: str) -> None:
    made = to_json({"text": fill_index(f"<p>{sentinel(1)}</p>", {1: Value(Kind.TEXT, value)})})
    assert html.unescape(json.loads(made)["text"]) == f"<p>{value}</p>"
    assert "<script" not in json.loads(made)["text"]


def test_a_fragment_is_searched_by_its_words() -> None:
    fragment = Value(
        Kind.HTML, '<ul><li><a href="tel:112">Bel 112</a></li><li>Jip &amp; Kim</li></ul><script>x</script>'
    )
    assert fill_index(sentinel(1), {1: fragment}) == "Bel 112 Jip &amp; Kim"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//elders", "vbscript:x", ""])
def test_an_address_is_of_the_web(address: str) -> None:
    with pytest.raises(UnfilledSlotError):
        fill(Parts((sentinel(1),), {1: Value(Kind.URL, address)}), ".")


def test_an_address_is_escaped() -> None:
    made = fill(Parts((f'<a href="{sentinel(1)}">',), {1: Value(Kind.URL, "https://a.example/?x=1&y='\"")}), ".")
    assert made == b'<a href="https://a.example/?x=1&amp;y=&#x27;&quot;">'


def test_links_within_the_site_count_from_the_page() -> None:
    values = {1: Value(Kind.HTML, f'<a href="{ROOT}/wie/">x</a>'), 2: Value(Kind.LINK, "en/extra/a/")}
    assert fill(Parts((sentinel(1),), values), "../..") == b'<a href="../../wie/">x</a>'
    assert fill(Parts((sentinel(2),), values), "..") == b"../en/extra/a/"


def test_a_slot_that_nobody_fills_is_an_error() -> None:
    with pytest.raises(UnfilledSlotError):
        fill(Parts((sentinel(1),), {2: Value(Kind.TEXT, "x")}), ".")
    with pytest.raises(UnfilledSlotError):
        fill_index(sentinel(1), {})


def test_a_page_without_slots_is_itself() -> None:
    assert fill(Parts(("<p>é</p>",), {}), ".") == "<p>é</p>".encode()


def test_visible_text_leaves_out_script_and_style() -> None:
    assert visible_text("<title>a</title><style>b</style> <p>c<br>d</p><script>e</script>") == "a c d"
