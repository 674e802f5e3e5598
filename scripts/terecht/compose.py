"""Stamping a whole site: rendered pages and values go in, the files of one site come out, by path."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from terecht.addresses import NOT_FOUND, file_path, search_index_path, way_to_root
from terecht.hosting import server_files
from terecht.merge import Site
from terecht.render import RenderedPage
from terecht.stamp import Parts, escaped, fill, fill_index, to_json
from terecht.texts import PageText, not_found_text

#: How Material's search worker reads an index: its defaults, and stems, so that a plural finds the singular.
_SEARCH = {
    "separator": r"[\s\-]+",
    "pipeline": ["stopWordFilter", "stemmer"],
    "fields": {"title": {"boost": 1000}, "text": {"boost": 1}, "tags": {"boost": 1000000}},
}


#: The file of the page that answers for all that are not there.
_NOT_FOUND_FILE = f"{NOT_FOUND}.html"


def parts_of(site: Site, rendered: Mapping[PageText, RenderedPage]) -> dict[str, Parts]:
    """Every page of the site before it is stamped, by the path of its file."""
    languages = site.shell.languages
    parts = {file_path(page.address(languages)): Parts(rendered[page.text].pieces, page.values) for page in site.pages}
    return {**parts, _NOT_FOUND_FILE: Parts(rendered[not_found_text(site.shell.languages)].pieces, site.not_found)}


def compose(site: Site, rendered: Mapping[PageText, RenderedPage]) -> dict[str, bytes]:
    """All files of the site by path, but for those that it shares with others.

    Raises :class:`stamp.UnfilledSlotError` for a slot without a value.
    """
    files = {**site.files, **server_files(site.path, indexable=site.indexable_at is not None)}
    # Much of what stands in the frame of a page is the same on each.
    written = cache(escaped)
    for path, parts in parts_of(site, rendered).items():
        # A page for 'not found' answers at any depth, so even its fragments count from the path of the site.
        not_found = path == _NOT_FOUND_FILE
        to_root = site.path.rstrip("/") if not_found else way_to_root(path.removesuffix("index.html"))
        files[path] = fill(parts, to_root, written)
    indexes: dict[str, list[dict[str, str]]] = {language: [] for language in site.shell.languages}
    for page in site.pages:
        address = page.address(site.shell.languages)
        for entry in rendered[page.text].search:
            location = f"{address}#{entry.anchor}" if entry.anchor else address
            indexes[page.language].append(
                {
                    "location": location,
                    "title": fill_index(entry.title, page.values),
                    "text": fill_index(entry.text, page.values),
                }
            )
    for language, docs in indexes.items():
        index: dict[str, Any] = {"config": {"lang": [language], **_SEARCH}, "docs": docs}
        files[search_index_path(language)] = to_json(index)
    if site.indexable_at:
        files["sitemap.xml"] = _sitemap(site, site.indexable_at)
    return dict(sorted(files.items()))


def _sitemap(site: Site, url: str) -> bytes:
    """The addresses for search engines, for an organisation that wants to be found (sitemaps.org, without dates)."""
    base = url.rstrip("/") + "/"
    lines = [f"  <url><loc>{base}{page.address(site.shell.languages)}</loc></url>" for page in site.pages]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return (head + "\n".join(lines).replace("&", "&amp;") + "\n</urlset>\n").encode()
