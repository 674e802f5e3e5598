"""MkDocs 1.6 with Material 9 and static-i18n, made to render pages without writing a site.

One build a shell: each page of the menu stands there as a stub with its title, so that menus and links are whole, and
in ``on_env`` every text that was asked for is rendered in the place of its stub. The same bytes come out as from a
build with that text in the file; a text more costs one Markdown conversion and one template.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from jinja2 import Environment, TemplateError
from mkdocs.commands.build import build, get_context
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from terecht.addresses import NOT_FOUND, search_index_path
from terecht.load.values import LANGUAGES
from terecht.merge import OWN_PAGE, PageText, Shell, frame_slots
from terecht.render import RenderedPage, RenderError, SearchEntry
from terecht.render.configuration import front_matter, site_configuration
from terecht.slots import FRAME, sentinel

#: Stands for the path of the site in the links of the page for 'not found', until the slot takes its place.
_ROOT_MARK = "/terecht-root-path/"
_TAB = sentinel(FRAME.index("tab"))


def render(root: Path, shell: Shell, texts: tuple[PageText, ...]) -> dict[PageText, RenderedPage]:
    """See :func:`terecht.render.render`. Not thread-safe, since static-i18n is not: one process a build."""
    with tempfile.TemporaryDirectory(prefix="terecht-") as folder:
        work = Path(folder)
        _write_stubs(work / "docs", shell)
        configuration = site_configuration(root, shell)
        configuration |= {"docs_dir": str(work / "docs"), "site_dir": str(work / "site")}
        configuration["site_url"] = f"https://site.invalid{_ROOT_MARK}"
        configuration["extra"] |= {
            "frame": {language: frame_slots() for language in shell.languages},
            "search_index": {language: search_index_path(language) for language in shell.languages},
        }
        (work / "mkdocs.yml").write_text(yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False), "utf-8")
        # Material tells on every build when it ends; our decision on that is in the port.
        os.environ["NO_MKDOCS_2_WARNING"] = "1"
        with _complaints() as complaints:
            config = load_config(str(work / "mkdocs.yml"))
            collector = _Collector(texts)
            config.plugins["terecht"] = collector
            try:
                build(config)
            except TemplateError as error:
                complaints.append(f"the theme can not be rendered: {error}")
        if complaints:
            raise RenderError("\n".join(complaints))
        return collector.rendered


def _write_stubs(docs: Path, shell: Shell) -> None:
    stubs = {(language, name): title for (language, name), title in shell.titles.items() if language in shell.languages}
    stubs |= {(language, OWN_PAGE): OWN_PAGE for language in shell.languages}
    for (language, name), title in stubs.items():
        path = docs / language / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(front_matter(title=title), "utf-8")


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collects what mkdocs and its plugins warn about; a build of ours is silent."""
    complaints: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(record.getMessage())

    ear = Ear(logging.WARNING)
    logger = logging.getLogger("mkdocs")
    logger.addHandler(ear)
    propagate, logger.propagate = logger.propagate, False
    try:
        yield complaints
    finally:
        logger.removeHandler(ear)
        logger.propagate = propagate


class _Collector(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """Renders the texts inside a build of MkDocs, and keeps MkDocs from writing anything itself."""

    def __init__(self, texts: tuple[PageText, ...]) -> None:
        super().__init__()
        self.rendered: dict[PageText, RenderedPage] = {}
        self.wanted: dict[tuple[str, str], list[PageText]] = defaultdict(list)
        self.navigation: Navigation | None = None
        for text in texts:
            self.wanted[text.language, text.name].append(text)

    def on_nav(self, nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> Navigation:  # noqa: ARG002  MkDocs's
        """Keeps the menu, which templates need."""
        self.navigation = nav
        return nav

    def on_env(self, env: Environment, /, *, config: MkDocsConfig, files: Files) -> Environment:
        """Renders every text of this language, then takes all files out of the build."""
        language = _language(config)
        config.theme.static_templates = {"404.html"}
        for file in files.documentation_pages():
            # static-i18n gives its files the name that they share with their translations.
            name = file.norm_src_uri.removesuffix(".md")  # type: ignore[attr-defined]
            for text in self.wanted.get((language, name), ()):
                assert file.page is not None  # MkDocs has populated it  # noqa: S101
                self.rendered[text] = self._render(file.page, text, env, config, files)
        for file in files:
            file.inclusion = InclusionLevel.EXCLUDED
        return env

    def on_post_template(self, output: str, /, *, template_name: str, config: MkDocsConfig) -> str:
        """Keeps the page for 'not found' of the default language; MkDocs would keep that of the last."""
        language = _language(config)
        for text in self.wanted.get((language, NOT_FOUND), ()):
            if template_name == f"{NOT_FOUND}.html" and text not in self.rendered:
                html = output.replace(_ROOT_MARK, sentinel(FRAME.index("root")))
                self.rendered[text] = RenderedPage(html, ())
        return output

    def _render(self, page: Page, text: PageText, env: Environment, config: MkDocsConfig, files: Files) -> RenderedPage:
        """As MkDocs does for a page of its own (``_populate_page`` and ``_build_page``), with this text."""
        search = config.plugins["material/search"].search_index  # type: ignore[attr-defined]
        search.entries.clear()
        assert self.navigation is not None  # on_nav comes before on_env  # noqa: S101
        page.meta = {"title": text.title or _TAB, "tab": _TAB, "fallback": text.fallback}
        if text.name == OWN_PAGE:
            # It stands in for pages with other names, so only the stamp knows where their translations live.
            page.meta["languages"] = {language: sentinel(FRAME.index(f"language_{language}")) for language in LANGUAGES}
        page.markdown = config.plugins.on_page_markdown(text.body, page=page, config=config, files=files)
        page.render(config, files)
        page.content = config.plugins.on_page_content(page.content or "", page=page, config=config, files=files)
        page.active = True
        context = get_context(self.navigation, files, config, page)
        context = config.plugins.on_page_context(context, page=page, config=config, nav=self.navigation)
        html = config.plugins.on_post_page(env.get_template("main.html").render(context), page=page, config=config)
        page.active = False
        entries = tuple(
            SearchEntry(entry["location"].partition("#")[2], entry["title"], entry["text"]) for entry in search.entries
        )
        return RenderedPage(html, entries)


def _language(config: MkDocsConfig) -> str:
    """The language that static-i18n is building."""
    return str(config.plugins["i18n"].current_language)  # type: ignore[attr-defined]
