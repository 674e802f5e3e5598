"""The way out: stock MkDocs makes the same visible text of an export, page by page."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from conftest import EXAMPLES, ROOT, TODAY, pages_of
from terecht.export import entities, export
from terecht.findings import Unusable
from terecht.flow.knowledge import Knowledge
from terecht.load import load
from terecht.project import Project
from terecht.stamp import visible_text

Make = Callable[..., Project]
MKDOCS = Path(sys.executable).with_name("mkdocs")


def exported(project: Project, content: Knowledge, name: str, output: Path) -> Path:
    client, findings = load(project.organisations / name, content, TODAY)
    assert client is not None, findings
    export(project, client, content, output)
    return output


def stock_build(folder: Path) -> Path:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([MKDOCS, "build", "--quiet"], cwd=folder, check=True, env=environment, capture_output=True)
    return folder / "site"


@pytest.mark.parametrize("example", EXAMPLES)
def test_stock_mkdocs_shows_the_same_text(
    example: str, project: Project, content: Knowledge, sites: Path, tmp_path: Path
) -> None:
    built = stock_build(exported(project, content, example, tmp_path / "export"))
    pages = pages_of(sites / example)
    assert pages == pages_of(built)
    for page in pages:
        ours = visible_text((sites / example / page / "index.html").read_text("utf-8"))
        theirs = visible_text((built / page / "index.html").read_text("utf-8"))
        assert ours == theirs, page
        assert len(ours) > 500


HOSTILE = """\
schema: 1
name: "# 1. *Ster* _laag_ `code` [link](x) <b>&amp; ![i](j) | ~~x~~ {{ y }} {% z %} :smile: ^^ \\\\ http://a.example"
short_name: "- lijst > citaat"
languages: [nl]
discreet: no
contacts:
  - id: a
    roles: [vertrouwenspersoon]
    name: "1. Jip *Bos* [x] &lt;"
    email: jip@voorbeeld.example
policy:
  records: {destroyed: "**na** _een_ jaar <!-- x --> [weg](weg.md) {: .x }"}
"""


def test_values_that_look_like_markdown_stay_text(small: Make, content: Knowledge, tmp_path: Path) -> None:
    from conftest import build_all

    project = small(vreemd=HOSTILE)
    build_all(project, tmp_path / "site")
    built = stock_build(exported(project, content, "vreemd", tmp_path / "export"))
    for page in pages_of(tmp_path / "site/vreemd"):
        ours = visible_text((tmp_path / "site/vreemd" / page / "index.html").read_text("utf-8"))
        assert ours == visible_text((built / page / "index.html").read_text("utf-8")), page
        assert "*Ster* _laag_ `code` [link](x) <b>&amp;" in ours


def test_an_export_is_plain(project: Project, content: Knowledge, tmp_path: Path) -> None:
    folder = exported(project, content, "lagelanden", tmp_path / "export")
    configuration = yaml.safe_load((folder / "mkdocs.yml").read_text("utf-8"))
    assert "hooks" not in configuration
    assert [next(iter(plugin)) for plugin in configuration["plugins"]] == ["search", "i18n"]
    assert not list(folder.rglob("*.py"))
    for path in (folder / "docs").rglob("*.md"):
        text = path.read_text("utf-8")
        assert "{%" not in text
        assert "{{" not in text
        assert "\ue000" not in text
    assert "Waterschap De Lage Landen" in (folder / "README.md").read_text("utf-8")


def test_an_export_never_overwrites(project: Project, content: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export/dierbaar.txt").write_text("x")
    with pytest.raises(Unusable, match="is not empty"):
        exported(project, content, "snijders", tmp_path / "export")


def test_entities_leave_letters_and_nothing_else() -> None:
    assert entities("Daniël O'Duya, 1e & 2e\n*x*") == "Daniël O&#39;Duya&#44; 1e &#38; 2e &#42;x&#42;"


def test_the_root_of_the_project_is_not_needed(project: Project, content: Knowledge, tmp_path: Path) -> None:
    folder = exported(project, content, "snijders", tmp_path / "export")
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in {".yml", ".md", ".html"}:
            assert str(ROOT) not in path.read_text("utf-8")
