from __future__ import annotations

import random
import re
import time
import xml.etree.ElementTree as ET

import pytest
from playwright.sync_api import Browser, Route

from terecht.load.pictures import svg

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:h="http://www.w3.org/1999/xhtml" xmlns:odd="urn:odd" width="9" height="9">'
)
SVG = "{http://www.w3.org/2000/svg}"

ILLUSTRATOR = b"""<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 27.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg version="1.1" id="Laag_1" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
\t x="0px" y="0px" width="200px" height="100px" viewBox="0 0 200 100"
\t style="enable-background:new 0 0 200 100;" xml:space="preserve">
<style type="text/css">
\t.cls-1{fill:#00539f}
\t.cls-2, .cls-3 { stroke : #F39200 ; stroke-width:2px; }
\t.cls-3{fill:none;/* the ring; } */stroke:#000 !important}
\trect.cls-1{opacity:.5}
\t#knop{stroke:url(#SVGID_1_);}
</style>
<linearGradient id="SVGID_1_" gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="200" y2="0">
\t<stop  offset="0" style="stop-color:#FFFFFF"/>
\t<stop  offset="1" style="stop-color:#00539F;stop-opacity:0.4"/>
</linearGradient>
<g>
\t<path class="cls-1" d="M10,10h80v80H10V10z"/>
\t<rect class="cls-1" x="120" y="10" width="30" height="30"/>
\t<circle id="knop" class="cls-2 cls-3" fill="#ffffff" cx="140" cy="60" r="25"/>
\t<defs><path id="SVGID_2_" d="M0,0h10v10z"/></defs>
\t<use xlink:href="#SVGID_2_"  style="overflow:visible;"/>
\t<text transform="matrix(1 0 0 1 10 95)" class="cls-1">Terecht &amp; <tspan x="40" y="0">Co</tspan></text>
</g>
</svg>
"""
ILLUSTRATOR_CLEAN = """
<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="0 0 200 100"
 xml:space="preserve" x="0px" y="0px">
<linearGradient gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="200" y2="0">
<stop offset="0" stop-color="#FFFFFF"/><stop offset="1" stop-color="#00539F" stop-opacity="0.4"/>
</linearGradient>
<g>
<path fill="#00539f" d="M10,10h80v80H10V10z"/>
<rect fill="#00539f" opacity=".5" x="120" y="10" width="30" height="30"/>
<circle fill="none" stroke="#000" stroke-width="2px" cx="140" cy="60" r="25"/>
<defs><path id="SVGID_2_" d="M0,0h10v10z"/></defs>
<use href="#SVGID_2_" overflow="visible"/>
<text transform="matrix(1 0 0 1 10 95)" fill="#00539f">Terecht &amp; <tspan x="40" y="0">Co</tspan></text>
</g>
</svg>
"""

INKSCAPE = b"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape (http://www.inkscape.org/) -->

