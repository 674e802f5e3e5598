"""The peers of the benchmark, each given the same organisations: the projects that they build, and how they are built.

Every project is made from the output of ``terecht export``, so the pages and the words are the same. Each peer gets
what suits it: Hugo its own program and not the Python script around it, Zensical one project a language since it knows
no translations yet, and both the plainest theme that has a menu and a search.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import yaml

from measuring import Run, run

_HUGO = Path(__file__).with_name("hugo_theme")
_POOL = Path(__file__).with_name("stock_pool.py")
_POOL_TIMES = 3
_BIN = Path(sys.executable).parent
#: What Python-Markdown knows and Goldmark writes otherwise, or not at all.
_IDENTIFIER = re.compile(r"\{: *(#[\w-]+)[^}]*\}")
_ATTRIBUTES = re.compile(r"\{:[^}]*\}")
_LINK = re.compile(r"\]\((?!https?:|mailto:|tel:)([\w/.-]+)\.md(#[\w-]+)?\)")
_DETAILS = re.compile(r'^\?\?\?\+? *\w* *"([^"\n]*)"\n((?:(?: {4}.*)?\n)*)', re.MULTILINE)


def build_stock(project: Path) -> Run:
    """Plain MkDocs, as people do today: a process for each site."""
    shutil.rmtree(project / "site", ignore_errors=True)
    return run([_BIN / "mkdocs", "build", "--quiet"], cwd=project)


def build_pool(projects: Sequence[Path], jobs: int, bytecode: Path) -> Run:
    """Plain MkDocs in a pool that is never cold; every project several times, so that starting up hardly counts."""
    bytecode.mkdir(parents=True, exist_ok=True)
    for project in projects:
        for made in project.glob("pool-*"):
            shutil.rmtree(made)
    whole = run([sys.executable, _POOL, str(jobs), str(_POOL_TIMES), bytecode, *projects], cwd=bytecode)
    return whole / (_POOL_TIMES * len(projects))


def build_hugo(project: Path) -> Run:
    """Hugo, which uses every processor by itself."""
    shutil.rmtree(project / "public", ignore_errors=True)
    return run([str(distribution("hugo").locate_file("hugo/binaries/hugo")), "--quiet"], cwd=project)


def build_zensical(project: Path) -> Run:
    """Zensical, language after language."""
    runs = []
    for one in sorted(project.iterdir()):
        for made in ("site", ".cache"):
            shutil.rmtree(one / made, ignore_errors=True)
        runs.append(run([_BIN / "zensical", "build"], cwd=one))
    return Run(sum(one.wall for one in runs), sum(one.cpu for one in runs))


def hugo(export: Path, target: Path) -> None:
    """A Hugo project with the pages of an export and the plainest theme: a menu, languages, an index to search in."""
    shutil.copytree(_HUGO, target)
    configuration = _configuration(export)
    languages = _languages(configuration)
    lines = [
        "baseURL = 'https://intranet.example/'",
        f"title = {json.dumps(configuration['site_name'], ensure_ascii=False)}",
        f"defaultContentLanguage = '{languages[0]}'",
        "disableKinds = ['taxonomy', 'term', 'rss', 'section', 'sitemap', '404']",
        "[markup.goldmark.renderer]\nunsafe = true",
        "[markup.goldmark.parser.attribute]\nblock = true\ntitle = true",
        "[outputs]\nhome = ['html', 'json']",
        *(
            f"[languages.{one}]\nlabel = '{one}'\nweight = {at}\ncontentDir = 'content/{one}'"
            for at, one in enumerate(languages, 1)
        ),
    ]
    (target / "hugo.toml").write_text("\n".join(lines) + "\n", "utf-8")
    for language, name, text in _pages(export):
        here = "_index" if name == "index" else name
        _write(target / "content" / language / f"{here}.md", _for_goldmark(text, name))


def zensical(export: Path, target: Path) -> None:
    """Zensical projects, one a language, with its own theme."""
    title = json.dumps(_configuration(export)["site_name"], ensure_ascii=False)
    for language, name, text in _pages(export):
        project = target / language
        if not project.exists():
            _write(project / "zensical.toml", f"[project]\nsite_name = {title}\n\n[project.theme]\nfont = false\n")
        _write(project / "docs" / f"{name}.md", text)


def _for_goldmark(text: str, name: str) -> str:
    up = "" if name == "index" else "../" * (name.count("/") + 1)
    plain = _ATTRIBUTES.sub("", _IDENTIFIER.sub(r"{\1}", _DETAILS.sub(_details, text)))
    return _LINK.sub(rf"]({up}\1/\2)", plain)


def _details(block: re.Match[str]) -> str:
    inside = textwrap.dedent(block.group(2)).strip()
    return f"<details><summary>{block.group(1)}</summary>\n\n{inside}\n\n</details>\n\n"


def _configuration(export: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((export / "mkdocs.yml").read_text("utf-8"))
    return read


def _languages(configuration: dict[str, Any]) -> list[str]:
    """The languages of an export in its order, the one at the root first."""
    plugins = {name: options for plugin in configuration["plugins"] for name, options in plugin.items()}
    named = sorted(plugins["i18n"]["languages"], key=lambda one: not one.get("default", False))
    return [one["locale"] for one in named]


def _pages(export: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted((export / "docs").rglob("*.md")):
        language, _, name = path.relative_to(export / "docs").with_suffix("").as_posix().partition("/")
        yield language, name, path.read_text("utf-8")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
