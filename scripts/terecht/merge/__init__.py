"""The second stage: facts and templates go in, pages of Markdown with slots come out, and what fills each slot.

After the merge every condition is decided. What is left of an organisation in a page's text is which of our sentences
stand there; its own words are kept beside it. Two organisations whose pages have the same text share one rendered page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from terecht import __version__
from terecht.addresses import HOME, page_address
from terecht.brand.palette import derive
from terecht.brand.stylesheet import favicon, stylesheet
from terecht.flow.knowledge import Knowledge
from terecht.flow.plan import plan_of
from terecht.flow.selectors import Raw
from terecht.flow.sheet import Sheet
from terecht.load import Client, own_name
from terecht.load.content import Content
from terecht.load.own_pages import OwnPage
from terecht.load.page_templates import PageTemplate
from terecht.merge.flow_form import FlowForm
from terecht.merge.fragments import PEOPLE, Fragments, picture_path
from terecht.merge.templates import Templates
from terecht.slots import FRAME, Kind, Ledger, Value
from terecht.templates.facts import see
from terecht.texts import OWN_PAGE, Frame, PageText, Passage, Shell, not_found_text


@dataclass(frozen=True)
class Page:
    """One page of one organisation: its place, its shared text, and what fills the slots, the frame's included."""

    language: str
    name: str
    title: str
    text: PageText
    values: Mapping[int, Value]

    def address(self, languages: tuple[str, ...]) -> str:
        """The address of the page within the site."""
        return page_address(languages, self.language, self.name)


@dataclass(frozen=True)
class Site:
    """One organisation's site before rendering. ``files`` are those that are finished already, by path."""

    id: str
    shell: Shell
    pages: tuple[Page, ...]
    not_found: Mapping[int, Value]
    files: Mapping[str, bytes]
    path: str
    indexable_at: str | None


def merge(client: Client, content: Knowledge, templates: Templates) -> Site:
    """The site of one organisation, its pages in the order of the menu, language by language."""
    organisation = client.organisation
    languages = organisation.languages
    shell = shell_of(languages, content)
    table = content.flow.table
    plan = plan_of(table, organisation)
    raw = Raw.of(table, plan)
    sheet = Sheet(raw)
    pages: list[Page] = []
    not_found: Mapping[int, Value] = {}
    for language in languages:
        cards = templates.cards(content, languages, language, raw)
        form = FlowForm(cards, plan, sheet, organisation, language, templates.sentences)
        fragments = Fragments(templates.fragments, client, content, language, form)
        own = own_pages(client, content, language)
        added = tuple(page for page in own if page.name not in content.pages)
        frame = _frame(client, fragments, added)
        replaced = {page.name: page for page in own if page.name in content.pages}
        for name in content.pages:
            if name in replaced:
                pages.append(_own_page(replaced[name], name, shell, language, fragments, frame))
            else:
                template = content.template(language, name)
                pages.append(_shared_page(template, client, language, fragments, frame, templates))
        for page in added:
            menu = {FRAME.index("own_menu"): Value(Kind.HTML, fragments.own_menu(added, page.name))}
            name = own_name(content, page.name)
            pages.append(_own_page(page, name, shell, language, fragments, {**frame, **menu}))
        if language == organisation.default_language:
            not_found = {
                **frame,
                **_tab(client, content, language, content.words[language]["not_found_title"]),
            }
    indexable_at = organisation.url if organisation.url and organisation.indexable == "yes" else None
    path = site_path(organisation.url or "/")
    return Site(client.id, shell, tuple(pages), MappingProxyType(not_found), _files(client, sheet), path, indexable_at)


def shell_of(languages: tuple[str, ...], content: Content) -> Shell:
    """The frame of every site in these languages, in this order."""
    titles = {
        (language, name): content.template(language, name).title for language in languages for name in content.pages
    }
    words = {language: dict(content.words[language]) for language in languages}
    return Shell(languages, content.pages, titles, words)


def common_texts(languages: tuple[str, ...], content: Content, templates: Templates) -> Iterator[PageText]:
    """What sites in these languages share whosever they are: the frames, and the passages that ask nothing."""
    for language in languages:
        for name in content.pages:
            template = content.template(language, name)
            yield PageText(_frame_of(template, languages, language), templates.page(template, language).plain)
        for fallback in (None, *(other for other in languages if other != language)):
            yield PageText(Frame(languages, language, OWN_PAGE, "", fallback), ())
    yield not_found_text(languages)


def _frame_of(template: PageTemplate, languages: tuple[str, ...], language: str) -> Frame:
    fallback = template.language if template.language != language else None
    return Frame(languages, language, template.name, template.title, fallback)


def own_pages(client: Client, content: Content, language: str) -> tuple[OwnPage, ...]:
    """The organisation's own pages for readers of a language.

    An added page that is not translated is there in another language; a page that replaces a shared one does so only in
    the languages in which it was written, since the shared page is there in the others.
    """
    order = (language, *client.organisation.languages)
    found = []
    for name in sorted({name for _, name in client.own_pages}):
        languages = (language,) if name in content.pages else order
        found += [client.own_pages[wanted, name] for wanted in languages if (wanted, name) in client.own_pages][:1]
    return tuple(found)


