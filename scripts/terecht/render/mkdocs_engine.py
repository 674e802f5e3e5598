"""MkDocs 1.6 with Material 9 and static-i18n, made to render pages without writing a site.

One build a shell: each page of the menu stands there as a stub with its title, so that menus and links are whole. In
``on_env`` a frame is rendered as a page with a mark for its content; from then on a passage can be, as the content of a
page and nothing around it. Put together they are a page as from a build with all of its text in the file, but for some
ends of lines.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
from terecht.languages import LANGUAGES
from terecht.render import Rendered, RenderedFrame, RenderedPassage, RenderError, SearchEntry
from terecht.render.configuration import front_matter, site_configuration
from terecht.slots import CONTENT, FRAME, sentinel
from terecht.texts import OWN_PAGE, Frame, Passage, Shell, frame_slots

#: Stands for the path of the site in the links of the page for 'not found', until the slot takes its place.
_ROOT_MARK = "/terecht-root-path/"
_TAB = sentinel(FRAME.index("tab"))


class MkDocsEngine:
    """One build of MkDocs, and what it left in memory. Not thread-safe, since static-i18n is not: one a process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._collector: _Collector | None = None

    def open(self, shell: Shell, frames: tuple[Frame, ...], passages: tuple[Passage, ...]) -> Rendered:
        """Builds a shell, with these frames and passages. Raises :class:`RenderError` when the engine warns."""
        with tempfile.TemporaryDirectory(prefix="terecht-") as folder:
            work = Path(folder)
            _write_stubs(work / "docs", shell)
            configuration = site_configuration(self.root, shell)
            configuration |= {"docs_dir": str(work / "docs"), "site_dir": str(work / "site")}
            configuration["site_url"] = f"https://site.invalid{_ROOT_MARK}"
            configuration["extra"] |= {
                "frame": {language: frame_slots() for language in shell.languages},
                "search_index": {language: search_index_path(language) for language in shell.languages},
            }
            text = yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False)
            (work / "mkdocs.yml").write_text(text, "utf-8")
            # Material tells on every build when it ends; our decision on that is in the port.
            os.environ["NO_MKDOCS_2_WARNING"] = "1"
            self._collector = _Collector(frames)
            with _complaints() as complaints:
                config = load_config(str(work / "mkdocs.yml"))
                config.plugins["terecht"] = self._collector
                try:
                    build(config)
                except TemplateError as error:
                    complaints.append(f"the theme can not be rendered: {error}")
            _refuse(complaints)
        self._collector.build_is_over()
        return Rendered(self._collector.frames, self.render(passages).passages)

    def render(self, passages: tuple[Passage, ...]) -> Rendered:
        """Passages in the shell that was opened. Raises :class:`RenderError` when the engine warns."""
        if self._collector is None:
            raise RenderError("no shell is open")
        with _complaints() as complaints:
            made = {passage: self._collector.passage(passage) for passage in passages}
        _refuse(complaints)
        return Rendered({}, made)


def _refuse(complaints: list[str]) -> None:
    if complaints:
        raise RenderError("\n".join(complaints))


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


@dataclass(frozen=True)
class _Half:
    """What a build knows in one language, which is enough to render passages after it."""

    config: MkDocsConfig
    files: Files
    navigation: Navigation
    pages: Mapping[str, Page]


