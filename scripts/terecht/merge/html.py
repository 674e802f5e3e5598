"""What the templates of fragments are laid out with, and how they write numbers and addresses."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from terecht.addresses import page_address
from terecht.slots import ROOT

#: What the templates are laid out with. Other spaces are somebody's own.
SPACE = " \t\n"
_LAYOUT = re.compile(rf"[{SPACE}]*\n[{SPACE}]*")


def tidy(html: str) -> str:
    r"""What a template made, without the lines and spaces that it is laid out with.

    >>> tidy("\n<p>a</p>\n\n  <p>b</p>\n")
    '<p>a</p>\n<p>b</p>'
    """
    return _LAYOUT.sub("\n", html).strip(SPACE)


def page_link(languages: tuple[str, ...], language: str, link: str) -> str:
    """The address of a page and perhaps a heading of it, such as ``geheim#uitzonderingen``, from the root of the site.

    >>> page_link(("nl", "en"), "en", "wie#mediator") == f"{ROOT}/en/wie/#mediator"
    True
    """
    name, hash_, anchor = link.partition("#")
    return f"{ROOT}/{page_address(languages, language, name)}{hash_}{anchor}"


def dial_link(number: str) -> str:
    """The ``tel:`` address of a short, national or internal number: its digits.

    >>> dial_link("0900-8844")
    'tel:09008844'
    """
    return f"tel:{re.sub(r'[^0-9+*#]', '', number).replace('#', '%23')}"


def breakable(email: str) -> Markup:
    """An e-mail address that may go on on the next line, behind its @ or before a dot of its host.

    >>> breakable("j.bos@voorbeeld.example")
    Markup('j.bos@<wbr>voorbeeld<wbr>.example')
    """
    name, _, host_name = email.partition("@")
    return Markup("{}@<wbr>{}").format(name, escape(host_name).replace(".", Markup("<wbr>.")))


def bare_address(address: str) -> str:
    """A web address as one would say it.

    >>> bare_address("https://www.113.nl/")
    '113.nl'
    """
    return re.sub(r"^https?://(www\.)?", "", address).rstrip("/")


def host(address: str) -> str:
    """The host of a web address, to name a source by.

    >>> host("https://www.politie.nl/contact")
    'politie.nl'
    """
    return bare_address(address).partition("/")[0]
