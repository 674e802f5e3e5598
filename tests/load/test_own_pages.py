"""An organisation's own Markdown can be read, and do nothing else."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from terecht.load.own_pages import OwnPage, read


def link(language: str, name: str, anchor: str) -> str | None:
    del language
    return f"/{name}/#{anchor}".rstrip("#") if name in {"wie", "extra"} and anchor in {"", "kop"} else None


def page(folder: Path, text: str) -> tuple[OwnPage | None, list[str]]:
    target = folder / "docs/nl/extra.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
    pages, findings = read(folder / "docs", "docs", ("nl",), ("wie", "extra"), link)
    return (pages[0] if pages else None), [f"{finding.line} {finding.code}" for finding in findings]


def test_what_people_write_works(tmp_path: Path) -> None:
    text = """# De titel

## Een kop

Een [link](wie.md#kop), **vet**, <https://voorbeeld.example>, `<b>code</b>` en 3 < 4 & zo.

- een
- twee

| a | b |
|---|---|
| 1 | 2 |
"""
    found, findings = page(tmp_path, text)
    assert findings == []
    assert found is not None
    assert found.title == "De titel"
    assert '<h2 id="own-een-kop">Een kop</h2>' in found.html
    assert '<a href="/wie/#kop">link</a>' in found.html
    assert "<strong>vet</strong>" in found.html
    assert '<a href="https://voorbeeld.example">' in found.html
    assert "<code>&lt;b&gt;code&lt;/b&gt;</code>" in found.html
    assert "3 &lt; 4 &amp; zo" in found.html
    assert "<td>2</td>" in found.html


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<script>alert(1)</script>", "T060"),
        ("tekst <img src=x onerror=alert(1)>", "T060"),
        ("<!-- weg -->", "T060"),
        ("</div>", "T060"),
        ("<?php ?>", "T060"),
        ("<div markdown=1>", "T060"),
        ("tekst {: .klasse }", "T061"),
        ("## Kop {#id}", "T061"),
        ("[a](javascript:alert(1))", "T063"),
        ("[a](JaVaScRiPt:alert(1))", "T063"),
        ("[a](data:text/html,x)", "T063"),
        ("[a](vbscript:x)", "T063"),
        ("[a](file:///etc/passwd)", "T063"),
        ("[a][b]\n\n[b]: javascript:alert(1)", "T063"),
        ("[a](//elders.example)", "T064"),
        ("[a](../../../organisation.yml)", "T064"),
        ("[a](weg.md)", "T064"),
        ("![a](https://elders.example/spoor.png)", "T067"),
        ("[a](//[)", "T064"),
        ("[a](http://a b)", "T028"),
        ("[a](https:)", "T028"),
        ("[a](#weg)", "T064"),
        ("[a](wie.md#weg)", "T064"),
        ("# Nog een titel", "T065"),
        ("- " * 600 + "x", "T014"),
        ("[" * 600, "T015"),
        ("x" * 2_001, "T032"),
        ("a &#x202E; b", "T006"),
        ("a &#xE000;1&#xE001; b", "T007"),
    ],
)
def test_what_could_do_more_is_refused(tmp_path: Path, body: str, code: str) -> None:
    found, findings = page(tmp_path, f"# Titel\n\n{body}\n")
    assert any(code in finding for finding in findings), findings
    if found is not None:
        elements = " ".join(re.findall(r"<[^>]*>", found.html.lower()))
        for forbidden in ("script", "img", "onerror", "vbscript:", "data:", "file:", "<!--", "class="):
            assert forbidden not in elements


def test_a_title_is_text(tmp_path: Path) -> None:
    found, findings = page(tmp_path, "# Bel &amp; **mail** `ons` ##\n\nTekst.\n")
    assert findings == []
    assert found is not None
    assert found.title == "Bel & mail ons"


def test_a_long_title_takes_no_time(tmp_path: Path) -> None:
    started = time.process_time()
    _, findings = page(tmp_path, "# a" + " " * 60_000 + "b\n")
    assert findings == ["1 T032"]
    assert time.process_time() - started < 1


def test_hidden_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "docs/nl").mkdir(parents=True)
    (tmp_path / "docs/.DS_Store").write_text("x")
    (tmp_path / "docs/nl/.gitkeep").write_text("")
    assert read(tmp_path / "docs", "docs", ("nl",), (), link) == ([], [])


def test_jinja_is_text(tmp_path: Path) -> None:
    found, findings = page(tmp_path, "# {{ config.site_dir }}\n\n{% include 'x' %}\n")
    assert findings == []
    assert found is not None
    assert found.title == "{{ config.site_dir }}"
    assert "{% include" in found.html
