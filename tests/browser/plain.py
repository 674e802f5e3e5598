"""The words of a site in plain Material for MkDocs, as somebody starts one today; our pages are measured beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

#: What the documentation of Material offers beside its start: dark colours with a switch, and found words marked.
EXTRAS = {
    "features": ["search.highlight"],
    "palette": [
        {"scheme": "default", "toggle": {"icon": "material/brightness-7", "name": "Donker"}},
        {"scheme": "slate", "toggle": {"icon": "material/brightness-4", "name": "Licht"}},
    ],
}


def write(exported: Path, folder: Path, extras: dict[str, Any] | None = None) -> None:
    """Makes a project of an export: its Markdown, pictures, menu and languages, and nothing of our theme."""
    ours = yaml.safe_load((exported / "mkdocs.yml").read_text("utf-8"))
    languages = next(plugin["i18n"]["languages"] for plugin in ours["plugins"] if "i18n" in plugin)
    configuration = {
        **{key: ours[key] for key in ("site_name", "site_url", "nav", "markdown_extensions", "validation")},
        "theme": {"name": "material", "language": ours["theme"]["language"], **(extras or {})},
        "plugins": ["search", {"i18n": {"docs_structure": "folder", "languages": languages}}],
    }
    shutil.copytree(exported / "docs", folder / "docs")
    shutil.copytree(exported / "overrides/assets/organisation", folder / "docs/assets/organisation")
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(configuration, sort_keys=False), "utf-8")
