"""What MkDocs reads: the configuration of a site and the front matter of its pages, here and in an export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from terecht.assets import names_of
from terecht.hosting import META_POLICY
from terecht.languages import LANGUAGES
from terecht.render import assets
from terecht.texts import Shell


def site_configuration(root: Path, shell: Shell) -> dict[str, Any]:
    """The configuration of a site with this shell, on the base of ``mkdocs.yml``; also that of an export.

    Only what stock MkDocs knows; ``extra`` holds what the theme asks for: words, languages, names of files,
    the browser's policy.
    """
    configuration: dict[str, Any] = yaml.safe_load((root / "mkdocs.yml").read_text("utf-8"))
    configuration["theme"] |= {
        "custom_dir": str((root / "overrides").absolute()),
        "language": shell.languages[0],
    }
    for plugin in configuration["plugins"]:
        if isinstance(plugin, dict) and "i18n" in plugin:
            plugin["i18n"]["languages"] = [
                {
                    "locale": language,
                    "name": LANGUAGES[language][0],
                    "default": language == shell.languages[0],
                }
                for language in shell.languages
            ]
    configuration["extra"] = {
        "languages": [
            {"locale": language, "name": LANGUAGES[language][0], "dir": LANGUAGES[language][1]}
            for language in shell.languages
        ],
        "policy": META_POLICY,
        "assets": names_of(assets(root, shell.languages)),
        "words": {language: dict(shell.words[language]) for language in shell.languages},
    }
    return configuration


def front_matter(**values: str | None) -> str:
    """The front matter of a page, without the values that are unset."""
    given = {key: value for key, value in values.items() if value is not None}
    return f"---\n{yaml.safe_dump(given, allow_unicode=True, sort_keys=False)}---\n\n"