class _Collector(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """Renders frames inside a build of MkDocs, keeps it from writing anything, and keeps what it knew for passages."""

    def __init__(self, frames: tuple[Frame, ...]) -> None:
        super().__init__()
        self.frames: dict[Frame, RenderedFrame] = {}
        self.wanted: dict[tuple[str, str], list[Frame]] = defaultdict(list)
        self.halves: dict[str, _Half] = {}
        self.navigation: Navigation | None = None
        for frame in frames:
            self.wanted[frame.language, frame.name].append(frame)

    def on_nav(self, nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> Navigation:  # noqa: ARG002  MkDocs's
        """Keeps the menu, which templates need."""
        self.navigation = nav
        return nav

    def on_env(self, env: Environment, /, *, config: MkDocsConfig, files: Files) -> Environment:
        """Renders all that is wanted in this language, then takes all files out of the build."""
        language = _language(config)
        config.theme.static_templates = {"404.html"}
        assert self.navigation is not None  # on_nav comes before on_env  # noqa: S101
        pages = {}
        for file in files.documentation_pages():
            assert file.page is not None  # MkDocs has populated it  # noqa: S101
            # static-i18n gives its files the name that they share with their translations.
            name = file.norm_src_uri.removesuffix(".md")  # type: ignore[attr-defined]
            pages[name] = file.page
            for frame in self.wanted.get((language, name), ()):
                self.frames[frame] = self._frame(file.page, frame, env, config, files)
        self.halves[language] = _Half(config, files, self.navigation, pages)
        for file in files:
            file.inclusion = InclusionLevel.EXCLUDED
        return env

    def on_post_template(self, output: str, /, *, template_name: str, config: MkDocsConfig) -> str:
        """Keeps the page for 'not found' of the default language; MkDocs would keep that of the last."""
        language = _language(config)
        for frame in self.wanted.get((language, NOT_FOUND), ()):
            if template_name == f"{NOT_FOUND}.html" and frame not in self.frames:
                self.frames[frame] = RenderedFrame(output.replace(_ROOT_MARK, sentinel(FRAME.index("root"))), "")
        return output

    def build_is_over(self) -> None:
        """The files are part of the site again, so that links may lead to them."""
        for half in self.halves.values():
            for file in half.files:
                file.inclusion = InclusionLevel.UNDEFINED

    def _frame(self, page: Page, frame: Frame, env: Environment, config: MkDocsConfig, files: Files) -> RenderedFrame:
        """As MkDocs renders a page of its own (``_build_page``), with a mark for its content."""
        assert self.navigation is not None  # on_nav comes before on_env  # noqa: S101
        page.meta = {"title": frame.title or _TAB, "tab": _TAB, "fallback": frame.fallback}
        if frame.name == OWN_PAGE:
            # It stands in for pages with other names, so only the stamp knows where their translations live.
            page.meta["languages"] = {language: sentinel(FRAME.index(f"language_{language}")) for language in LANGUAGES}
        page.content = CONTENT
        page.active = True
        context = get_context(self.navigation, files, config, page)
        context = config.plugins.on_page_context(context, page=page, config=config, nav=self.navigation)
        html = config.plugins.on_post_page(env.get_template("main.html").render(context), page=page, config=config)
        page.active = False
        before, _, after = html.partition(CONTENT)
        return RenderedFrame(before, after)

    def passage(self, passage: Passage) -> RenderedPassage:
        """As MkDocs renders the content of a page of its own (``_populate_page``), with this text."""
        half = self.halves[passage.language]
        config, files, page = half.config, half.files, half.pages[passage.name]
        search = config.plugins["material/search"]
        search.search_index.entries.clear()  # type: ignore[attr-defined]
        page.markdown = config.plugins.on_page_markdown(passage.text, page=page, config=config, files=files)
        page.render(config, files)
        page.content = config.plugins.on_page_content(page.content or "", page=page, config=config, files=files)
        # The search reads the page alone; a context of all files would cost a tenth of the time.
        search.on_page_context({}, page=page, config=config, nav=half.navigation)  # type: ignore[typeddict-item]
        entries = tuple(
            SearchEntry(entry["location"].partition("#")[2], entry["title"], entry["text"])
            for entry in search.search_index.entries  # type: ignore[attr-defined]
        )
        # Material makes up a top for content without a title; the top of the page is in its first passage.
        return RenderedPassage(f"{page.content}\n", entries if passage.text.startswith("# ") else entries[1:])


def _language(config: MkDocsConfig) -> str:
    """The language that static-i18n is building."""
    return str(config.plugins["i18n"].current_language)  # type: ignore[attr-defined]
