"""Fragments: the pieces of HTML that hold only one organisation's data, such as a contact card.

They are rendered from ``overrides/fragments/`` with autoescape and never enter MkDocs; the stamp puts them into the
shared page. A link inside starts with :data:`slots.ROOT`, since the same fragment may stand on pages of different
depth.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import segno
from babel import Locale
from markupsafe import Markup

from terecht.assets import names_of, own_assets
from terecht.load import Client, own_name
from terecht.load.content import Content
from terecht.load.dated import Helpline
from terecht.load.organisation import Contact
from terecht.load.own_pages import OwnPage
from terecht.load.pictures.raster import Picture
from terecht.load.values import Text, mail_link, phone_link
from terecht.merge.flow_form import FlowForm
from terecht.merge.flow_page import FlowPage
from terecht.merge.html import bare_address, breakable, dial_link, host, page_link, tidy
from terecht.slots import ROOT, Kind, Piece, Value

#: Lines that stay when an organisation hides the national ones: safety, and a way outside (DOMAIN P-18, FLOW 3).
ALWAYS_SHOWN = frozenset(
    {
        *("alarm_112", "zelfdoding_113", "politie", "centrum_seksueel_geweld", "veilig_thuis"),
        *("juridisch_loket", "luisterlijn"),
    }
)

#: The page of the flow.
FLOW = "waar-terecht"

#: The folder of the photos of contacts.
PEOPLE = "people/"


class Fragments:
    """Renders the fragments of one organisation in one language."""

    def __init__(
        self,
        environment: jinja2.Environment,
        client: Client,
        content: Content,
        language: str,
        form: FlowForm,
    ) -> None:
        self.client = client
        self.content = content
        self.language = language
        self.environment = environment
        self.form = form
        self.ours = form.cards.ours
        self._values: dict[tuple[str, ...], Value] = {}
        self._ways: dict[str, Markup] = {}

    def render(self, name: str, **facts: Any) -> str:
        """The fragment ``overrides/fragments/<name>.html`` with these facts and those that all fragments share."""
        template = self.environment.get_template(f"{name.replace('_', '-')}.html")
        html = template.render(
            organisation=self.client.organisation,
            words=self.content.words[self.language],
            language=self.language,
            here=self._text,
            page=self._page,
            picture=picture_path,
            people=PEOPLE,
            ways=self._ways_to,
            dial=dial_link,
            bare=bare_address,
            host=host,
            root=ROOT,
            spoken=self._spoken,
            **facts,
        )
        return tidy(html)

    def value(self, name: str, *arguments: str) -> Value:
        """A fragment that a page shows, made once for all pages."""
        if (name, *arguments) not in self._values:
            self._values[name, *arguments] = Value(Kind.HTML, getattr(self, name)(*arguments))
        return self._values[name, *arguments]

    def contact_cards(self, *roles: str) -> str:
        """Full cards of the contacts with one of these roles or groups, each once, in the order of the file."""
        return self.render("contact_cards", contacts=self._contacts(roles), photos=self.client.pictures.photos)

    def contact_list(self, *roles: str) -> str:
        """Short cards: a name and the ways to get in touch."""
        return self.render("contact_list", contacts=self._contacts(roles))

    def helpline_cards(self, *ids: str) -> str:
        """National contacts by id, in that order; those of a sector only where it is the organisation's."""
        return self.ours.helpline_cards(*(name for name in ids if self._shown(self.content.helplines.get(name))))

    def law_notes(self, *ids: str) -> str:
        """A fold with laws by id: what each says, where it stands, and when we looked."""
        return self.ours.law_notes(*ids)

    def flow_form(self) -> Piece:
        """The flow: its questions, and every advice that this organisation can give."""
        persons = {
            contact.id: Piece(self.render("flow_person", contact=contact, flow=self.form))
            for contact in self.client.organisation.contacts
        }
        return FlowPage(self.form, persons).piece()

    def own_phone(self) -> str:
        """A fold with a picture of the address of this site, to read on on one's own phone; none without a ``url``."""
        address = self.client.organisation.url
        if address is None:
            return ""
        here = f"{str(address).rstrip('/')}/{self._page(FLOW)[len(ROOT) + 1 :]}"
        return self.render("own_phone", address=here, code=picture_of(here))

    def emergency_panel(self) -> str:
        """112 and the organisation's own number, in large letters."""
        return self.render("emergency_panel")

    def documents_list(self) -> str:
        """The organisation's own rules, with their dates."""
        return self.render("documents_list", documents=self.client.organisation.documents)

    def emergency(self) -> str:
        """The line with 112 and a helpline that stands on every page."""
        return self.render("emergency", helplines=self.content.helplines)

    def footer(self, version: str) -> str:
        """What the site can not do, who last checked the facts, and the version of the product."""
        return self.render("footer", version=version)

    def logo(self) -> str:
        """The logo, or nothing."""
        return self.render("logo", logo=self.client.pictures.logo) if self.client.pictures.logo else ""

    def own_menu(self, pages: tuple[OwnPage, ...], current: str = "") -> str:
        """The menu entries of the organisation's additional pages; ``current`` names the one that is shown."""
        return self.render("own_menu", pages=pages, current=current) if pages else ""

    def own_page(self, page: OwnPage) -> str:
        """What an organisation wrote itself, marked as such. The page was made harmless when it was loaded."""
        return f"{page.html}\n{self.render('own_page')}"

    def _contacts(self, roles: tuple[str, ...]) -> tuple[Contact, ...]:
        organisation = self.client.organisation
        wanted = {contact.id for role in roles for contact in organisation.with_role(role)}
        return tuple(contact for contact in organisation.contacts if contact.id in wanted)

    def _ways_to(self, contact: Contact) -> Markup:
        """The ways to get in touch with a contact, made once for all that shows them."""
        if contact.id not in self._ways:
            ways: Any = self.environment.get_template("contact-ways.html").module
            words = self.content.words[self.language]
            self._ways[contact.id] = ways.ways(contact, words, self._text, phone_link, mail_link, breakable)
        return self._ways[contact.id]

    def _shown(self, line: Helpline | None) -> bool:
        organisation = self.client.organisation
        if line is None or (line.sector and not set(line.sector) & set(organisation.sector)):
            return False
        return organisation.policy.show_national_helplines == "yes" or line.id in ALWAYS_SHOWN

    def _text(self, text: Text) -> str:
        return text.in_language(self.language)

    def _spoken(self, languages: tuple[str, ...]) -> str:
        names = [Locale.parse(code, sep="-").get_display_name(self.language) or code for code in languages]
        return ", ".join(names)

    def _page(self, link: str) -> str:
        """The address of a link such as ``geheim`` or ``geheim#uitzonderingen``."""
        name, hash_, anchor = link.partition("#")
        place = f"{own_name(self.content, name)}{hash_}{anchor}"
        return page_link(self.client.organisation.languages, self.language, place)


def environment(overrides: Path) -> jinja2.Environment:
    """The Jinja environment of the fragments: everything is escaped, nothing may be undefined."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(overrides / "fragments"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["asset"] = names_of(own_assets(overrides)).__getitem__
    return made


def picture_path(name: str, picture: Picture, folder: str = "") -> str:
    """Where a picture lives within the site. Photos have a folder, so that none can be the logo.

    >>> picture_path("logo", Picture(b"", ".svg", 1, 1)), picture_path("bos", Picture(b"", ".jpg", 1, 1), "people/")
    ('assets/organisation/logo.svg', 'assets/organisation/people/bos.jpg')
    """
    return f"assets/organisation/{folder}{name}{picture.suffix}"


@lru_cache(maxsize=64)
def picture_of(address: str) -> Markup:
    """An address as a QR code (ISO 18004, a quarter of it may be lost): SVG, black on white also where it is dark."""
    code = segno.make(address, error="q").svg_inline(scale=4, border=4, dark="#000", light="#fff")
    return Markup(code)  # noqa: S704  drawn from an address
