"""The stages in a row: nothing is built twice, one bad organisation stops no other, a value changes where it shows."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from markupsafe import escape

from conftest import EXAMPLES, MINIMAL, ROOT, build_all
from terecht import __version__, publish
from terecht.project import Project
from terecht.publish import Outlet

Make = Callable[..., Project]


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def results(project: Project, output: Path, **options: bool) -> list[str]:
    return [outcome.result for outcome in build_all(project, output, **options)]


def test_the_second_time_nothing_is_built(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL, twee=MINIMAL)
    assert results(project, tmp_path / "site") == ["built", "built"]
    assert results(project, tmp_path / "site") == ["unchanged", "unchanged"]
    assert results(project, tmp_path / "site", force=True) == ["built", "built"]


@pytest.mark.parametrize(
    "path", ["docs/nl/wie.md", "overrides/partials/footer.html", "docs/words/nl.yml", "mkdocs.yml"]
)
def test_what_all_share_changes_all(small: Make, tmp_path: Path, path: str) -> None:
    project = small(een=MINIMAL)
    build_all(project, tmp_path / "site")
    file = project.root / path
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    assert results(project, tmp_path / "site") == ["built"]


def test_a_damaged_site_is_built_again(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL)
    build_all(project, tmp_path / "site")
    (tmp_path / "site/een/index.html").unlink()
    assert results(project, tmp_path / "site") == ["built"]


def test_one_bad_organisation_stops_no_other_and_keeps_its_old_site(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL, twee=MINIMAL, drie=MINIMAL)
    build_all(project, tmp_path / "site")
    before = tree(tmp_path / "site/twee")
    (project.organisations / "twee/organisation.yml").write_text(MINIMAL.replace("phone", "phne"), "utf-8")
    outcomes = build_all(project, tmp_path / "site", force=True)
    assert {outcome.id: outcome.result for outcome in outcomes} == {
        "een": "built",
        "twee": "failed",
        "drie": "built",
    }
    assert tree(tmp_path / "site/twee") == before


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_site_is_the_same_bytes_alone_and_in_company(
    example: str, project: Project, sites: Path, tmp_path: Path
) -> None:
    build_all(project, tmp_path / "site", example)
    assert tree(tmp_path / "site" / example) == tree(sites / example)


def test_one_phone_number_changes_exactly_the_files_that_show_it(small: Make, tmp_path: Path) -> None:
    text = (ROOT / "organisations/lagelanden/organisation.yml").read_text("utf-8")
    plain = re.sub(r"^ +(logo|logo_alt|photo|photo_alt):.*\n", "", text, flags=re.MULTILINE)
    project = small(lagelanden=plain)
    build_all(project, tmp_path / "site")
    before = tree(tmp_path / "site/lagelanden")
    old, new = "06 12345671", "06 12345679"
    assert plain.count(old) == 1
    (project.organisations / "lagelanden/organisation.yml").write_text(plain.replace(old, new), "utf-8")
    build_all(project, tmp_path / "site")
    after = tree(tmp_path / "site/lagelanden")
    changed = {path for path in after if after[path] != before.get(path)}
    showing = {path for path, data in after.items() if new.encode() in data}
    assert set(before) == set(after)
    assert changed == showing
    assert {"index.html", "en/index.html", "wie/index.html", "search/nl.json", "search/en.json"} <= showing
    assert not showing & {"klacht/index.html", "wet/index.html", "over/index.html"}
    for path in changed:
        swapped = after[path].replace(new.encode(), old.encode()).replace(b"+31612345679", b"+31612345671")
        assert swapped == before[path]


def test_values_are_on_the_page_as_they_were_written(small: Make, tmp_path: Path) -> None:
    names = {
        "een": "12:30",
        "twee": "no",
        "drie": "0612345670",
        "vier": "1.10",
        "vijf": "2026-11-01",
        "zes": "Ik & <b> \"Jij\" 'wij'",
    }
    quoted = {key: "'" + value.replace("'", "''") + "'" if key == "zes" else value for key, value in names.items()}
    project = small(**{key: MINIMAL.replace("Jip Bos", value) for key, value in quoted.items()})
    build_all(project, tmp_path / "site")
    for key, value in names.items():
        page = (tmp_path / "site" / key / "index.html").read_text("utf-8")
        assert f'<p class="t-card__name">{escape(value)}</p>' in page
        index = json.loads((tmp_path / "site" / key / "search/nl.json").read_bytes())
        (entry,) = [entry for entry in index["docs"] if entry["location"] == "#praten"]
        assert f"{value} Bel 06 12345678" in html.unescape(entry["text"])


def test_the_version_is_in_the_footer_and_the_manifest(sites: Path) -> None:
    for example in EXAMPLES:
        assert f"Terecht {__version__}" in (sites / example / "index.html").read_text("utf-8")
        release = publish.current(Outlet(sites), example)
        assert release is not None
        manifest = release.manifest()
        assert manifest is not None
        assert manifest.origin.version == __version__


def test_a_stranger_in_the_way_is_named(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL, twee=MINIMAL)
    (tmp_path / "site/een").mkdir(parents=True)
    outcomes = {outcome.id: outcome for outcome in build_all(project, tmp_path / "site")}
    assert outcomes["twee"].result == "built"
    assert outcomes["een"].result == "failed"
    assert [finding.code for finding in outcomes["een"].findings if finding.stops] == ["T091"]


@pytest.mark.parametrize("path", ["hulp%20desk/", "\u00e9\u00e9n/", "a+b/", "a@b:c/", "diep/er"])
def test_a_site_may_live_at_any_path(path: str, small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL + f"url: https://x.example/{path}\n")
    outcomes = build_all(project, tmp_path / "site")
    assert [outcome.result for outcome in outcomes] == ["built"], outcomes[0].findings


def test_an_email_address_carries_no_headers(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL + "    email: jip?bcc=kim@voorbeeld.example\n")
    build_all(project, tmp_path / "site")
    html = (tmp_path / "site/een/index.html").read_text("utf-8")
    assert 'href="mailto:jip%3Fbcc%3Dkim@voorbeeld.example"' in html


def test_a_file_with_any_name_stops_nothing(small: Make, tmp_path: Path) -> None:
    import os

    project = small(een=MINIMAL)
    (Path(os.fsdecode(os.fsencode(project.organisations / "een/x") + b"\xff"))).write_text("x")
    assert results(project, tmp_path / "site") == ["built"]


def test_a_mistake_in_a_fragment_stops_one_site_and_not_the_program(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL)
    fragment = project.root / "overrides/fragments/footer.html"
    fragment.write_text(fragment.read_text("utf-8") + "{{ organisation.nmae }}", "utf-8")
    (outcome,) = build_all(project, tmp_path / "site")
    assert outcome.result == "failed"
    assert [finding.code for finding in outcome.findings if finding.stops] == ["T090"]
