"""Before a client signs: what the next build changes, page by page, a number and an address always with it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conftest import MINIMAL, ROOT
from terecht.cli import main
from terecht.diff.changes import compare, files_of
from terecht.diff.words import named


class Fleet:
    """A folder of clients of this project, and what is published of them."""

    def __init__(self, folder: Path) -> None:
        self.clients = folder / "clients"
        self.output = folder / "site"
        self.file = self.clients / "een/organisation.yml"
        self.file.parent.mkdir(parents=True)
        self.file.write_text(MINIMAL, "utf-8")

    def run(self, *arguments: str) -> Result:
        where = ("--root", str(ROOT), "--organisations", str(self.clients), "--output", str(self.output))
        done = CliRunner().invoke(main, [*arguments, *where])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    def build(self) -> None:
        assert "1 built" in self.run("build", "een", "--progress", "none", "--jobs", "1").output

    def edit(self, old: str, new: str) -> None:
        text = self.file.read_text("utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), "utf-8")

    def diff(self) -> list[str]:
        done = self.run("diff", "een")
        assert done.exit_code == 0
        return done.output.splitlines()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    Fleet(folder).build()
    return folder


@pytest.fixture
def fleet(built: Path, tmp_path: Path) -> Fleet:
    """A client that is published, to change."""
    for name in ("site", "site.terecht"):
        shutil.copytree(built / name, tmp_path / name, symlinks=True)
    return Fleet(tmp_path)


def test_a_site_that_is_new(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path)
    assert fleet.diff() == ["een is not published yet: everything is new"]
    assert json.loads(fleet.run("diff", "een", "--format", "json").output)["published"] is None
    assert not fleet.output.exists()


def test_nothing_changes(fleet: Fleet) -> None:
    (said,) = fleet.diff()
    assert said.startswith("een: nothing changes (release 1, made with terecht ")
    found = json.loads(fleet.run("diff", "een", "--format", "json").output)
    assert found["around"] == found["pages"] == found["files"] == found["unseen"] == []


def test_another_number_shows_with_what_is_dialled(fleet: Fleet) -> None:
    fleet.edit("06 12345678", "06 12345687")
    lines = fleet.diff()
    at = lines.index("Nederlands · Wie er voor je is · /wie/")
    assert lines[at + 1 :][:6] == [
        "  @ Vertrouwenspersoon",
        "    Jip Bos",
        "    Vertrouwenspersoon",
        "  - Bel 06 12345678 (tel:+31612345678)",
        "  + Bel 06 12345687 (tel:+31612345687)",
        "    ## Van binnen of van buiten",
    ]
    flow = lines[lines.index("Nederlands · Waar kan ik terecht? · /waar-terecht/") + 1]
    assert "times on this page" in flow
    assert sum(line.startswith("  - Bel") for line in lines) < 15
    assert not any(line.startswith("On ") for line in lines)


def test_another_address_behind_the_same_words_shows(fleet: Fleet) -> None:
    files = files_of(fleet.output / "een")
    wrong = {**files, "wie/index.html": files["wie/index.html"].replace(b"tel:+31612345678", b"tel:+31612345687")}
    (page,) = compare(files, wrong).pages
    assert [hunk.core for hunk in page.parts["text"]] == [
        ("-Bel 06 12345678 (tel:+31612345678)", "+Bel 06 12345678 (tel:+31612345687)")
    ]


def test_what_is_the_same_on_every_page_is_told_once(fleet: Fleet) -> None:
    fleet.edit("languages: [nl]", "languages: [nl]\nexit_url: https://weer.example/\nindexable: yes")
    lines = fleet.diff()
    assert lines[2:7] == [
        "On every page in Nederlands, the search engines:",
        "  - noindex, noarchive",
        "  + index, follow",
        "",
        "On every page in Nederlands, the top:",
    ]
    assert sum("https://weer.example/" in line for line in lines if line.startswith("  +")) == 2  # and where one leaves
    assert not any(line.startswith("Nederlands · ") for line in lines)


def test_pages_come_and_go(fleet: Fleet) -> None:
    page = fleet.file.parent / "docs/nl/bezoek.md"
    page.parent.mkdir(parents=True)
    page.write_text("# Bezoek\n\nBel [ons](tel:+31201234567).\n", "utf-8")
    lines = fleet.diff()
    at = lines.index("Nederlands · Bezoek · /extra/bezoek/, a new page")
    assert lines[at + 1 : at + 3] == ["  + # Bezoek", "  + Bel ons (tel:+31201234567)."]
    assert "  + Bezoek (page extra/bezoek)" in lines
    fleet.build()
    page.unlink()
    lines = fleet.diff()
    assert lines[lines.index("Pages that go:") + 1] == "  Nederlands · Bezoek · /extra/bezoek/"


def test_another_first_language_moves_pages_and_says_so(fleet: Fleet) -> None:
    fleet.edit("[nl]", "[en, nl]")
    lines = fleet.diff()
    assert "Nederlands · Wie er voor je is · /nl/wie/, until now at /wie/" in lines
    assert "English · Who is there for you · /wie/, a new page" in lines


def test_colours_and_pictures_are_named_in_words(fleet: Fleet) -> None:
    shutil.copy(ROOT / "organisations/vuurvlinder/vlinder.png", fleet.file.parent / "logo.png")
    fleet.edit("languages:", 'brand:\n  colour: "#005340"\n  logo: logo.png\n  logo_alt: Een vlinder\nlanguages:')
    lines = fleet.diff()
    assert {"  the colours: other than it was", "  the logo: new"} <= set(lines)
    assert any("[picture: Een vlinder]" in line for line in lines if line.startswith("  +"))


def test_what_no_reader_sees_is_named_as_well(fleet: Fleet) -> None:
    files = files_of(fleet.output / "een")
    other = {**files, "wie/index.html": files["wie/index.html"].replace(b"<body>", b'<body data-x="1">')}
    found = compare(files, other)
    assert (found.pages, found.around, found.unseen) == ((), (), (("nl", "wie"),))


def test_the_same_as_json(fleet: Fleet) -> None:
    fleet.edit("06 12345678", "06 12345687")
    found = json.loads(fleet.run("diff", "een", "--format", "json").output)
    assert found["organisation"] == "een"
    assert found["published"]["release"] == 1
    page = next(page for page in found["pages"] if page["name"] == "wie")
    assert (page["language"], page["title"], page["kind"]) == ("nl", "Wie er voor je is", "changed")
    assert "+Bel 06 12345687 (tel:+31612345687)" in page["parts"]["text"][0]["lines"]
    assert {"path": "search/nl.json", "what": "what the search finds, in Nederlands", "kind": "changed"} in found[
        "files"
    ]


def test_a_client_that_can_not_be_built_says_why(fleet: Fleet) -> None:
    fleet.edit("phone:", "phne:")
    done = fleet.run("diff", "een")
    assert done.exit_code == 2
    assert "T012 unknown key 'phne'; did you mean 'phone'?" in done.output


def test_something_else_in_the_place_of_a_site(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path)
    (fleet.output / "een").mkdir(parents=True)
    done = fleet.run("diff", "een")
    assert done.exit_code == 2
    assert "is there, and terecht has not made it; move it away" in done.output


def test_every_file_of_a_site_has_words(fleet: Fleet) -> None:
    unnamed = [path for path in files_of(fleet.output / "een") if not path.endswith(".html") and named(path) == path]
    assert unnamed == []


def test_a_link_in_a_published_site_is_not_followed(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret", "utf-8")
    (fleet.output / "een/secret.html").symlink_to(tmp_path / "secret.html")
    assert "secret.html" not in files_of(fleet.output / "een")
