"""On paper: what is meant for one sheet fits one sheet, folds are open, and nothing of the screen is printed."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from conftest import EXAMPLES, Served, build_all, pages_of
from reading import EVERYONE, organisation
from terecht.project import Project
from trust_table import Say

pytestmark = pytest.mark.browser

Serve = Callable[[Path, str], Served]
#: The longest that a timeline can be: every term is set, each in many words.
LONG = organisation(
    {
        "complaint": {
            "who": ["in_dienst", "uitzend", "zzp", "stage", "vrijwilliger", "oud_medewerker", "sollicitant"],
            "term": "binnen twee jaar nadat het voor het laatst is gebeurd, of later als dat niet eerder kon",
            "term_former_employee": "binnen twee jaar na de laatste werkdag, of later als dat niet eerder kon",
            "internal_first": "yes",
            "acknowledged_days": "7",
            "handled_weeks": "10",
        }
    },
    EVERYONE,
    public_body="yes",
    review={"date": "2026-11-01", "by": "de afdeling Mens en Organisatie, samen met de ondernemingsraad"},
)


@pytest.fixture(scope="module")
def longest(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paper")
    (folder / "organisations/lang").mkdir(parents=True)
    (folder / "organisations/lang/organisation.yml").write_text(LONG, "utf-8")
    build_all(Project(project.root, folder / "organisations", project.today), folder / "site")
    return folder / "site/lang"


@pytest.fixture(scope="module")
def paper(browser: Browser, sites: Path, longest: Path, serve_folder: Serve) -> Callable[[str, str], list[str]]:
    """Prints a page on A4 with the margins of a browser, and gives the text of each sheet."""
    served = {name: serve_folder(sites / name, "/") for name in EXAMPLES} | {"longest": serve_folder(longest, "/")}
    page = browser.new_page()

    def print_(name: str, address: str) -> list[str]:
        page.goto(served[name].address + address)
        margin = {"top": "12mm", "bottom": "12mm", "left": "12mm", "right": "12mm"}
        data = page.pdf(format="A4", margin=margin)  # type: ignore[arg-type]
        return [" ".join(sheet.extract_text().split()) for sheet in PdfReader(io.BytesIO(data)).pages]

    return print_


@pytest.mark.parametrize("name", [*EXAMPLES, "longest"])
def test_the_preparation_sheet_is_one_sheet(name: str, paper: Callable[[str, str], list[str]]) -> None:
    sheets = paper(name, "voorbereiden/")
    assert len(sheets) == 1
    assert "112" in sheets[0]


@pytest.mark.parametrize("name", ["lagelanden", "snijders"])
def test_the_timeline_of_a_complaint_is_one_sheet(name: str, paper: Callable[[str, str], list[str]]) -> None:
    title = "Tijdlijn van een klacht"
    sheets = [sheet for sheet in paper(name, "klacht/") if title in sheet]
    assert len(sheets) == 1
    assert sheets[0].startswith(title)
    assert "1. " in sheets[0]
    assert "8. " in sheets[0]
    assert "Na het besluit" not in sheets[0]


def test_the_longest_timeline_is_one_sheet(paper: Callable[[str, str], list[str]]) -> None:
    for address, title in (("klacht/", "Tijdlijn van een klacht"), ("en/klacht/", "Timeline of a complaint")):
        sheets = [sheet for sheet in paper("longest", address) if title in sheet]
        assert len(sheets) == 1
        assert "8. " in sheets[0]


@pytest.mark.trust(20)
def test_every_page_prints_whole(
    sites: Path, serve_folder: Serve, paper: Callable[[str, str], list[str]], browser: Browser, measured: Say
) -> None:
    """In one language: what differs between the examples and the languages is words."""
    served = serve_folder(sites / "snijders", "/")
    page = browser.new_page()
    addresses = pages_of(sites / "snijders")
    for address in addresses:
        page.goto(served.address + address)
        page.emulate_media(media="print")
        for hidden in (".t-exit", ".t-menu", ".t-header__tools", ".t-search"):
            expect(page.locator(hidden)).to_be_hidden()
        text = "".join("".join(paper("snijders", address)).split())
        for fold in page.locator("details:visible").all():
            inside = "".join(fold.locator("p:visible").last.inner_text().split())
            assert inside[:30] in text, (address, inside)
        assert not_printed(text) == [], address
    page.close()
    measured(20, f"snijders: {len(addresses)} of {len(addresses)} pages in PDF")


def not_printed(paper: str) -> list[str]:
    """What a sheet must always have: the number for danger, and somebody to talk to."""
    return [words for words in ("Directgevaar?Bel112", "zelfdoding?Bel113") if words not in "".join(paper.split())]


@pytest.mark.trust(20, fault="a line for danger that paper leaves out")
def test_a_line_that_is_not_printed_is_seen(sites: Path, serve_folder: Serve, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(serve_folder(sites / "snijders", "/").address + "wet/")
    page.locator(".t-emergency").evaluate("(line) => line.classList.add('t-exit')")
    (text, *more) = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages]
    assert not_printed("".join([text, *more])) == ["Directgevaar?Bel112", "zelfdoding?Bel113"]
    page.close()
