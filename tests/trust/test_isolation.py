"""Nothing of one organisation reaches another: not its site, releases, reports or export, and not what all share."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from canaries import DIGITS, HIDDEN, WORD, Fleet, Place, Search, make
from click.testing import CliRunner
from PIL import Image

import terecht.workshop
from conftest import ROOT, TODAY, origin, quiet
from terecht import fleet, publish
from terecht.cli import main
from terecht.export import export
from terecht.findings import Finding
from terecht.flow.knowledge import Knowledge
from terecht.load import Client, load
from terecht.merge import shell_of
from terecht.merge.fragments import Fragments, picture_of
from terecht.project import Outcome, Project, choose, usable_content
from terecht.publish import Outlet
from terecht.render import Rendered, RenderedFrame
from terecht.render.cache import Shelf
from terecht.texts import not_found_text
from trust_table import Say

SEED = 26


@dataclass
class Ground:
    """A project with made-up organisations; builds of it share one cache and write to outputs of their own."""

    project: Project
    content: Knowledge
    fleet: Fleet

    def build(self, output: Path, ids: Iterable[str], *, force: bool = False) -> list[Outcome]:
        chosen = choose(self.project, ids)
        options: dict[str, Any] = {"jobs": 1, "force": force, "tell": quiet, "content": self.content}
        return list(fleet.build(self.project, chosen, Outlet(output), **options).outcomes)

    def command(self, output: Path, ids: Iterable[str]) -> subprocess.Popen[str]:
        """The command in a process of its own, two at work in it."""
        call = [sys.executable, "-m", "terecht", "build", *ids, "--output", str(output), "--jobs", "2"]
        return subprocess.Popen(
            call, cwd=self.project.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def load(self, name: str) -> Client:
        client, findings = load(self.project.organisations / name, self.content, TODAY)
        assert client is not None, findings
        return client


@dataclass
class Searched:
    """What was found: canaries of others, by what was done."""

    search: Search
    leaks: dict[str, list[str]] = field(default_factory=dict)
    outcomes: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def look(self, where: str, places: Iterable[Place]) -> None:
        before = self.search.places
        self.leaks[where] = self.leaks.get(where, []) + self.search.look(places)
        self.places[where] = self.places.get(where, 0) + self.search.places - before


@dataclass(frozen=True)
class Size:
    """How much is tried: organisations without a mistake, of so many kinds, in so many orders, so many exports."""

    organisations: int
    kinds: int
    orders: int
    exports: int


@pytest.fixture(scope="module")
def size(request: pytest.FixtureRequest) -> Size:
    return Size(100, 25, 5, 10) if request.config.getoption("--complete") else Size(10, 4, 2, 2)


@pytest.fixture(scope="module")
def ground(size: Size, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    root = tmp_path_factory.mktemp("canaries") / "project"
    for name in ("docs", "overrides"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    project = Project(root, root / "organisations", TODAY)
    fleet = make(project.organisations, size.organisations, size.kinds, SEED)
    yield Ground(project, usable_content(project), fleet)
    shutil.rmtree(root.parent)


def files_below(folder: Path, holder: str | None, shown: str) -> Iterator[Place]:
    """Every file below a folder, by its path; the folder may be a link."""
    for path in sorted(folder.rglob("*")):
        name = f"{shown}/{path.relative_to(folder)}"
        if path.is_file():
            yield Place(holder, name, path.read_bytes())
        elif not path.is_dir() or path.is_symlink():
            yield Place(holder, name, b"")


def published(output: Path, everyone: Iterable[str]) -> Iterator[Place]:
    """What readers see of each organisation, and all that lies beside it."""
    holders = set(everyone)
    for link in sorted(output.iterdir()):
        yield from files_below(link, link.name if link.name in holders else None, "site")
    state = Outlet(output).state
    for path in sorted(state.rglob("*")):
        first, *rest = path.relative_to(state).parts
        holder = rest[0] if first == "releases" and rest and rest[0] in holders else None
        if path.is_file():
            below = "/".join(rest[1:] if holder else (first, *rest))
            yield Place(holder, f"state/{below}", path.read_bytes())


def told(outcomes: Iterable[Outcome]) -> Iterator[Place]:
    """The findings of each organisation, as text and as JSON."""
    for outcome in outcomes:
        for finding in outcome.findings:
            yield Place(outcome.id, "finding", str(finding).encode(), report=True)
            yield Place(outcome.id, "finding as JSON", json.dumps(finding.as_json()).encode(), report=True)


def lines_of(text: str, everyone: Iterable[str]) -> Iterator[Place]:
    """Each line of a report is of the organisation that it names first; of nobody when it names none."""
    for line in text.splitlines():
        named = [(line.index(name), name) for name in everyone if name in line]
        yield Place(min(named)[1] if named else None, "line of a report", line.encode(), report=True)


def orders_of(fleet: Fleet) -> dict[str, list[str]]:
    """The orders in which all are built, each with those that have mistakes in between."""
    given = sorted(fleet.everyone)
    chance = random.Random(SEED)
    shuffled, again = (chance.sample(given, len(given)) for _ in range(2))
    return {"as given": given, "shuffled": shuffled, "reversed": given[::-1], "again": again, "two commands": given}


def run_order(ground: Ground, searched: Searched, order: str, ids: list[str], output: Path) -> None:
    """Builds in this order and searches all that came of it."""
    fleet = ground.fleet
    if order in {"as given", "two commands"}:
        halves = [ids[::2], ids[1::2]] if order == "two commands" else [ids]
        for command in [ground.command(output, half) for half in halves]:
            report, _ = command.communicate(timeout=1800)
            searched.look("reports", lines_of(report, fleet.everyone))
        searched.outcomes[order] = sorted(publish.published(Outlet(output)))
    else:
        outcomes = ground.build(output, ids)
        searched.look("reports", told(outcomes))
        searched.outcomes[order] = sorted(outcome.id for outcome in outcomes if outcome.result == "built")
    searched.look(f"built {order}", published(output, fleet.everyone))


def run_reports(ground: Ground, searched: Searched, output: Path) -> None:
    """What the other commands say, in both forms."""
    root, everyone = str(ground.project.root), ground.fleet.everyone
    found = json.loads(CliRunner().invoke(main, ["check", "--format", "json", "--root", root]).output)
    for finding in found:
        name = next((name for name in everyone if name in finding["path"]), None)
        searched.look("reports", [Place(name, "check", json.dumps(finding).encode(), report=True)])
    for form in ("text", "json"):
        for name in (ground.fleet.good[0], ground.fleet.broken[0]):
            said = CliRunner().invoke(main, ["check", name, "--format", form, "--root", root]).output
            searched.look("reports", [Place(name, "check", said.encode(), report=True)])
    for name in ground.fleet.good[:2]:
        (output / name / "index.html").write_text("", "utf-8")
        said = CliRunner().invoke(main, ["verify", "--output", str(output)]).output
        searched.look("reports", lines_of(said, everyone))
    name = ground.fleet.good[0]
    said = CliRunner().invoke(main, ["flow", "decide", name, "rol=zelf", "--root", root]).output
    searched.look("reports", [Place(name, "decision", said.encode(), report=True)])


def run_change(ground: Ground, searched: Searched, output: Path) -> frozenset[str]:
    """Some organisations change, and all are built again; the canaries that are gone."""
    chance = random.Random(SEED)
    changed = chance.sample(ground.fleet.good, 3)
    gone = frozenset[str]().union(*(ground.fleet.renew(name, chance) for name in changed))
    assert len(gone) > 2 * len(changed)
    outcomes = ground.build(output, ground.fleet.good)
    searched.look("reports", told(outcomes))
    searched.outcomes["changed"] = sorted(outcome.id for outcome in outcomes if outcome.result == "built")
    assert searched.outcomes["changed"] == sorted(changed)
    searched.look("built after a change", published(output, ground.fleet.everyone))
    return gone


@pytest.fixture(scope="module")
def searched(ground: Ground, size: Size, tmp_path_factory: pytest.TempPathFactory) -> Searched:
    """Everything is built in every order, searched, and let go."""
    searched = Searched(Search(ground.fleet.register))
    top = tmp_path_factory.mktemp("orders")
    output = top
    for number, (order, ids) in enumerate(islice(orders_of(ground.fleet).items(), size.orders)):
        output = top / str(number) / "site"
        run_order(ground, searched, order, ids, output)
        if number:
            shutil.rmtree(top / str(number - 1))
    gone = run_change(ground, searched, output)
    old = [place for link in output.iterdir() for place in files_below(link, None, link.name)]
    searched.leaks["of before a change"] = [
        f"{place.name}: {canary}" for place in old for canary in searched.search.canaries_in(place) & gone
    ]
    for name in ground.fleet.good[: size.exports]:
        export(ground.project, ground.load(name), ground.content, top / "export")
        searched.look("exports", files_below(top / "export", name, "export"))
        shutil.rmtree(top / "export")
    run_reports(ground, searched, output)
    searched.look("cache", files_below(ground.project.root / ".terecht", None, "cache"))
    shutil.rmtree(top)
    return searched


@pytest.mark.trust(26)
def test_no_canary_is_anywhere_but_with_its_owner(ground: Ground, searched: Searched, measured: Say) -> None:
    leaks = [f"{where}: {leak}" for where, found in searched.leaks.items() for leak in found]
    assert leaks == []
    builds = sum(where.startswith("built") for where in searched.leaks)
    fields = {mark.field for mark in ground.fleet.register.marks.values()}
    tried = f"{len(ground.fleet.everyone)} organisations x {len(fields)} fields x {builds} builds"
    cached, places = searched.places["cache"], sum(searched.places.values())
    measured(26, f"{len(leaks)} in {places:,} files and lines, {cached:,} of them of the cache: {tried}")


@pytest.mark.trust(26)
def test_every_order_built_all_that_can_be_built(ground: Ground, searched: Searched) -> None:
    built = {order: names for order, names in searched.outcomes.items() if order != "changed"}
    assert set(map(tuple, built.values())) == {tuple(sorted(ground.fleet.good))}
    assert all(searched.places.values())


@pytest.mark.trust(26)
def test_the_search_sees_each_field_on_the_owners_own_site_and_what_is_hidden_nowhere(
    ground: Ground, searched: Searched, measured: Say
) -> None:
    fields = {mark.field for mark in ground.fleet.register.marks.values()}
    shown, reported = searched.search.shown, searched.search.reported
    assert shown & HIDDEN == set()
    assert fields - HIDDEN == (shown | reported) - HIDDEN
    # The reports said something: of a mistake, of a decision, of a file that was changed.
    assert {"mistake", "contacts.id", "id"} <= reported
    measured(26, f"{len(shown)} fields seen on their owner's own site, {len(HIDDEN)} hidden ones nowhere")


Spell = Callable[[str], bytes]


def _base64_after(before: int) -> Spell:
    return lambda canary: base64.b64encode(b"x" * before + canary.encode() + b" and more")


def _photo_note(canary: str) -> bytes:
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = canary
    Image.new("RGB", (4, 4)).save(target, "JPEG", exif=exif)
    return target.getvalue()


def _packed_note(canary: str) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    target, notes = io.BytesIO(), PngInfo()
    notes.add_text("Comment", canary, zip=True)
    Image.new("RGB", (4, 4)).save(target, "PNG", pnginfo=notes)
    return target.getvalue()


SPELLINGS: dict[str, Spell] = {
    "plain": str.encode,
    "in capitals": lambda canary: canary.upper().encode(),
    "cut short": lambda canary: canary[:14].encode(),
    "as decimal entities": lambda canary: "".join(f"&#{ord(letter)};" for letter in canary).encode(),
    "as entities in hex": lambda canary: "".join(f"&#x{ord(letter):X};" for letter in canary).encode(),
    "with one entity": lambda canary: f"{canary[:9]}&#{ord(canary[9])};{canary[10:]}".encode(),
    "in percents": lambda canary: "".join(f"%{ord(letter):02X}" for letter in canary).encode(),
    "in percents twice": lambda canary: quote("".join(f"%{ord(letter):02x}" for letter in canary)).encode(),
    "quoted-printable": lambda canary: "".join(f"={ord(letter):02X}" for letter in canary).encode(),
    "as escapes of JSON": lambda canary: "".join(f"\\u{ord(letter):04x}" for letter in canary).encode(),
    "in base64, first alignment": _base64_after(0),
    "in base64, second alignment": _base64_after(1),
    "in base64, third alignment": _base64_after(2),
    "capitals in base64": lambda canary: base64.b64encode(f"{{{canary.upper()}}}".encode()),
    "in hex": lambda canary: canary.encode().hex().encode(),
    "in UTF-16": lambda canary: canary.encode("utf-16"),
    "in UTF-16, the other way": lambda canary: canary.encode("utf-16-be"),
    "packed": lambda canary: gzip.compress(f"<p>{canary}</p>".encode()),
    "packed behind something else": lambda canary: b"PK" + gzip.compress(canary.encode()),
    "packed, in base64": lambda canary: base64.b64encode(canary.encode() + b"\n") + gzip.compress(canary.encode()),
    "entities in base64": lambda canary: base64.b64encode(f"{canary[:7]}&#{ord(canary[7])};{canary[8:]}".encode()),
    "in a photo's notes": _photo_note,
    "in a PNG's packed notes": _packed_note,
}


def _of(fleet: Fleet, field_: str, owner: str) -> str:
    return next(canary for canary, mark in fleet.register.marks.items() if (mark.owner, mark.field) == (owner, field_))


@pytest.mark.trust(26, fault="a name in 23 spellings")
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_search_sees_a_name_in_any_spelling(spelling: str, ground: Ground) -> None:
    theirs, ours = ground.fleet.good[:2]
    data = b"<p>x</p>" + SPELLINGS[spelling](_of(ground.fleet, "contacts.name", theirs)) + b"<p>y</p>"
    if "notes" in spelling:
        data = data[8:]
    assert Search(ground.fleet.register).look([Place(ours, "index.html", data)])
    assert Search(ground.fleet.register).look([Place(theirs, "index.html", data)]) == []


#: Fields of each kind of canary, and how the other organisation's file might hold it.
KINDS: dict[str, Spell] = {
    "contacts.phone": lambda canary: f'<a href="tel:+43{canary}">'.encode(),
    "policy.emergency.internal": lambda canary: base64.b64encode(f'{{"a":"{canary}"}}'.encode()),
    "review.date": lambda canary: f"<p>{canary}.</p>".encode(),
    "policy.complaint.handled_weeks": lambda canary: f"<p>{canary} weken</p>".encode(),
    "brand.colour": lambda canary: f'<svg fill="%23{canary[1:].upper()}"/>'.encode(),
    "id": lambda canary: f"../{canary}/".encode(),
}


@pytest.mark.trust(26, fault="numbers, dates, colours, ids")
@pytest.mark.parametrize("name", KINDS)
def test_the_search_sees_each_kind_of_canary(name: str, ground: Ground) -> None:
    theirs, ours = ground.fleet.good[:2]
    data = KINDS[name](_of(ground.fleet, name, theirs))
    assert len(Search(ground.fleet.register).look([Place(ours, "index.html", data)])) == 1


@pytest.mark.trust(26, fault="another's photo, QR code and file name")
def test_the_search_sees_pixels_qr_codes_and_file_names(ground: Ground) -> None:
    theirs, ours = ground.fleet.good[:2]
    search = Search(ground.fleet.register)
    client = ground.load(theirs)
    photos = [Place(ours, "photo", photo.data) for photo in client.pictures.photos.values()]
    assert len(search.look(photos)) == len(photos) == 3
    code = picture_of(f"{client.organisation.url}waar-terecht/")
    assert len(search.look([Place(ours, "index.html", f"<p>{code}</p>".encode())])) == 1
    assert len(search.look([Place(ours, f"assets/{_of(ground.fleet, 'contacts.id', theirs)}.jpg", b"")])) == 1


def remember_the_first_footer(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, str] = {}
    footer = Fragments.footer

    def remembered(self: Fragments, version: str) -> str:
        return kept.setdefault(self.language, footer(self, version))

    monkeypatch.setattr(Fragments, "footer", remembered)


@pytest.mark.trust(26, fault="a merge that remembers a footer")
def test_a_merge_that_remembers_is_seen_in_sites_and_exports(
    ground: Ground, searched: Searched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del searched  # the pages have been rendered by then
    remember_the_first_footer(monkeypatch)
    dutch = (name for name in ground.fleet.good if ground.load(name).organisation.languages == ("nl",))
    chosen = list(islice(dutch, 2))
    ground.build(tmp_path / "site", chosen)
    search = Search(ground.fleet.register)
    places = list(published(tmp_path / "site", ground.fleet.everyone))
    assert {leak.split(" of ")[1].split(":")[0] for leak in search.look(places)} == {chosen[1]}
    export(ground.project, ground.load(chosen[1]), ground.content, tmp_path / "export")
    assert search.look(files_below(tmp_path / "export", chosen[1], "export"))


@pytest.mark.trust(26, fault="findings that pile up")
def test_findings_that_pile_up_are_seen(ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pile: list[Finding] = []

    def piled(*arguments: object) -> tuple[Client | None, list[Finding]]:
        client, findings = load(*arguments)  # type: ignore[arg-type]
        pile.extend(findings)
        return client, pile

    monkeypatch.setattr(terecht.workshop, "load", piled)
    outcomes = ground.build(tmp_path / "site", ground.fleet.broken[:2])
    assert Search(ground.fleet.register).look(told(outcomes))


@pytest.mark.trust(26, fault="a value in the cache")
def test_a_value_in_the_cache_is_seen(ground: Ground, tmp_path: Path) -> None:
    name = ground.fleet.good[0]
    shell = shell_of(("nl",), ground.content)
    page = RenderedFrame(html.escape(f"<p>{_of(ground.fleet, 'contacts.name', name)}</p>"), "")
    Shelf(tmp_path / "cache", "engine").put(shell, Rendered({not_found_text(shell.languages).frame: page}, {}))
    assert len(Search(ground.fleet.register).look(files_below(tmp_path / "cache", None, "cache"))) == 1


@pytest.mark.trust(26, fault="a link to another's release, a journal for all")
def test_another_release_and_a_shared_journal_are_seen(ground: Ground, tmp_path: Path) -> None:
    output = tmp_path / "site"
    outlet = Outlet(output)
    theirs, ours = ground.fleet.good[:2]
    for name in (theirs, ours):
        page = {"index.html": f"<p>{_of(ground.fleet, 'contacts.name', name)}</p>".encode()}
        publish.switch(outlet, publish.stage(outlet, name, origin("x"), page))
    search = Search(ground.fleet.register)
    assert search.look(published(output, ground.fleet.everyone)) == []
    (outlet.state / "journal.json").write_text(json.dumps({"last": theirs}), "utf-8")
    assert [leak.split(" of ")[1] for leak in search.look(published(output, ground.fleet.everyone))] == [
        "everybody: id"
    ]
    (output / ours).unlink()
    (output / ours).symlink_to((output / theirs).resolve())
    (leak,) = [leak for leak in search.look(published(output, ground.fleet.everyone)) if leak.startswith("site")]
    assert leak == f"site/index.html of {ours}: contacts.name of {theirs}"


@pytest.mark.trust(26, fault="a report that names two")
def test_a_line_that_names_two_organisations_is_seen(ground: Ground) -> None:
    theirs, ours = ground.fleet.good[:2]
    for line in (f"{ours}: did you mean '{theirs}'?", f"the last was {_of(ground.fleet, 'name', theirs)}"):
        assert Search(ground.fleet.register).look(lines_of(line, ground.fleet.everyone))


def test_nothing_of_ours_holds_what_canaries_start_with() -> None:
    for folder in ("docs", "overrides"):
        for path in (ROOT / folder).rglob("*.*"):
            data = path.read_bytes().lower()
            assert WORD.encode() not in data, path
            assert DIGITS.encode() not in data, path