<svg
   width="50mm"
   height="25mm"
   viewBox="0 0 50 25"
   version="1.1"
   id="svg5"
   inkscape:version="1.2.2 (b0a8486541, 2022-12-01)"
   sodipodi:docname="C:\\Users\\j.devries\\logo.svg"
   xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
   xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"
   xmlns:xlink="http://www.w3.org/1999/xlink"
   xmlns="http://www.w3.org/2000/svg"
   xmlns:svg="http://www.w3.org/2000/svg"
   xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
   xmlns:dc="http://purl.org/dc/elements/1.1/">
  <sodipodi:namedview
     id="namedview7"
     pagecolor="#ffffff"
     inkscape:zoom="0.7"><inkscape:grid type="xygrid"/></sodipodi:namedview>
  <metadata id="m"><rdf:RDF><dc:creator>J. de Vries</dc:creator></rdf:RDF><?xpacket begin="x"?></metadata>
  <defs id="defs2">
    <linearGradient inkscape:collect="always" id="a"><stop
       style="stop-color:#00539f;stop-opacity:1" offset="0" id="s"/></linearGradient>
    <linearGradient xlink:href="#a" id="b" x1="1" y1="2" x2="3" y2="4" gradientUnits="userSpaceOnUse"/>
    <svg:filter id="f"><feGaussianBlur stdDeviation="0.5"/></svg:filter>
  </defs>
  <g inkscape:label="Laag 1" inkscape:groupmode="layer" id="layer1" data-name="Laag 1">
    <path
       style="color:#000000;fill:url(#b);stroke:#000000;stroke-width:0.26;-inkscape-stroke:none;marker:none;
 mix-blend-mode:normal;isolation:auto;filter:url(#f)"
       d="M 1,1 H 20 V 20 Z" sodipodi:nodetypes="cccc" id="p"/>
  </g>
</svg>
"""
INKSCAPE_CLEAN = """
<svg xmlns="http://www.w3.org/2000/svg" width="188.976" height="94.488" viewBox="0 0 50 25">
<defs>
<linearGradient id="a"><stop stop-color="#00539f" stop-opacity="1" offset="0"/></linearGradient>
<linearGradient href="#a" id="b" x1="1" y1="2" x2="3" y2="4" gradientUnits="userSpaceOnUse"/>
<filter id="f"><feGaussianBlur stdDeviation="0.5"/></filter>
</defs>
<g><path color="#000000" fill="url(#b)" stroke="#000000" stroke-width="0.26" filter="url(#f)"
 d="M 1,1 H 20 V 20 Z"/></g>
</svg>
"""

# Each stands on line 2 at column 3 of a drawing; each is another kind of attack.
INSIDE = {
    "script": "<script>alert(1)</script>",
    "script from a data address": '<script xlink:href="data:text/javascript,alert(1)"/>',
    "script in capitals": "<SCRIPT>alert(1)</SCRIPT>",
    "script with another prefix": '<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>',
    "script of HTML": "<h:script>alert(1)</h:script>",
    "HTML": "<foreignObject><h:body><h:b>x</h:b></h:body></foreignObject>",
    "HTML that loads": '<h:img src="https://evil.example/x.png"/>',
    "iframe": '<iframe src="https://evil.example/"/>',
    "embed": '<embed src="https://evil.example/"/>',
    "handler of SVG Tiny": '<handler type="application/ecmascript">alert(1)</handler>',
    "event": '<rect onclick="alert(1)"/>',
    "event in capitals": '<rect ONLOAD="alert(1)"/>',
    "event of an animation": '<g onbegin="alert(1)"/>',
    "animation of a link": '<animate attributeName="href" values="javascript:alert(1)"/>',
    "setting an event": '<set attributeName="onmouseover" to="alert(1)"/>',
    "motion": '<animateMotion path="M0 0"/>',
    "link": '<a xlink:href="javascript:alert(1)"><rect/></a>',
    "image from elsewhere": '<image href="https://evil.example/pixel.png"/>',
    "image inside": '<image xlink:href="data:image/svg+xml;base64,PHN2Zy8+"/>',
    "image in a filter": '<feImage href="https://evil.example/x.svg"/>',
    "video": '<video src="https://evil.example/x.mp4"/>',
    "text from elsewhere": '<tref xlink:href="https://evil.example/x.svg#t"/>',
    "use of another file": '<use xlink:href="https://evil.example/x.svg#a"/>',
    "use of a file beside": '<use href="other.svg#a"/>',
    "use of a data address": '<use href="data:image/svg+xml,x#a"/>',
    "use with a scheme in references": '<use href="&#106;ava&#10;script:alert(1)"/>',
    "use with its own prefix": '<use xmlns:y="http://www.w3.org/1999/xlink" y:href="//evil.example#a"/>',
    "use without a fragment": '<use href="#"/>',
    "gradient from elsewhere": '<linearGradient xlink:href="https://evil.example/g.svg#a"/>',
    "path of a text elsewhere": '<text><textPath href="x.svg#p">a</textPath></text>',
    "fill from elsewhere": '<rect fill="url(https://evil.example/x.svg#a)"/>',
    "fill with spaces, quotes, capitals": "<rect fill=\"URL ( ' https://evil.example/x#a ' )\"/>",
    "fill with a CSS escape": '<rect fill="u\\72l(https://evil.example/x#a)"/>',
    "fill with only an escape": '<rect fill="\\72 ed"/>',
    "fill that does not end": '<rect fill="url(#a"/>',
    "fill after a fallback": '<rect fill="url(#a) url(x.svg#b)"/>',
    "fill whose quotes do not match": '<rect fill="url(\'#a)"/>',
    "mask from a data address": '<rect mask="url(data:image/svg+xml,x#m)"/>',
    "clip from a file beside": '<rect clip-path="url(x.svg#c)"/>',
    "filter from elsewhere": '<rect filter="url(//evil.example/f.svg#f)"/>',
    "image-set": '<rect fill="image-set(&quot;x.png&quot; 1x)"/>',
    "a function that reads": '<rect fill="var(--x, src(x))"/>',
    "style that loads": '<rect style="background:url(https://evil.example/x)"/>',
    "style that loads a pointer": '<rect style="cursor:url(x.cur),auto"/>',
    "style after a comment": '<rect style="fill:/**/url(/**/x.svg#a)"/>',
    "style with an escape": '<rect style="fill:\\75rl(x)"/>',
    "style that computes": '<rect style="width:expression(alert(1))"/>',
    "style that imports": "<rect style=\"@import 'x.css'\"/>",
    "style with a binding": '<rect style="-moz-binding:url(x.xml#a)"/>',
    "sheet that imports": "<style>@import 'https://evil.example/x.css';</style>",
    "sheet that imports by references": "<style>&#64;import url(x.css);</style>",
    "sheet that imports by an escape": "<style>@\\69mport url(x.css);</style>",
    "sheet with a font": "<style>@font-face{font-family:a;src:url(https://evil.example/f)}</style>",
    "sheet in CDATA": "<style><![CDATA[.a{fill:url(https://evil.example/x)}]]></style>",
    "sheet whose comment hides": '<style>.a{font-family:"/*";fill:url(x.svg#a);x:"*/"}</style>',
    "sheet with a script": "<style>.a{behavior:javascript:alert(1)}</style>",
    "sheet with a media rule": "<style>@media print{.a{fill:red}}</style>",
    "instruction": '<?xml-stylesheet href="https://evil.example/x.css"?>',
    "in what is dropped": "<metadata><g><script>alert(1)</script></g></metadata>",
    "in an unknown element": "<odd:x><script>alert(1)</script></odd:x>",
}
INSIDE_PLACE = {
    "in what is dropped": (2, 16),
    "in an unknown element": (2, 10),
    "path of a text elsewhere": (2, 9),
}

# Whole files, with the place of the finding.
WHOLE = {
    "instruction before": (f'<?xml-stylesheet href="x.css"?>\n{HEAD}</svg>', (1, 1)),
    "internal subset": (f'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "alert(1)">]>{HEAD}</svg>', (1, 15)),
    "entity": (
        f'<?xml version="1.0"?>\n<!DOCTYPE svg [\n <!ENTITY a "b">]>{HEAD}<text>&a;</text></svg>',
        (3, 2),
    ),
    "entity of a file": (
        f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>{HEAD}<text>&a;</text></svg>',
        (1, 16),
    ),
    "parameter entity": (
        f'<!DOCTYPE svg [<!ENTITY % a SYSTEM "http://evil.example/">%a;]>{HEAD}</svg>',
        (1, 16),
    ),
    "entity in UTF-16": (f'<!DOCTYPE svg [<!ENTITY a "b">]>{HEAD}</svg>', (1, 16)),
    "script in UTF-16": (f"{HEAD}\n\n <script/></svg>", (3, 2)),
    "use of itself": (f'{HEAD}\n<g id="a"><use href="#a"/></g></svg>', (2, 1)),
    "use of itself by an escape": (f'{HEAD}\n<g id="a"><use href="#%61"/></g></svg>', (2, 1)),
    "pattern of itself": (f'{HEAD}\n<pattern id="p"><path style="fill:url(#p)"/></pattern></svg>', (2, 1)),
    "use in a long row": (
        HEAD + "".join(f'<use id="a{i}" href="#a{i - 1}"/>' for i in range(300)) + "</svg>",
        None,
    ),
    "use in a long row, the other way": (
        HEAD + "".join(f'<use id="a{i}" href="#a{i + 1}"/>' for i in range(9000)) + "</svg>",
        None,
    ),
    "use that multiplies": (
        HEAD + "".join(f'<g id="a{i}">' + f'<use href="#a{i - 1}"/>' * 10 + "</g>" for i in range(9)) + "</svg>",
        None,
    ),
}

MANY = [f"{side}-{what}" for side in ("stroke", "fill", "stop", "flood") for what in ("opacity", "color", "width")]
MANY += [
    "font-size",
    "font-style",
    "font-weight",
    "mask",
    "filter",
    "clip-path",
    "clip-rule",
    "fill-rule",
    "stroke",
]
MANY += ["fill", "color", "display", "opacity", "overflow"]
# Not dangerous, but not usable either.
UNUSABLE = {
    "not well-formed": (f"{HEAD}\n <g></svg>", "T055", (2, 7)),
    "cut off": (f"{HEAD}\n <g>", "T055", (2, 5)),
    "empty": ("", "T055", (1, 1)),
    "a web page": ("<!DOCTYPE html><html><body/></html>", "T055", (1, 16)),
    "no namespace": ('<svg width="9" height="9"/>', "T055", (1, 1)),
    "another root of SVG": ('<g xmlns="http://www.w3.org/2000/svg"/>', "T055", (1, 1)),
    "a namespace that ends like ours": ('<x:svg xmlns:x="a http://www.w3.org/2000/svg"/>', "T055", None),
    "an unknown part": (f"{HEAD}\n<switch/></svg>", "T055", (2, 1)),
    "an entity of HTML": (f'<!DOCTYPE svg SYSTEM "x.dtd">{HEAD}\n<text>&nbsp;</text></svg>', "T055", (2, 7)),
    "another encoding": (f'<?xml version="1.0" encoding="utf-7"?>{HEAD}</svg>', "T055", (1, 1)),
    "a codec that is none": (f'<?xml version="1.0" encoding="base64"?>{HEAD}</svg>', "T055", (1, 1)),
    "a selector with two steps": (f"{HEAD}\n<style>g .a{{fill:red}}</style></svg>", "T055", (2, 1)),
    "a selector of a state": (f"{HEAD}\n<style>.a:hover{{fill:red}}</style></svg>", "T055", (2, 1)),
    "a style that does not end": (f"{HEAD}\n<style>.a{{fill:red</style></svg>", "T055", (2, 1)),
    "a blend mode": (f'{HEAD}\n<g style="mix-blend-mode:multiply"/></svg>', "T055", (2, 1)),
    "a slot": (f"{HEAD}\n<text>&#xE000;1&#xE001;</text></svg>", "T055", (2, 1)),
    "a slot in an attribute": (f'{HEAD}\n<g id="\ue000"/></svg>', "T055", (2, 1)),
    "no size": ('<svg xmlns="http://www.w3.org/2000/svg" width="100%"/>', "T055", (1, 1)),
    "no width": ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 9"/>', "T055", (1, 1)),
    "too wide": ('<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="9"/>', "T055", (1, 1)),
    "too deep": (f"{HEAD}\n{'<g>' * 64}{'</g>' * 64}</svg>", "T054", (2, 1 + 63 * 3)),
    "too many": (f"{HEAD}\n{'<g/>' * 20_000}</svg>", "T054", (2, 1 + 19_999 * 4)),
    "too large": (f"{HEAD}<!--{' ' * 512 * 1024}--></svg>", "T054", (1, 1)),
    "too many styles": (
        f"{HEAD}\n<style>{'.a,' * 60_000}.a{{{';'.join(f'{name}:1' for name in MANY)}}}</style></svg>",
        "T054",
        (2, 1),
    ),
}

# Each alone is no reason to stop, and leaves nothing behind.
NOISE = {
    "comment": "<!-- <script>alert(1)</script> -->",
    "metadata": "<metadata><odd:author>Jan</odd:author>secret</metadata>",
    "unknown element": "<odd:script>alert(1)</odd:script>",
    "element without a namespace": '<x xmlns=""><script>alert(1)</script></x>',
    "SVG in an unknown element": '<odd:x><path d="M0 0"/><switch/></odd:x>',
    "instruction in metadata": "<metadata><?xpacket begin=''?></metadata>",
    "flowed text of Inkscape": "<flowRoot><flowRegion><rect/></flowRegion></flowRoot>",
    "text outside a text": "secret",
    "empty sheet": "<style/>",
}


def clean(text: str, encoding: str = "utf-8") -> tuple[str | None, list[tuple[str, int, int]]]:
    data, findings = svg.clean(text.encode(encoding), "logo.svg")
    assert all(finding.path == "logo.svg" and finding.message and finding.help for finding in findings)
    assert all(re.fullmatch(r"[^.\n]([^\n]*[^.\n])?", finding.message) for finding in findings)
    return (None if data is None else data.decode()), [(found.code, found.line, found.column) for found in findings]


def tree(text: str) -> object:
    def shape(element: ET.Element) -> object:
        texts = (
            (element.text, *(child.tail for child in element)) if element.tag in {SVG + "text", SVG + "tspan"} else ()
        )
        return element.tag, sorted(element.attrib.items()), texts, [shape(child) for child in element]

    return shape(ET.fromstring(text.strip()))  # noqa: S314  our own output


def assert_only_draws(data: bytes) -> None:
    """Said again, in other words than the code's."""
    root = ET.fromstring(data)  # noqa: S314  our own output
    assert b"<!" not in data
    assert b"<?" not in data
    for element in root.iter():
        namespace, _, name = element.tag[1:].partition("}")
        assert namespace == "http://www.w3.org/2000/svg"
        assert name.lower() not in {
            "script",
            "style",
            "image",
            "a",
            "set",
            "foreignobject",
            "feimage",
            "animate",
            "iframe",
        }
        for attribute, value in element.attrib.items():
            assert not attribute.lower().startswith(("on", "style", "class", "src"))
            assert attribute.partition("}")[0] in {attribute, "{http://www.w3.org/XML/1998/namespace"}
            assert attribute != "href" or value.startswith("#")
            if attribute not in {"id", "href"}:
                assert "\\" not in value
                assert not re.search(r"url\s*\((?!\s*['\"]?#)|script:|data:|import", value, re.IGNORECASE)


@pytest.mark.parametrize("attack", INSIDE.values(), ids=INSIDE)
def test_what_can_do_more_than_draw_is_found(attack: str) -> None:
    data, findings = clean(f"{HEAD}\n  {attack}\n</svg>")
    place = next((place for name, place in INSIDE_PLACE.items() if INSIDE[name] == attack), (2, 3))
    assert data is None
    assert ("T053", *place) in findings
    assert {code for code, _, _ in findings} == {"T053"}


def test_the_attacks_differ() -> None:
    assert len(set(INSIDE.values())) + len(WHOLE) >= 60


@pytest.mark.parametrize(("name", "file", "place"), [(name, *case) for name, case in WHOLE.items()], ids=WHOLE)
def test_a_file_that_can_do_more_than_draw_is_found(name: str, file: str, place: tuple[int, int] | None) -> None:
    data, findings = clean(file, "utf-16" if "UTF-16" in name else "utf-8")
    assert data is None
    assert [code for code, _, _ in findings] == ["T053"]
    assert place in {None, findings[0][1:]}


@pytest.mark.parametrize(("file", "code", "place"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_file_that_can_not_be_used_says_so(file: str, code: str, place: tuple[int, int] | None) -> None:
    data, findings = clean(file)
    assert data is None
    assert [found for found, _, _ in findings] == [code]
    assert place in {None, findings[0][1:]}


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE)
def test_an_editors_notes_go_without_a_word(noise: str) -> None:
    data, findings = clean(f"{HEAD}<g>{noise}</g></svg>")
    assert findings == []
    assert data == ('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9"><g/></svg>\n')


def test_unknown_attributes_go_without_a_word() -> None:
    body = '<rect x="1" data-a="b" aria-label="c" odd:onclick="d" xlink:title="e" xml:base="https://evil.example/"/>'
    data, findings = clean(f"{HEAD}{body}</svg>")
    assert findings == []
    assert data is not None
    assert data.endswith('viewBox="0 0 9 9"><rect x="1"/></svg>\n')


@pytest.mark.parametrize(
    ("source", "expected"),
    [(ILLUSTRATOR, ILLUSTRATOR_CLEAN), (INKSCAPE, INKSCAPE_CLEAN)],
    ids=["Illustrator", "Inkscape"],
)
def test_the_drawings_of_editors_keep_their_look(source: bytes, expected: str) -> None:
    data, findings = svg.clean(source, "logo.svg")
    assert findings == []
    assert data is not None
    assert tree(data.decode()) == tree(expected)
    assert_only_draws(data)
    assert b"Vries" not in data
    assert svg.clean(source, "logo.svg") == (data, [])
    assert svg.clean(data, "logo.svg") == (data, [])


@pytest.mark.browser
@pytest.mark.parametrize("source", [ILLUSTRATOR, INKSCAPE], ids=["Illustrator", "Inkscape"])
def test_a_browser_shows_the_same_under_our_header(source: bytes, browser: Browser) -> None:
    data, _ = svg.clean(source, "logo.svg")
    assert data is not None
    files = {"/before.svg": source, "/after.svg": data}
    header = {"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'"}

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix("http://site.example")
        if name in files:
            route.fulfill(body=files[name], content_type="image/svg+xml", headers=header)
        else:
            route.fulfill(body='<body style="margin:0"><img src="before.svg">', content_type="text/html")

    page = browser.new_page()
    page.route("**/*", answer)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    shots = []
    # Chromium obeys the header in a file that is opened by itself; Firefox in an image as well.
    for name in ("", "after.svg", "before.svg"):
        page.goto(f"http://site.example/{name}")
        shots.append(page.screenshot())
        assert (complaints == []) == (name != "before.svg")
    page.close()
    image, after, before = shots
    assert after == image
    assert before != image
    assert any("style-src" in complaint for complaint in complaints)


@pytest.mark.parametrize(
    ("attributes", "expected", "size"),
    [
        ('width="200" height="100"', 'width="200" height="100" viewBox="0 0 200 100"', (200, 100)),
        ('viewBox="0 0 20 10"', 'width="20" height="10" viewBox="0 0 20 10"', (20, 10)),
        ('viewBox="-5,-5 20, 10" width="40"', 'width="40" height="20" viewBox="-5 -5 20 10"', (40, 20)),
        ('viewBox="0 0 20 10" height="40px"', 'width="80" height="40" viewBox="0 0 20 10"', (80, 40)),
        (
            'viewBox="0 0 20 10" width="100%" height="2em"',
            'width="20" height="10" viewBox="0 0 20 10"',
            (20, 10),
        ),
        (
            'viewBox="0 0 2 1" width="1in" height="2.54cm"',
            'width="96" height="96" viewBox="0 0 2 1"',
            (96, 96),
        ),
        ('viewBox="none" width="9.5" height="3"', 'width="9.5" height="3" viewBox="0 0 9.5 3"', (10, 3)),
    ],
)
def test_the_size_is_complete(attributes: str, expected: str, size: tuple[int, int]) -> None:
    data, findings = svg.clean(f'<svg {attributes} xmlns="http://www.w3.org/2000/svg"/>'.encode(), "logo.svg")
    assert findings == []
    assert data == f'<svg xmlns="http://www.w3.org/2000/svg" {expected}/>\n'.encode()
    assert svg.size(data) == size


@pytest.mark.parametrize(
    ("styles", "body", "expected"),
    [
        (".a{fill:red}.b{fill:blue}", '<g class="b a"/>', '<g fill="blue"/>'),
        ("#c{fill:red}.b{fill:blue}", '<g id="c" class="b"/>', '<g fill="red"/>'),
        ("g.a{fill:red}.a{fill:blue}", '<g class="a"/>', '<g fill="red"/>'),
        ("*{fill:red}g{fill:blue}", "<g/>", '<g fill="blue"/>'),
        (".a{fill:red!important}.a{fill:blue}", '<g class="a" style="fill:green"/>', '<g fill="red"/>'),
        (".a{fill:red}", '<g class="a" fill="blue" style="FILL : green"/>', '<g fill="green"/>'),
        ("", '<g style="/* a; b:c */fill:/**/red; /* : */ stroke:blue"/>', '<g fill="red" stroke="blue"/>'),
        ("g{fill:red}", '<g fill="blue"/>', '<g fill="red"/>'),
        ("<!-- .a{font-family:'A &amp; B'} -->", '<g class="a"/>', ""),
        (".a{font-family:'A &amp; B'}", '<g class="a"/>', "<g font-family=\"'A &amp; B'\"/>"),
        (".a{letter-spacing:-.02em;isolation:isolate}", '<g class="a"/>', '<g letter-spacing="-.02em"/>'),
    ],
)
def test_styles_become_attributes_as_css_would_have_it(styles: str, body: str, expected: str) -> None:
    data, findings = clean(f"{HEAD}{body}<style>{styles}</style></svg>")
    assert findings == []
    assert data is not None
    assert data.removesuffix("</svg>\n").partition(">")[2] == (expected or "<g/>")


def test_a_plain_link_wins_and_nothing_is_twice() -> None:
    for pair in ('href="#b" xlink:href="#a"', 'xlink:href="#a" href="#b"'):
        data, _ = clean(f"{HEAD}<use {pair}/></svg>")
        assert data is not None
        assert '<use href="#b"/>' in data


def test_text_comes_out_escaped() -> None:
    data, findings = clean(f'{HEAD}<text type="&quot;>&#10;&lt;script">&lt;script>&amp;lt; "é" \u20ac</text></svg>')
    assert findings == []
    assert data is not None
    assert '<text type="&quot;&gt;&#10;&lt;script">&lt;script&gt;&amp;lt; &quot;é&quot; €</text>' in data


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings_come_out_as_utf_8(encoding: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    data, findings = clean(f"{declaration}{HEAD}<text>één</text></svg>", encoding)
    assert findings == []
    assert data is not None
    assert "<text>één</text>" in data


def test_bytes_that_are_not_utf_8_have_a_place() -> None:
    data, findings = svg.clean(f"{HEAD}\n<text>één</text></svg>".encode("latin-1"), "logo.svg")
    assert data is None
    assert [(found.code, found.line, found.column) for found in findings] == [("T055", 2, 7)]


def test_everything_is_told_at_once_but_not_without_end() -> None:
    assert len(clean(f'{HEAD}<script/><g onload="a" onclick="b"/><a/></svg>')[1]) == 4
    assert len(clean(f"{HEAD}{'<script/>' * 99}</svg>")[1]) == 10


@pytest.mark.parametrize(
    "file",
    [
        f'{HEAD}<path d="{"a" * 500_000}"/></svg>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{"1" * 500_000}x" viewBox="0 0 9 9"/>',
        f"{HEAD}<style>{'/*' * 250_000}</style></svg>",
        f'{HEAD}<path fill="{"url(#a" * 70_000}"/></svg>',
        f'{HEAD}<path fill="{("url" + " " * 700) * 700}"/></svg>',
        f"{HEAD}{'<g>' * 170_000}</svg>",
        "<!DOCTYPE svg [<!ENTITY a0 'x'>"
        + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 15))
        + f"]>{HEAD}<text>&a14;</text></svg>",
    ],
    ids=["a word", "digits", "comments", "addresses", "spaces", "depth", "entities"],
)
def test_no_file_takes_long(file: str) -> None:
    start = time.process_time()
    clean(file)
    assert time.process_time() - start < 2


@pytest.mark.parametrize("source", [ILLUSTRATOR, INKSCAPE], ids=["Illustrator", "Inkscape"])
def test_mutated_files_never_raise_and_never_do_more_than_draw(source: bytes) -> None:
    chance = random.Random(20_260_801)
    pieces = [attack.encode() for attack in INSIDE.values()] + [
        b"<",
        b">",
        b'"',
        b"&",
        b"]]>",
        b"\x00",
        b"\xff",
        b"url(",
    ]
    accepted = 0
    for _ in range(300):
        data = bytearray(source)
        for _ in range(chance.randint(1, 3)):
            position = chance.randrange(len(data))
            match chance.randrange(4):
                case 0:
                    data[position] = chance.randrange(256)
                case 1:
                    del data[position : position + chance.randint(1, 30)]
                case 2:
                    data[position:position] = chance.choice(pieces)
                case _:
                    start = chance.randrange(len(data))
                    data[position:position] = data[start : start + chance.randint(1, 60)]
        cleaned, findings = svg.clean(bytes(data), "logo.svg")
        assert (cleaned is None) == bool(findings)
        if cleaned is not None:
            accepted += 1
            assert_only_draws(cleaned)
            assert svg.clean(cleaned, "logo.svg") == (cleaned, [])
    assert accepted > 10


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (ILLUSTRATOR, True),
        (b"\xef\xbb\xbf \n<svg", True),
        ("<svg".encode("utf-16"), True),
        (b"\x89PNG", False),
        (b"", False),
    ],
)
def test_an_svg_is_known_by_its_content(data: bytes, expected: bool) -> None:  # noqa: FBT001
    assert svg.is_svg(data) is expected