def _shared_page(
    template: PageTemplate,
    client: Client,
    language: str,
    fragments: Fragments,
    frame: Mapping[int, Value],
    templates: Templates,
) -> Page:
    ledger = Ledger()
    facts = {**see(client.organisation, language, ledger), **_blocks(fragments, ledger)}
    passages = templates.page(template, language).filled(facts, ledger)
    around = _frame_of(template, client.organisation.languages, language)
    tab = _tab(client, fragments.content, language, None if template.name == HOME else template.title)
    page_text = PageText(around, passages)
    return Page(language, template.name, template.title, page_text, MappingProxyType({**frame, **tab, **ledger.values}))


def _blocks(fragments: Fragments, ledger: Ledger) -> dict[str, Callable[..., str]]:
    """The fragments as functions of a template, each of which leaves a block with a slot."""

    def block(name: str) -> Callable[..., str]:
        def show(*arguments: str) -> str:
            value = fragments.value(name, *arguments)
            return fragment_block(ledger.slot(f"{name}({','.join(arguments)})", value))

        return show

    return {name: block(name) for name in fragments.content.fragments()}


def _own_page(
    page: OwnPage, name: str, shell: Shell, language: str, fragments: Fragments, frame: Mapping[int, Value]
) -> Page:
    ledger = Ledger()
    languages = fragments.client.organisation.languages
    links = {
        FRAME.index(f"language_{other}"): Value(Kind.LINK, page_address(languages, other, name)) for other in languages
    }
    heading = ledger.slot("title", Value(Kind.TEXT, page.title))
    body = ledger.slot("body", Value(Kind.HTML, fragments.own_page(page)))
    markdown = f"# {heading} {{: #own }}\n\n{fragment_block(body)}\n"
    shared = name in shell.pages
    title = shell.titles[language, name] if shared else ""
    fallback = page.language if page.language != language else None
    place = name if shared else OWN_PAGE
    text = PageText(Frame(languages, language, place, title, fallback), (Passage(language, place, markdown),))
    tab = _tab(fragments.client, fragments.content, language, page.title)
    return Page(language, name, page.title, text, MappingProxyType({**frame, **tab, **links, **ledger.values}))


def fragment_block(slot: str) -> str:
    """A fragment as a block of raw HTML in Markdown, which Python-Markdown leaves alone."""
    return f'<div class="t-fragment">{slot}</div>'


def _tab(client: Client, content: Content, language: str, title: str | None) -> dict[int, Value]:
    """The title of the tab: neutral where the site is discreet, as it shows in the history and on a shared screen."""
    organisation = client.organisation
    shown = content.words[language]["neutral_title"] if organisation.discreet == "yes" else title
    text = f"{shown} – {organisation.title}" if shown else organisation.title
    return {FRAME.index("tab"): Value(Kind.TEXT, text)}


def _frame(client: Client, fragments: Fragments, added: tuple[OwnPage, ...]) -> dict[int, Value]:
    organisation = client.organisation
    values = {
        "title": Value(Kind.TEXT, organisation.title),
        "robots": Value(Kind.TEXT, "index, follow" if organisation.indexable == "yes" else "noindex, noarchive"),
        "exit_url": Value(Kind.URL, str(organisation.exit_url)),
        "root": Value(Kind.PATH, site_path(organisation.url or "/")),
        "logo": Value(Kind.HTML, fragments.logo()),
        "own_menu": Value(Kind.HTML, fragments.own_menu(added)),
        "emergency": Value(Kind.HTML, fragments.emergency()),
        "footer": Value(Kind.HTML, fragments.footer(__version__)),
    }
    return {FRAME.index(name): value for name, value in values.items()}


def site_path(address: str) -> str:
    """The path at which a site lives, with slashes around, quoted.

    >>> site_path("https://intranet.example/hulp"), site_path("/")
    ('/hulp/', '/')
    """
    path = quote(urlsplit(address).path.strip("/"), safe="/%-._~!$&'()*+,;=:@")
    return f"/{path}/" if path else "/"


def _files(client: Client, sheet: Sheet) -> Mapping[str, bytes]:
    organisation = client.organisation
    palette = derive(organisation.brand.colour, organisation.brand.accent)
    files = {
        "assets/brand.css": stylesheet(palette).encode(),
        "assets/flow.css": sheet.stylesheet().encode(),
        "assets/favicon.svg": favicon(palette, neutral=organisation.discreet == "yes"),
    }
    files.update((path, data) for path, data in _pictures(client))
    return MappingProxyType(files)


def _pictures(client: Client) -> Iterator[tuple[str, bytes]]:
    if client.pictures.logo:
        yield picture_path("logo", client.pictures.logo), client.pictures.logo.data
    for contact, picture in client.pictures.photos.items():
        yield picture_path(contact, picture, PEOPLE), picture.data
