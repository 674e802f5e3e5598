"""After the merge, an organisation's words are beside the page, and equal texts are one page."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import EXAMPLES, MINIMAL, ROOT, TODAY
from terecht.flow.knowledge import Knowledge
from terecht.load import Client, load
from terecht.merge import Page, Site, merge
from terecht.merge.templates import Templates
from terecht.slots import CLOSE, FRAME, OPEN, OWN, SLOT, Kind


def client_of(folder: Path, content: Knowledge) -> Client:
    client, findings = load(folder, content, TODAY)
    assert client is not None, findings
    return client


def site_of(folder: Path, content: Knowledge) -> Site:
    return merge(client_of(folder, content), content, Templates(ROOT / "overrides"))


def written(tmp_path: Path, name: str, text: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "organisation.yml").write_text(text, "utf-8")
    return folder


def page(site: Site, language: str, name: str) -> Page:
    return next(page for page in site.pages if (page.language, page.name) == (language, name))


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_value_of_an_organisation_is_in_the_text_of_a_page(example: str, content: Knowledge) -> None:
    client = client_of(ROOT / "organisations" / example, content)
    site = merge(client, content, Templates(ROOT / "overrides"))
    own = [client.organisation.name, client.organisation.title]
    own += [
        value
        for contact in client.organisation.contacts
        for value in (contact.name, contact.phone, contact.email)
        if value
    ]
    for made in site.pages:
        for value in own:
            # Some names are ordinary words, such as that of a works council.
            if value not in {"Ondernemingsraad", "Afdeling HR", "Raad van toezicht", "Meldpunt integriteit"}:
                assert value not in made.text.body, (made.name, value)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_slot_has_a_value_and_every_value_of_a_page_a_slot(example: str, content: Knowledge) -> None:
    site = site_of(ROOT / "organisations" / example, content)
    for made in site.pages:
        used = {int(number) for number in SLOT.findall(made.text.body)}
        own = {number for number in made.values if number >= OWN}
        assert used == own
        assert {number for number, name in enumerate(FRAME) if not name.startswith("language_")} <= set(made.values)


def test_organisations_with_other_values_share_their_pages(tmp_path: Path, content: Knowledge) -> None:
    other = (
        MINIMAL.replace("Voorbeeld", "Iets anders").replace("Jip Bos", "Kim Vos").replace("06 12345678", "06 87654321")
    )
    one = site_of(written(tmp_path, "een", MINIMAL), content)
    two = site_of(written(tmp_path, "twee", other), content)
    assert [made.text for made in one.pages] == [made.text for made in two.pages]
    assert [made.values for made in one.pages] != [made.values for made in two.pages]


def test_a_policy_makes_another_page(tmp_path: Path, content: Knowledge) -> None:
    one = site_of(written(tmp_path, "een", MINIMAL), content)
    two = site_of(written(tmp_path, "twee", MINIMAL + "policy: {third_party_contact: none}\n"), content)
    differing = {a.name for a, b in zip(one.pages, two.pages, strict=True) if a.text != b.text}
    assert "wat-doet" in differing
    assert "index" not in differing


def test_titles_order_and_headings_never_depend_on_facts(content: Knowledge) -> None:
    import re

    sites = [site_of(ROOT / "organisations" / example, content) for example in ("lagelanden", "vuurvlinder")]
    heading = re.compile(r"^#{1,6} .*$", re.MULTILINE)
    for name in content.pages:
        for language in ("nl", "en"):
            one, two = (page(site, language, name) for site in sites)
            assert one.text.frame.title == two.text.frame.title
            assert heading.findall(one.text.body) == heading.findall(two.text.body)


def test_a_replaced_page_keeps_its_place_in_the_menu(tmp_path: Path, content: Knowledge) -> None:
    folder = written(tmp_path, "eigen", MINIMAL)
    (folder / "docs/nl").mkdir(parents=True)
    (folder / "docs/nl/mediator.md").write_text("# Onze mediator\n\nTekst.\n", "utf-8")
    made = page(site_of(folder, content), "nl", "mediator")
    assert made.text.frame.title == content.template("nl", "mediator").title
    assert made.title == "Onze mediator"
    assert "Tekst" not in made.text.body


def test_an_own_page_without_a_translation_falls_back(tmp_path: Path, content: Knowledge) -> None:
    folder = written(tmp_path, "eigen", MINIMAL.replace("[nl]", "[nl, en]"))
    (folder / "docs/nl").mkdir(parents=True)
    (folder / "docs/nl/bezoek.md").write_text("# Bezoek\n\nTekst.\n", "utf-8")
    site = site_of(folder, content)
    assert page(site, "nl", "extra/bezoek").text.frame.fallback is None
    assert page(site, "en", "extra/bezoek").text.frame.fallback == "nl"


def test_own_pages_of_all_organisations_are_one_rendered_page(tmp_path: Path, content: Knowledge) -> None:
    texts = []
    for name in ("een", "twee"):
        folder = written(tmp_path, name, MINIMAL)
        (folder / "docs/nl").mkdir(parents=True)
        (folder / f"docs/nl/{name}.md").write_text(f"# Titel {name}\n\nTekst {name}.\n", "utf-8")
        texts.append(page(site_of(folder, content), "nl", f"extra/{name}").text)
    assert texts[0] == texts[1]


def test_a_discreet_site_has_neutral_tabs(tmp_path: Path, content: Knowledge) -> None:
    tab = FRAME.index("tab")
    discreet = site_of(written(tmp_path, "stil", MINIMAL), content)
    assert {made.values[tab].text for made in discreet.pages} == {"Informatie – Voorbeeld"}
    open_ = site_of(written(tmp_path, "open", MINIMAL + "discreet: no\n"), content)
    titles = [made.values[tab].text for made in open_.pages]
    assert titles[0] == "Voorbeeld"
    assert len(set(titles)) == len(titles)


def test_a_number_that_is_not_fit_is_on_no_page(content: Knowledge) -> None:
    unfit = {line.phone for line in content.helplines.values() if line.phone and line.phone_marked_fit == "no"}
    assert unfit
    for example in EXAMPLES:
        for made in site_of(ROOT / "organisations" / example, content).pages:
            shown = made.text.body + "".join(value.text for value in made.values.values())
            assert not [phone for phone in unfit if phone in shown]


def test_hidden_helplines_leave_the_way_outside(tmp_path: Path, content: Knowledge) -> None:
    site = site_of(written(tmp_path, "zonder", MINIMAL + "policy: {show_national_helplines: no}\n"), content)
    made = page(site, "nl", "hulp-buiten")
    shown = "".join(value.text for value in made.values.values() if value.kind is Kind.HTML)
    for name in ("politie", "centrum_seksueel_geweld", "veilig_thuis", "juridisch_loket", "luisterlijn"):
        assert content.helplines[name].name.in_language("nl") in shown
    assert content.helplines["slachtofferhulp"].name.in_language("nl") not in shown


def test_a_sector_line_shows_only_in_its_sector(tmp_path: Path, content: Knowledge) -> None:
    for sector, shows in (("cultuur_media", True), ("zorg", False)):
        made = page(
            site_of(written(tmp_path, sector.replace("_", "-"), MINIMAL + f"sector: [{sector}]\n"), content),
            "nl",
            "hulp-buiten",
        )
        assert any("mores.online" in value.text for value in made.values.values()) is shows


def test_fragments_hold_no_slots(content: Knowledge) -> None:
    for example in EXAMPLES:
        for made in site_of(ROOT / "organisations" / example, content).pages:
            for value in made.values.values():
                assert OPEN not in value.text
                assert CLOSE not in value.text


def test_a_hostile_name_is_text_in_every_fragment(tmp_path: Path, content: Knowledge) -> None:
    hostile = "\"><img src=x onerror=alert(1)>'{{191*191}}"
    folder = written(tmp_path, "vijand", MINIMAL.replace("Jip Bos", "'" + hostile.replace("'", "''") + "'"))
    for made in site_of(folder, content).pages:
        for value in made.values.values():
            if value.kind is Kind.HTML:
                assert "<img src=x" not in value.text
                assert "36481" not in value.text


def test_the_example_of_a_template_falls_back_with_its_language(tmp_path: Path, content: Knowledge) -> None:
    root = tmp_path / "project"
    shutil.copytree(ROOT / "docs", root / "docs")
    (root / "docs/en/wie.md").unlink()
    templates = {key: value for key, value in content.templates.items() if key != ("en", "wie")}
    lacking = replace(content, templates=templates)
    made = page(site_of(ROOT / "organisations/vuurvlinder", lacking), "en", "wie")
    assert made.text.frame.fallback == "nl"
    assert made.text.frame.language == "en"
