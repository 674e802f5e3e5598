"""The peers of the benchmark, each given the same organisations: the projects that they build, and how.

Every project is made from the output of ``terecht export``, so the pages and the words are the same.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import yaml

_HUGO = Path(__file__).with_name("hugo")
_IDENTIFIER = re.compile(r"\{: *(#[\w-]+)[^}]*\}")
_ATTRIBUTES = re.compile(r"\{:[^}]*\}")
_LINK = re.compile(r"\]\(([\w/-]+)\.md")


def hugo(export: Path, target: Path) -> None:
    """A Hugo project with the pages of an export and the plainest theme: a menu, languages, an index to search in."""
    shutil.copytree(_HUGO, target)
    configuration = yaml.safe_load((export / "mkdocs.yml").read_text("utf-8"))
    languages = [path.name for path in sorted((export / "docs").iterdir()) if path.is_dir()]
    lines = [
        "baseURL = 'https://intranet.example/'",
        f"title = '{configuration['site_name']}'",
        f"defaultContentLanguage = '{languages[0]}'",
        "disableKinds = ['taxonomy', 'term', 'rss', 'sitemap']",
        "[markup.goldmark.renderer]\nunsafe = true",
        "[markup.goldmark.parser.attribute]\nblock = true\ntitle = true",
        "[outputs]\nhome = ['html', 'json']",
        *(
            f"[languages.{one}]\nlanguageName = '{one}'\nweight = {at}\ncontentDir = 'content/{one}'"
            for at, one in enumerate(languages, 1)
        ),
    ]
    (target / "hugo.toml").write_text("\n".join(lines) + "\n", "utf-8")
    for language, name, text in _pages(export):
        here = "_index" if name == "index" else name
        up = "" if name == "index" else "../"
        plain = _ATTRIBUTES.sub("", _IDENTIFIER.sub(r"{\1}", text))
        _write(target / "content" / language / f"{here}.md", _LINK.sub(rf"]({up}\1/", plain))


def zensical(export: Path, target: Path) -> list[Path]:
    """Zensical projects, one a language since it knows no translations yet; its own theme has a menu and a search."""
    made = []
    configuration = yaml.safe_load((export / "mkdocs.yml").read_text("utf-8"))
    for language, name, text in _pages(export):
        project = target / language
        if project not in made:
            made.append(project)
            _write(project / "zensical.toml", f'[project]\nsite_name = "{configuration["site_name"]}"\n')
        _write(project / "docs" / f"{name}.md", text)
    return made


def _pages(export: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted((export / "docs").rglob("*.md")):
        language, _, name = path.relative_to(export / "docs").with_suffix("").as_posix().partition("/")
        yield language, name, path.read_text("utf-8")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
