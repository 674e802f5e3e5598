"""What is read of a page is what a reader sees, with where its links lead."""

from __future__ import annotations

import pytest

from terecht.diff.visible import see

PAGE = '<html lang="en"><head><title>Tab</title></head><body>{}<main>{}</main></body></html>'


def text(html: str, path: str = "en/wie/index.html") -> tuple[str, ...]:
    return see(path, PAGE.format("", html)).parts.get("text", ())


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ('<a href="tel:0612345670">Bel <bdi>06 12345670</bdi></a>', ("Bel 06 12345670 (tel:0612345670)",)),
        ('<p>Mail <a href="mailto:a@b.example">a@<wbr>b</a>.</p>', ("Mail a@b (mailto:a@b.example).",)),
        ('<p><a href="https://a.example">https://a.example</a></p>', ("https://a.example",)),
        ('<p>Lees <a href="../klacht/#kop">dit</a>.</p>', ("Lees dit (page klacht#kop).",)),
        ('<p><a href="..">Start</a>, <a href="#onder">onder</a></p>', ("Start (page index), onder (#onder)",)),
        ('<a href="../../wie/" hreflang="nl">Nederlands</a>', ("Nederlands",)),
        ("<h2>Kop</h2><p>een\n  twee<br>drie</p>", ("## Kop", "een twee", "drie")),
        ("<dl><div><dt>Spreekt</dt><dd>Nederlands</dd></div></dl>", ("Spreekt: Nederlands",)),
        ("<table><tr><td>1</td><td>2</td></tr></table>", ("1 | 2",)),
        ('<p><img alt="Jip" src="x.jpg"> lacht</p>', ("[picture: Jip] lacht",)),
        ("<svg><text>code</text></svg><script>stil()</script><p>wel</p>", ("wel",)),
        ("<ul><li>een<li>twee</ul></ul></b>drie", ("een", "twee", "drie")),
        ("<p>ver\u00adlof&nbsp;nu \x1b[31m</p>", ("verlof nu \\x1b[31m",)),
    ],
)
def test_a_line_says_what_a_reader_sees(html: str, lines: tuple[str, ...]) -> None:
    assert text(html) == lines


def test_a_page_is_read_in_parts() -> None:
    around = (
        '<header>Logo<div class="t-emergency">Bel 112</div></header><nav id="menu"><a href="../wie/">Wie</a></nav>'
        "<footer>Voet</footer><dialog>Zoek</dialog>"
    )
    page = see("en/wie/index.html", PAGE.format(around, "<h1>Who</h1><header>a header inside is text</header>"))
    assert page.parts == {
        "tab": ("Tab",),
        "top": ("Logo",),
        "line for danger": ("Bel 112",),
        "menu": ("Wie (page wie)",),
        "foot": ("Voet",),
        "search window": ("Zoek",),
        "text": ("# Who", "a header inside is text"),
    }
    assert (page.language, page.name, page.title, page.address) == ("en", "wie", "Who", "en/wie/")


def test_a_page_keeps_its_name_whichever_language_stands_first() -> None:
    names = [see(path, PAGE.format("", "")).name for path in ("wie/index.html", "en/wie/index.html", "index.html")]
    assert names == ["wie", "wie", "index"]
    assert text('<a href="../klacht/">x</a>', "wie/index.html") == text('<a href="../klacht/">x</a>')
