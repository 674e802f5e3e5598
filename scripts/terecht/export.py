"""The way out: one organisation as a plain MkDocs project that says the same without terecht.

Its pages are the shared Markdown with this organisation's values as character entities, so that a value is text there
too; what only the organisation has (a contact card, the footer) stands in them as HTML. Stock ``mkdocs build`` with the
same public plugins turns it into a site with the same visible text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from terecht.addresses import way_to_root
from terecht.assets import named
from terecht.findings import Unusable
from terecht.flow.knowledge import Knowledge
from terecht.load import Client
from terecht.merge import Page, Site, merge
from terecht.merge.templates import Templates
from terecht.project import Project
from terecht.render import assets
from terecht.render.configuration import front_matter, site_configuration
from terecht.slots import FRAME, ROOT, SLOT, Kind, Value

#: Every character but these may mean something to Markdown or HTML, alone or at the start of a line.
_HARMLESS = re.compile(r"[^\w\s]|_")

_README = """\
# {name}

This is the site of {name} as a plain MkDocs project, written by terecht {version}. It needs nothing of terecht:

    pip install {packages}
    mkdocs build

`docs/` holds the pages, `overrides/` the theme, `mkdocs.yml` the menu, the languages and the words around the pages.
The characters that mean something in Markdown are written as `&#…;` where they are part of a name, a number or an
address of the organisation. Blocks of HTML are contact cards and other lists.
"""


def export(project: Project, client: Client, content: Knowledge, output: Path) -> None:
    """Writes the project to ``output``. Raises :class:`Unusable` when that is not a new or empty folder."""
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise Unusable(f"{output} is not empty", "name a folder that is new or empty")
    site = merge(client, content, Templates(project.root / "overrides"))
    for path, data in _files(project, client, site).items():
        target = output / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _files(project: Project, client: Client, site: Site) -> dict[str, bytes]:
    overrides = project.root / "overrides"
    theme = {
        path.relative_to(project.root).as_posix(): path.read_bytes()
        for path in sorted(overrides.rglob("*"))
        if path.is_file() and path.relative_to(overrides).parts[0] not in {"fragments", "assets"}
    }
    plain = assets(project.root, site.shell.languages)
    shared = {**{named(path, data): data for path, data in plain.items()}, **site.files}
    pages = {f"docs/{page.language}/{page.name}.md": _markdown(page, site) for page in site.pages}
    return {
        **theme,
        **{f"overrides/{path}": data for path, data in shared.items()},
        **{path: text.encode() for path, text in pages.items()},
        "mkdocs.yml": _configuration(project, client, site).encode(),
        "README.md": _readme(client).encode(),
    }


def _markdown(page: Page, site: Site) -> str:
    """A page with its values: text as entities, addresses as they are, fragments as blocks of HTML."""
    to_root = way_to_root(page.address(site.shell.languages))
    frame = page.text.frame
    # A page that replaces one of ours keeps its name in the menu.
    title = frame.title or page.title
    head = front_matter(title=title, tab=page.values[FRAME.index("tab")].text, fallback=frame.fallback)
    return head + SLOT.sub(lambda slot: _written(page.values[int(slot.group(1))], to_root), page.text.body)


def _written(value: Value, to_root: str) -> str:
    if value.kind is Kind.HTML:
        return value.text.replace(ROOT, to_root)
    if value.kind is Kind.URL:
        return value.text.replace("(", "%28").replace(")", "%29").replace("&", "&amp;")
    return entities(value.text)


def entities(text: str) -> str:
    """A text in which no character means anything to Markdown or HTML, on one line.

    >>> entities("s.bakker *nu*")
    's&#46;bakker &#42;nu&#42;'
    """
    return _HARMLESS.sub(lambda character: f"&#{ord(character.group())};", " ".join(text.split()))


def _configuration(project: Project, client: Client, site: Site) -> str:
    configuration = site_configuration(project.root, site.shell)
    configuration["site_name"] = client.organisation.title
    configuration["theme"]["custom_dir"] = "overrides"
    if client.organisation.url:
        configuration["site_url"] = str(client.organisation.url)
    configuration["extra"]["frame"] = {language: _frame(site, language) for language in site.shell.languages}
    return yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False, width=120)


def _frame(site: Site, language: str) -> dict[str, Any]:
    """What stands around every page in one language, from any of its pages.

    Links in it start with U+E002, the way to the root of the site, which the theme fills in for each page.
    """
    page = next(page for page in site.pages if page.language == language)
    values: Mapping[int, Value] = {**page.values, FRAME.index("tab"): site.not_found[FRAME.index("tab")]}
    names = ("tab", "title", "robots", "exit_url", "logo", "own_menu", "emergency", "footer")
    return {name: values[FRAME.index(name)].text for name in names}


def _readme(client: Client) -> str:
    names = ("mkdocs", "mkdocs-material", "mkdocs-static-i18n")
    packages = " ".join(f"{name}=={version(name)}" for name in names)
    return _README.format(name=client.organisation.name, version=version("terecht"), packages=packages)
