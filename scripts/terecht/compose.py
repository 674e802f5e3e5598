"""Stamping a whole site: rendered pages and values go in, the files of one site come out, by path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terecht.addresses import NOT_FOUND, file_path, search_index_path, way_to_root
from terecht.merge import PageText, Site
from terecht.render import RenderedPage, not_found_text
from terecht.stamp import cut, fill, fill_index, to_json

#: How Material's search worker reads an index: its defaults, and stems, so that a plural finds the singular.
_SEARCH = {
    "separator": r"[\s\-]+",
    "pipeline": ["stopWordFilter", "stemmer"],
    "fields": {"title": {"boost": 1000}, "text": {"boost": 1}, "tags": {"boost": 1000000}},
}


def compose(site: Site, rendered: Mapping[PageText, RenderedPage], assets: Mapping[str, bytes]) -> dict[str, bytes]:
    """All files of the site, by path. Raises :class:`stamp.UnfilledSlotError` for a slot without a value."""
    files = {**assets, **site.files}
    indexes: dict[str, list[dict[str, str]]] = {language: [] for language in site.shell.languages}
    for page in site.pages:
        address = page.address(site.shell.languages)
        made = rendered[page.text]
        files[file_path(address)] = fill(cut(made.html), page.values, way_to_root(address))
        for entry in made.search:
            location = f"{address}#{entry.anchor}" if entry.anchor else address
            indexes[page.language].append(
                {
                    "location": location,
                    "title": fill_index(entry.title, page.values),
                    "text": fill_index(entry.text, page.values),
                }
            )
    # A page for 'not found' answers at any depth, so even its fragments count from the path of the site.
    html = rendered[not_found_text(site.shell)].html
    files[f"{NOT_FOUND}.html"] = fill(cut(html), site.not_found, site.path.rstrip("/"))
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
