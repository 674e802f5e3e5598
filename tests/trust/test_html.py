"""The markup of every built page: valid by html-validate, and nothing inline (TRUST 8 and 16)."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import MINIMAL, ROOT, TODAY, build_all
from flowing import MADE
from markup import complaints, inline
from terecht.project import Project
from trust_table import Say

#: A page by an organisation itself, with all that Markdown may hold there.
OWN_PAGE = """\
# Wat *wij* doen &amp; `meer`

Een [link](wie.md#vertrouwenspersoon), **vet**, <https://voorbeeld.example>, <mail@voorbeeld.example>, `<b>code</b>`
en 3 < 4 & zo.\x20\x20
Een nieuwe regel, [met een titel](https://voorbeeld.example "titel & meer").

## Een kop met [link](wie.md) en **vet**

- een
    - dieper

        Een alinea in een lijst.

        > Een citaat in een lijst.

1. een
2. twee

> Een citaat.
>
> ## Een kop in een citaat

    code < code

| a | b |
|---|:-:|
| 1 |
| [x](wie.md) | 2 | 3 |

* * *

## Een kop met [link](wie.md) en **vet**

[a [b](wie.md) c](klacht.md) **niet af, ___beide___, - [ ] taak.
"""
HOSTILE_NAME = """name: '<b>A & "B"</b> -- ]]> &nbsp; &copy </p><p id="menu">'"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Organisations that the examples are not: one whose own words are the worst there are, and those of the flow."""
    top = tmp_path_factory.mktemp("made")
    written = {"own": MINIMAL.replace("name: Voorbeeld", HOSTILE_NAME)}
    written |= {name.replace(" ", "-"): text for name, text in MADE.items()}
    for name, text in written.items():
        (top / "organisations" / name).mkdir(parents=True)
        (top / "organisations" / name / "organisation.yml").write_text(text, "utf-8")
    page = top / "organisations/own/docs/nl/eigen.md"
    page.parent.mkdir(parents=True)
    page.write_text(OWN_PAGE, "utf-8")
    return top


def pages_below(*folders: Path) -> list[Path]:
    return sorted(page for folder in folders for page in folder.rglob("*.html"))


@pytest.mark.trust(16)
def test_every_page_is_valid(sites: Path, measured: Say) -> None:
    pages = pages_below(*sites.iterdir())
    found = complaints(pages)
    measured(16, f"{len(found)} errors on {len(pages)} pages of the examples")
    assert found == []


@pytest.mark.trust(16)
def test_pages_of_the_words_of_an_organisation_are_valid(
    made: Path, measured: Say, request: pytest.FixtureRequest
) -> None:
    chosen = () if request.config.getoption("--complete") else ("own",)
    outcomes = build_all(Project(ROOT, made / "organisations", TODAY), made / "site", *chosen)
    assert [outcome for outcome in outcomes if outcome.result != "built"] == []
    pages = pages_below(*(made / "site").iterdir())
    found = complaints(pages)
    measured(16, f"{len(found)} on {len(pages)} pages of {len(outcomes)} made-up organisations")
    assert found == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        pytest.param(old, new, rule, marks=pytest.mark.trust(16, fault=fault))
        for fault, old, new, rule in (
            ("the same id twice", "</main>", '<p id="menu"></p></main>', "no-dup-id"),
            ("a block in a <p>", "</main>", "<p><div>x</div></p></main>", "close-order"),
            ("an element closed by another", "</article>", "</section>", "close-order"),
            ("a wrong type", 'type="button"', 'type="knop"', "attribute-allowed-values"),
            ("a page without a title", "<title>", "<titel>", "element-required-content"),
        )
    ],
)
def test_invalid_markup_is_seen(old: str, new: str, rule: str, sites: Path, tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text((sites / "snijders/index.html").read_text("utf-8").replace(old, new, 1), "utf-8")
    assert any(f" {rule}: " in complaint for complaint in complaints([page])), complaints([page])


@pytest.mark.trust(8)
def test_nothing_inline(sites: Path, measured: Say) -> None:
    pages = pages_below(*sites.iterdir())
    found = [(str(page), fault) for page in pages for fault in inline(page.read_text("utf-8"))]
    measured(8, f"{len(found)} on {len(pages)} pages")
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        pytest.param("<script>1</script>", marks=pytest.mark.trust(8, fault="a script")),
        pytest.param("<p onclick='x()'></p>", marks=pytest.mark.trust(8, fault="a handler")),
        pytest.param("<p style='color:red'></p>", marks=pytest.mark.trust(8, fault="a style on an element")),
        pytest.param("<style>p {}</style>", marks=pytest.mark.trust(8, fault="a <style>")),
        pytest.param("<a href=' JavaScript:x()'></a>", marks=pytest.mark.trust(8, fault="javascript:")),
    ],
)
def test_what_is_inline_is_seen(planted: str, sites: Path) -> None:
    html = (sites / "snijders/index.html").read_text("utf-8")
    assert len(inline(html.replace("</main>", f"{planted}</main>"))) == 1
