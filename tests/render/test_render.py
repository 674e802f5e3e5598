"""The traps of the engine stay repaired: what comes out is private, relative and in the right language."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import EXAMPLES, MINIMAL, ROOT, TODAY, asset_in, build_all, pages_of
from terecht.flow.knowledge import Knowledge
from terecht.load import load
from terecht.merge import merge, shell_of
from terecht.merge.templates import Templates
from terecht.project import Project
from terecht.render import Rendered, RenderError
from terecht.render.cache import Shelf
from terecht.render.mkdocs_engine import MkDocsEngine
from terecht.texts import Frame, PageText, Passage

Make = Callable[..., Project]


def test_only_the_render_stage_imports_mkdocs() -> None:
    for path in (ROOT / "scripts/terecht").rglob("*.py"):
        if path.parent.name != "render":
            assert not re.search(r"^\s*(from|import) (mkdocs|material)", path.read_text("utf-8"), re.MULTILINE), path


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_search_knows_only_the_readers_language(example: str, sites: Path) -> None:
    languages = {"lagelanden": ["nl", "en"], "snijders": ["nl"], "vuurvlinder": ["en", "nl"]}[example]
    for language in languages:
        index = json.loads((sites / example / f"search/{language}.json").read_bytes())
        assert index["config"]["lang"] == [language]
        assert len(index["docs"]) > 20
        for entry in index["docs"]:
            foreign = any(entry["location"].startswith(f"{other}/") for other in languages if other != language)
            home = language == languages[0] or entry["location"].startswith(f"{language}/")
            assert home
            assert not foreign
    assert len(list((sites / example / "search").iterdir())) == len(languages)


def test_only_the_stemmers_of_the_site_are_there(sites: Path) -> None:
    (worker,) = (sites / "snijders/assets/javascripts/workers").iterdir()
    assert worker == asset_in(sites / "snijders", "assets/javascripts/workers/search.nl.js")
    assert "stopWordFilter-nl" in worker.read_text("utf-8")
    assert not list((sites / "snijders/assets/javascripts").glob("lunr*"))


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_source_map_is_there_or_named(example: str, sites: Path) -> None:
    for path in (sites / example).rglob("*"):
        assert path.suffix != ".map"
        if path.suffix in {".css", ".js"}:
            assert b"sourceMappingURL" not in path.read_bytes()


def test_a_sitemap_is_there_only_for_who_wants_to_be_found(sites: Path) -> None:
    sitemap = (sites / "vuurvlinder/sitemap.xml").read_text("utf-8")
    assert "<loc>https://vuurvlinder.example/safe/nl/wie/</loc>" in sitemap
    assert "lastmod" not in sitemap
    for example in ("lagelanden", "snijders"):
        assert not list((sites / example).glob("sitemap*"))
        assert b'content="noindex, noarchive"' in (sites / example / "index.html").read_bytes()


@pytest.mark.parametrize(
    ("example", "language", "path"),
    [("lagelanden", "nl", "/vertrouwenspersoon/"), ("snijders", "nl", "/"), ("vuurvlinder", "en", "/safe/")],
)
def test_not_found_is_in_the_default_language_and_counts_from_the_path(
    example: str, language: str, path: str, sites: Path
) -> None:
    html = (sites / example / "404.html").read_text("utf-8")
    assert f'<html lang="{language}" dir="ltr">' in html
    local = [
        found for found in re.findall(r'(?:href|src)="([^"]*)"', html) if not re.match(r"https?:|tel:|mailto:|#", found)
    ]
    assert local
    assert all(found.startswith(path) for found in local)


@pytest.mark.parametrize("example", EXAMPLES)
def test_links_within_a_site_are_relative(example: str, sites: Path) -> None:
    for address in pages_of(sites / example):
        html = (sites / example / address / "index.html").read_text("utf-8")
        for found in re.findall(r'(?:href|src|data-[a-z]+)="([^"]*)"', html):
            assert not found.startswith("/"), (address, found)


def test_language_links_lead_to_the_same_page(sites: Path) -> None:
    for address in pages_of(sites / "lagelanden"):
        html = (sites / "lagelanden" / address / "index.html").read_text("utf-8")
        (link,) = re.findall(r'<a class="t-tool" href="([^"]+)" lang="(?:en|nl)"', html)
        other = address.removeprefix("en/") if address.startswith("en/") else f"en/{address}"
        target = (sites / "lagelanden" / address / link).resolve()
        assert target == (sites / "lagelanden" / other).resolve()


def test_a_page_that_is_not_translated_says_so(small: Make, tmp_path: Path) -> None:
    project = small(twee=MINIMAL.replace("[nl]", "[nl, en]"))
    (project.root / "docs/en/wie.md").unlink()
    build_all(project, tmp_path / "site")
    html = (tmp_path / "site/twee/en/wie/index.html").read_text("utf-8")
    assert '<html lang="en"' in html
    assert "This page has not been translated yet." in html
    assert '<article class="md-typeset" lang="nl">' in html


def test_a_text_more_costs_no_build_and_comes_out_as_from_one(project: Project, content: Knowledge) -> None:
    shell = shell_of(("nl",), content)
    frames = [Frame(("nl",), "nl", name, shell.titles["nl", name]) for name in ("wie", "wet")]
    passages = [Passage("nl", "wie", f"# Kop {{: #kop }}\n\nTekst {number}.\n") for number in (1, 2)]
    together = MkDocsEngine(project.root).open(shell, tuple(frames), tuple(passages))
    for frame, passage in zip(frames, passages, strict=True):
        alone = MkDocsEngine(project.root).open(shell, (frame,), (passage,))
        assert alone.page(PageText(frame, (passage,))) == together.page(PageText(frame, (passage,)))


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_page_of_passages_is_the_page(example: str, project: Project, content: Knowledge) -> None:
    """Rendered passage by passage a page has the same bytes as rendered whole, but for empty lines."""
    client, _ = load(ROOT / "organisations" / example, content, TODAY)
    assert client is not None
    site = merge(client, content, Templates(ROOT / "overrides"))
    pages = {page.text: Passage(page.language, page.text.frame.name, page.text.body) for page in site.pages}
    passages = [passage for text in pages for passage in text.passages]
    rendered = MkDocsEngine(project.root).open(
        site.shell, tuple(text.frame for text in pages), (*pages.values(), *passages)
    )
    for text, whole in pages.items():
        one, other = rendered.page(text), rendered.page(PageText(text.frame, (whole,)))
        assert without_empty_lines(one.html) == without_empty_lines(other.html)
        assert one.search == other.search
    assert len(passages) > 5 * len(pages)


def without_empty_lines(html: str) -> list[str]:
    return [line for line in html.splitlines() if line.strip()]


def test_a_link_to_nowhere_in_a_template_stops(project: Project, content: Knowledge) -> None:
    passage = Passage("nl", "wie", "# Kop {: #kop }\n\n[weg](weg.md)\n")
    with pytest.raises(RenderError, match=r"weg\.md"):
        MkDocsEngine(project.root).open(shell_of(("nl",), content), (), (passage,))


def test_the_shelf_gives_back_what_was_put_and_shrugs_at_damage(
    project: Project, content: Knowledge, tmp_path: Path
) -> None:
    client, _ = load(ROOT / "organisations/snijders", content, TODAY)
    assert client is not None
    site = merge(client, content, Templates(ROOT / "overrides"))
    texts = [page.text for page in site.pages]
    wanted = tuple(text.frame for text in texts), tuple(passage for text in texts for passage in text.passages)
    rendered = MkDocsEngine(project.root).open(site.shell, *wanted)
    shelf = Shelf(tmp_path / "shelf", "engine")
    shelf.put(site.shell, rendered)
    assert shelf.take(site.shell, *wanted) == rendered
    assert Shelf(tmp_path / "shelf", "another").take(site.shell, *wanted) == Rendered({}, {})
    for path in (tmp_path / "shelf").rglob("*.json"):
        path.write_text("{", "utf-8")
    assert shelf.take(site.shell, *wanted) == Rendered({}, {})


def test_the_shelf_holds_nothing_of_an_organisation(small: Make, tmp_path: Path) -> None:
    canary = "Kanarie van Zanten"
    project = small(
        vogel=MINIMAL.replace("Jip Bos", canary).replace("Voorbeeld", canary).replace("12345678", "87654321")
    )
    (project.organisations / "vogel/docs/nl").mkdir(parents=True)
    (project.organisations / "vogel/docs/nl/kanarie.md").write_text(f"# {canary}\n\n{canary}\n", "utf-8")
    build_all(project, tmp_path / "site")
    kept = list(project.shelf.rglob("*.json"))
    assert len(kept) > 5
    for path in kept:
        assert "anarie" not in path.read_text("utf-8")
        assert "87654321" not in path.read_text("utf-8")
