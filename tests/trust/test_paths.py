"""Whatever lies in an organisation's folder, no file outside it is read, and none outside the output is written."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from conftest import MINIMAL, ROOT, TODAY
from terecht.cli import main
from terecht.export import export
from terecht.findings import Finding, Refused, Unusable
from terecht.flow.knowledge import Knowledge
from terecht.inputs import own_inputs
from terecht.load import Client, load
from terecht.project import Project, choose
from trust_table import Say

#: Stands in every file outside, and so in nothing that is made.
ELSEWHERE = "IETS-VAN-EEN-ANDER"
#: A picture outside is known by its size: what is published of it is made anew.
SIZE = (33, 21)
WITH_LOGO = MINIMAL + "brand: {logo: logo.png}\n"
#: Longer than all commands of a test take together on a slow machine; what waits for a pipe would wait for ever.
PATIENCE = 240


def picture(size: tuple[int, int]) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, (0, 83, 159)).save(target, "PNG")
    return target.getvalue()


def outside(folder: Path) -> Path:
    """A client's folder, as whole as any, that is not below the folder of the clients."""
    made = folder / "buiten"
    (made / "docs/nl").mkdir(parents=True)
    (made / "organisation.yml").write_text(MINIMAL.replace("Voorbeeld", ELSEWHERE), "utf-8")
    (made / "docs/nl/extra.md").write_text(f"# {ELSEWHERE}\n\n{ELSEWHERE}\n", "utf-8")
    (made / "logo.png").write_bytes(picture(SIZE))
    (made / "logo.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><title>{ELSEWHERE}</title></svg>', "utf-8")
    return made


@dataclass(frozen=True)
class Attack:
    """What is done to a folder that was in order, and the codes with which it is refused; none where it is harmless."""

    prepare: Callable[[Path, Path], object]
    codes: frozenset[str]


def _file(name: str, text: str) -> Callable[[Path, Path], object]:
    def prepare(folder: Path, away: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.replace("AWAY", str(away)), "utf-8")

    return prepare


def _link(name: str, target: str) -> Callable[[Path, Path], object]:
    """A link in the place of what was there; ``AWAY`` in its target is the folder outside."""

    def prepare(folder: Path, away: Path) -> None:
        place = folder / name if name else folder
        place.parent.mkdir(parents=True, exist_ok=True)
        remove(place)
        place.symlink_to(target.replace("AWAY", str(away)))

    return prepare


def _both(*steps: Callable[[Path, Path], object]) -> Callable[[Path, Path], object]:
    return lambda folder, away: [step(folder, away) for step in steps]


def _special(name: str, make: Callable[[Path], object]) -> Callable[[Path, Path], object]:
    def prepare(folder: Path, _: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        remove(folder / name)
        make(folder / name)

    return prepare


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _socket(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)
    os.chdir(before)


def _device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        path.symlink_to("/dev/zero")  # the nearest thing for who is not root


def _logo(name: str) -> Callable[[Path, Path], object]:
    def prepare(folder: Path, away: Path) -> None:
        text = MINIMAL + f"brand: {{logo: {json.dumps(name.replace('AWAY', str(away)))}}}\n"
        (folder / "organisation.yml").write_text(text, "utf-8")

    return prepare


def attack(prepare: Callable[[Path, Path], object], *codes: str) -> Attack:
    return Attack(prepare, frozenset(codes))


HARMLESS_PAGE = "# Titel\n\nTekst.\n"
PAGE = "docs/nl/extra.md"
XML = '<?xml version="1.0"?>{}<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'
ATTACKS: dict[str, Attack] = {
    # links
    "file-is-link": attack(_link("organisation.yml", "AWAY/organisation.yml"), "T052"),
    "file-is-short-link": attack(_link("organisation.yml", "../../buiten/organisation.yml"), "T052"),
    "file-is-link-to-a-client": attack(_link("organisation.yml", "../buur/organisation.yml"), "T052"),
    "file-is-link-to-a-device": attack(_link("organisation.yml", "/dev/zero"), "T052"),
    "file-is-link-to-itself": attack(_link("organisation.yml", "organisation.yml"), "T052"),
    "file-is-link-to-nothing": attack(_link("organisation.yml", "nergens"), "T052"),
    "logo-is-link": attack(_link("logo.png", "AWAY/logo.png"), "T052"),
    "logo-is-link-to-a-link": attack(_both(_link("twee.png", "AWAY/logo.png"), _link("logo.png", "twee.png")), "T052"),
    "logo-is-link-to-memory": attack(_link("logo.png", "/proc/self/environ"), "T052"),
    "page-is-link": attack(_link(PAGE, "AWAY/docs/nl/extra.md"), "T052"),
    "page-is-link-to-memory": attack(_link(PAGE, "/proc/self/environ"), "T052"),
    "language-is-link": attack(_link("docs/nl", "AWAY/docs/nl"), "T052"),
    "docs-is-link": attack(_link("docs", "AWAY/docs"), "T052"),
    "docs-is-link-to-a-client": attack(_link("docs", "../buur/docs"), "T052"),
    "folder-is-link": attack(_link("", "AWAY"), "T052"),
    "folder-is-link-to-a-client": attack(_link("", "buur"), "T052"),
    "links-that-nobody-asks-for": attack(_both(_link("alles", "/"), _link("rond", "."), _link("weg", "AWAY"))),
    # names that are paths
    "logo-above": attack(_logo("../../buiten/logo.png"), "T051"),
    "logo-of-a-client": attack(_logo("../buur/logo.png"), "T051"),
    "logo-from-the-root": attack(_logo("AWAY/logo.png"), "T051"),
    "logo-from-memory": attack(_logo("/proc/self/environ"), "T051"),
    "logo-is-above": attack(_logo(".."), "T051"),
    "logo-with-backslash": attack(_logo("..\\..\\buiten\\logo.png"), "T051"),
    "logo-as-address": attack(_logo("file://AWAY/logo.png"), "T051"),
    "logo-through-a-link": attack(_both(_link("weg", "AWAY"), _logo("weg/logo.png")), "T051"),
    "logo-at-home": attack(_logo("~root"), "T050"),
    "logo-hidden": attack(_logo(".htaccess"), "T051"),
    # files that are none
    "file-is-pipe": attack(_special("organisation.yml", os.mkfifo), "T055"),
    "file-is-folder": attack(_special("organisation.yml", Path.mkdir), "T055"),
    "logo-is-pipe": attack(_special("logo.png", os.mkfifo), "T055"),
    "logo-is-socket": attack(_special("logo.png", _socket), "T055"),
    "logo-is-device": attack(_special("logo.png", _device), "T055", "T052"),
    "logo-is-folder": attack(_special("logo.png", Path.mkdir), "T055"),
    "page-is-pipe": attack(_special(PAGE, os.mkfifo), "T055"),
    "page-is-folder": attack(_special(PAGE, Path.mkdir)),
    "language-is-pipe": attack(_special("docs/nl", os.mkfifo), "T066"),
    "docs-is-pipe": attack(_special("docs", os.mkfifo), "T001"),
    "docs-is-file": attack(_special("docs", Path.touch), "T001"),
    "pipe-that-nobody-asks-for": attack(_special("pijp", os.mkfifo)),
    # files that ask for files
    "page-takes-in": attack(_file(PAGE, '# Titel\n\n--8<-- "AWAY/docs/nl/extra.md"\n')),
    "page-includes": attack(_file(PAGE, "# Titel\n\n{% include 'AWAY/docs/nl/extra.md' %}\n")),
    "page-links-up": attack(_file(PAGE, "# Titel\n\n[x](../../../../buiten/docs/nl/extra.md)\n"), "T064"),
    "page-shows-up": attack(_file(PAGE, "# Titel\n\n![x](../../logo.png)\n"), "T067"),
    "page-out-of-place": attack(_file("docs/../docs/nl/dieper/extra.md", HARMLESS_PAGE), "T066"),
    "page-with-dots": attack(_file("docs/nl/..extra.md", HARMLESS_PAGE)),
    "page-with-dots-written": attack(_file("docs/nl/%2e%2e%2fextra.md", HARMLESS_PAGE), "T066"),
    "page-for-the-server": attack(_file("docs/nl/.htaccess", "Options +Indexes\n")),
    "page-of-another-language": attack(_file("docs/../docs/xx/extra.md", HARMLESS_PAGE), "T066"),
    "page-with-a-line-in-its-name": attack(_file("docs/nl/a\nb.md", HARMLESS_PAGE), "T066"),
    "drawing-with-entity": attack(
        _file("logo.png", XML.format('<!DOCTYPE svg [<!ENTITY e SYSTEM "file://AWAY/organisation.yml">]>', "&e;")),
        "T053",
    ),
    "drawing-with-doctype": attack(
        _file("logo.png", XML.format('<!DOCTYPE svg SYSTEM "file://AWAY/organisation.yml">', "")),
    ),
    "drawing-with-picture": attack(_file("logo.png", XML.format("", '<image href="file://AWAY/logo.png"/>')), "T053"),
    "drawing-with-use": attack(_file("logo.png", XML.format("", '<use href="AWAY/logo.svg#a"/>')), "T053"),
    "drawing-with-style": attack(
        _file("logo.png", XML.format("", '<style>@import "file://AWAY/x.css";</style>')), "T053"
    ),
    "file-with-tag": attack(_file("organisation.yml", "name: !include AWAY/organisation.yml\n"), "T013"),
}


@dataclass(frozen=True)
class Yard:
    """Where it happens: clients with an attack each, an honest one, and what nobody may touch."""

    folder: Path
    away: Path

    @property
    def clients(self) -> Path:
        return self.folder / "klanten"


def yard(folder: Path, *names: str) -> Yard:
    """Attacks beside each other, and a neighbour that is in order."""
    made = Yard(folder, outside(folder))
    for name, one in {**{name: ATTACKS[name] for name in names}, "buur": attack(lambda *_: None)}.items():
        client = made.clients / name
        (client / "docs/nl").mkdir(parents=True)
        (client / "organisation.yml").write_text(WITH_LOGO, "utf-8")
        (client / "logo.png").write_bytes(picture((24, 16)))
        (client / PAGE).write_text(HARMLESS_PAGE, "utf-8")
        one.prepare(client, made.away)
    neighbour = (made.clients / "buur/organisation.yml").read_text("utf-8").replace("Voorbeeld", "De Buren")
    (made.clients / "buur/organisation.yml").write_text(neighbour, "utf-8")
    (made.clients / "buur" / PAGE).write_text("# Van de buren\n\nAlleen van de buren.\n", "utf-8")
    return made


#: Runs terecht and writes down what it opens, by device and number: a name says nothing once there are links. What
#: ``os.open`` really opened is known when it is open; for the rest Python says what it is about to do.
WATCHER = """
import os, sys
seen = set()
real_open, opening = os.open, []
changes = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod", "os.truncate"}
def note(what):
    try:
        status = os.fstat(what) if isinstance(what, int) else os.stat(what)
        seen.add(f"{status.st_dev} {status.st_ino}")
    except (OSError, TypeError, ValueError):
        pass
def hook(event, arguments):
    if event in {"os.listdir", "os.scandir"} or (event == "open" and not opening):
        note(arguments[0])
    elif event in changes:
        for argument in arguments:
            note(os.path.dirname(os.path.abspath(argument)) if isinstance(argument, (str, bytes)) else argument)
def opened(path, flags, mode=0o777, *, dir_fd=None):
    opening.append(path)
    try:
        handle = real_open(path, flags, mode, dir_fd=dir_fd)
    finally:
        opening.pop()
    note(handle)
    return handle
os.open = opened
FAULT
sys.addaudithook(hook)
from terecht.cli import main
try:
    main(sys.argv[2:])
finally:
    with open(sys.argv[1], "w") as log:
        log.write("\\n".join(seen))
"""


@dataclass(frozen=True)
class Run:
    """What a command said, and the files and folders that it opened."""

    code: int
    said: str
    opened: frozenset[str]


def watched(made: Yard, *arguments: str, fault: str = "") -> Run:
    """Runs the command in a process of its own, where a temporary file has its own place too."""
    scratch = made.folder / "even"
    scratch.mkdir(exist_ok=True)
    log = made.folder / "gezien.txt"
    done = subprocess.run(
        [sys.executable, "-c", WATCHER.replace("FAULT", fault), log, *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(scratch)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return Run(done.returncode, done.stdout + done.stderr, frozenset(log.read_text("utf-8").splitlines()))


def identity(path: Path) -> str:
    """A file or folder by device and number."""
    return f"{path.stat().st_dev} {path.stat().st_ino}"


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Everything in a folder as it is now."""
    found = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        now = path.lstat()
        found[str(path)] = now.st_mode, now.st_mtime_ns, path.read_bytes() if path.is_file() else b""
    return found


def leaks(made: Yard, run: Run, before: dict[str, tuple[int, int, bytes]], output: Path) -> list[str]:
    """What of the outside was opened, said, published or changed."""
    found = [f"opened {path}" for path in (made.away, *made.away.rglob("*")) if identity(path) in run.opened]
    found += ["said"] if ELSEWHERE in run.said else []
    for path in (*output.rglob("*"), *Path(f"{output}.terecht").rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            sized = (
                path.parent.name == "organisation"
                and path.suffix == ".png"
                and Image.open(io.BytesIO(data)).size == SIZE
            )
            found += [f"published {path.relative_to(made.folder)}"] if ELSEWHERE.encode() in data or sized else []
    return found + (["changed"] if state(made.away) != before else [])


#: Refused as well, but only after a build has hashed what they lead to: see the test of that.
LINKED = {"folder-is-link", "folder-is-link-to-a-client"}


@pytest.mark.trust(24)
def test_no_folder_leads_outside(tmp_path: Path, measured: Say) -> None:
    made = yard(tmp_path, *ATTACKS)
    before = state(made.away)
    output = tmp_path / "site"
    place = ("--organisations", str(made.clients))
    run = watched(made, "check", "--format", "json", *place)
    assert leaks(made, run, before, output) == []
    stopped: dict[str, set[str]] = {name: set() for name in (*ATTACKS, "buur")}
    for finding in json.loads(run.said.partition("\n]")[0] + "\n]"):
        name = Path(finding["path"]).relative_to(made.clients).parts[0]
        stopped[name] |= {finding["code"]} if finding["code"].startswith("T") else set()
    expected = {**{name: one.codes for name, one in ATTACKS.items()}, "buur": frozenset[str]()}
    assert {name: codes for name, codes in stopped.items() if not codes <= expected[name]} == {}
    built = {name for name, codes in stopped.items() if not codes}
    assert built == {name for name, codes in expected.items() if not codes}
    for name in LINKED:
        remove(made.clients / name)
    run = watched(made, "build", *place, "--output", str(output))
    assert leaks(made, run, before, output) == []
    assert {path.name for path in output.iterdir()} == built
    releases = Path(f"{output}.terecht/releases")
    theirs = [path for path in releases.rglob("*.html") if "buren" in path.read_text("utf-8").lower()]
    assert {path.relative_to(releases).parts[0] for path in theirs} == {"buur"}
    measured(24, f"0 of {len(ATTACKS)} folders ({len(ATTACKS) + 1 - len(built)} refused)")


def test_what_a_folder_that_is_a_link_leads_to_is_not_hashed(tmp_path: Path) -> None:
    away = outside(tmp_path)
    link = linked(tmp_path / "een", away)
    before = own_inputs(link)
    (away / "organisation.yml").write_text(MINIMAL, "utf-8")
    assert own_inputs(link) == before


def test_a_file_without_end_is_not_read_to_be_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.read_bytes

    def read(path: Path) -> bytes:
        if path.stat().st_size > 2**30:
            raise MemoryError
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    (tmp_path / "een").mkdir()
    with (tmp_path / "een/leeg.bin").open("wb") as file:
        file.truncate(2**40)  # a file with holes takes no room
    assert own_inputs(tmp_path / "een").hashes["een/leeg.bin"]


@pytest.mark.trust(24, fault="links are followed")
def test_a_link_that_is_followed_would_be_seen(tmp_path: Path) -> None:
    made = yard(tmp_path, "file-is-link", "logo-is-link")
    before = state(made.away)
    arguments = ("build", "--organisations", str(made.clients), "--output", str(tmp_path / "site"))
    run = watched(made, *arguments, fault="os.O_NOFOLLOW = 0")
    found = leaks(made, run, before, tmp_path / "site")
    assert f"opened {made.away / 'organisation.yml'}" in found, (found, run)
    assert [line for line in found if line.startswith("published") and "file-is-link" in line]
    assert [line for line in found if line.startswith("published") and "logo-is-link" in line]


@pytest.mark.trust(24, fault="a file written elsewhere")
def test_a_file_that_is_written_elsewhere_would_be_seen(tmp_path: Path) -> None:
    made = yard(tmp_path)
    before = state(made.away)
    run = watched(made, "schema", fault=f"sys.addaudithook(hook); open({str(made.away / 'nieuw')!r}, 'w').close()")
    found = leaks(made, run, before, tmp_path / "site")
    assert "changed" in found


class Swapping:
    """Puts something else in the place of a file just before the ``turn``-th time that anything is opened or listed."""

    def __init__(self) -> None:
        self.turn = -1
        self.seen = 0
        self.swap: Callable[[], object] | None = None

    def __call__(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if self.swap is None or event not in {"open", "os.scandir", "os.listdir"}:
            return
        self.seen += 1
        if self.seen == self.turn:
            swap, self.swap = self.swap, None
            swap()


SWAPPING = Swapping()


@pytest.fixture(scope="module")
def swapping() -> Swapping:
    """A hook can not be taken away again; without a swap it does nothing."""
    sys.addaudithook(SWAPPING)
    return SWAPPING


@contextmanager
def in_time(seconds: int) -> Iterator[None]:
    """Fails what waits for ever."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def betrayed(client: Client | None, findings: list[Finding]) -> bool:
    """Whether something of the outside was read."""
    said = "".join(map(str, findings)) + repr(client)
    logo = client.pictures.logo if client else None
    return ELSEWHERE in said or (logo is not None and (logo.width, logo.height) == SIZE)


#: What is swapped while it is looked at, and what for.
VICTIMS = ("organisation.yml", "logo.png", PAGE, "docs/nl", "docs")
BECOMES: dict[str, Callable[[Path, Path], object]] = {
    "a link": lambda place, away: place.symlink_to(away),
    "a pipe": lambda place, _: os.mkfifo(place),
}


def raced(
    folder: Path, victim: str, becomes: str, turn: int, content: Knowledge, swapping: Swapping
) -> tuple[bool, bool]:
    """Whether the swap at this turn took place, and whether something of the outside was read then."""
    away = outside(folder)
    client = folder / "een"
    (client / "docs/nl").mkdir(parents=True)
    (client / "organisation.yml").write_text(WITH_LOGO, "utf-8")
    (client / "logo.png").write_bytes(picture((24, 16)))
    (client / PAGE).write_text(HARMLESS_PAGE, "utf-8")

    def swap() -> None:
        (client / victim).rename(folder / "opzij")
        BECOMES[becomes](client / victim, away / victim)

    swapping.turn, swapping.seen, swapping.swap = turn, 0, swap
    try:
        with in_time(20):
            made, findings = load(client, content, TODAY)
    finally:
        done, swapping.swap = swapping.swap is None, None
    assert "T090" not in {finding.code for finding in findings}, findings
    return done, betrayed(made, findings)


def races(
    folder: Path, victim: str, becomes: str, content: Knowledge, swapping: Swapping
) -> Iterator[tuple[int, bool]]:
    """Every turn at which a swap can take place, and whether it was of use."""
    for turn in range(1, 1000):
        with tempfile.TemporaryDirectory(dir=folder) as here:
            done, read = raced(Path(here), victim, becomes, turn, content, swapping)
        if not done:
            return
        yield turn, read


@pytest.mark.trust(24)
@pytest.mark.parametrize("becomes", BECOMES)
def test_what_is_swapped_while_it_is_read_leads_nowhere(
    becomes: str, content: Knowledge, swapping: Swapping, tmp_path: Path, measured: Say
) -> None:
    turns = 0
    for victim in VICTIMS:
        found = dict(races(tmp_path, victim, becomes, content, swapping))
        assert len(found) > 5, victim
        assert [turn for turn, read in found.items() if read] == [], victim
        turns += len(found)
    measured(24, f"0 of {turns} swaps for {becomes} while it is read")


@pytest.mark.trust(24, fault="a link is followed that was a file a moment ago")
@pytest.mark.parametrize("victim", ["organisation.yml", "logo.png", PAGE, "docs/nl"])
def test_a_swap_that_is_of_use_would_be_seen(
    victim: str, content: Knowledge, swapping: Swapping, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "O_NOFOLLOW", 0)
    assert any(read for _, read in races(tmp_path, victim, "a link", content, swapping))


#: Names on the command line that are paths.
NAMES = ("..", ".", "../buiten", "een/", "./een", "een/../een", "/etc", "", "een\x00", "een\n", "-", "*", ".terecht")


@pytest.mark.trust(24)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_on_the_command_line_is_no_path(
    name: str, small: Callable[..., Project], tmp_path: Path, measured: Say
) -> None:
    project = small(een=MINIMAL)
    away = outside(tmp_path)
    before = state(tmp_path)
    with pytest.raises(Refused) as refused:
        choose(project, [name])
    assert [finding.code for finding in refused.value.findings] == ["T046"]
    for command in ("verify", "rollback"):
        done = CliRunner().invoke(main, [command, "--output", str(tmp_path / "site"), "--", name])
        assert done.exit_code == 2, done.output
        assert "Traceback" not in done.output
    assert state(tmp_path) == before
    assert away.is_dir()
    measured(24, f"0 of {len(NAMES)} names on the command line")


@pytest.mark.trust(24)
@pytest.mark.parametrize(
    "way", ["a folder with files", "a link to one", "a link to nothing", "a file", "a link to itself"]
)
def test_an_export_overwrites_nothing(way: str, project: Project, content: Knowledge, tmp_path: Path) -> None:
    away = outside(tmp_path)
    targets = {
        "a folder with files": lambda: away,
        "a link to one": lambda: linked(tmp_path / "link", away),
        "a link to nothing": lambda: linked(tmp_path / "link", tmp_path / "nergens"),
        "a file": lambda: away / "organisation.yml",
        "a link to itself": lambda: linked(tmp_path / "link", tmp_path / "link"),
    }
    target = targets[way]()
    before = state(tmp_path)
    client, _ = load(project.organisations / "snijders", content, TODAY)
    assert client is not None
    with pytest.raises((Unusable, OSError)):
        export(project, client, content, target)
    assert state(tmp_path) == before


def linked(link: Path, target: Path) -> Path:
    link.symlink_to(target)
    return link
