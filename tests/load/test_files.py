from __future__ import annotations

import errno
import io
import os
import socket
import stat
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from terecht.findings import CODES, Finding
from terecht.load import files
from terecht.load.organisation import Organisation

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><path d="M0 0h9v9z"/></svg>'


def png(width: int = 60, height: int = 40) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), (0, 83, 159)).save(target, "PNG")
    return target.getvalue()


def refused(folder: Path, name: str, most: int = 1000) -> tuple[str, str, str]:
    data, problem = files.read_beside(folder, name, most)
    assert data is None
    assert problem is not None
    assert problem[0] in CODES
    assert problem[2]
    return problem


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  as the kernel lists them


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An organisation's folder, with something beside it that nobody may see."""
    (tmp_path / "secret.png").write_bytes(b"of another client")
    inside = tmp_path / "client"
    inside.mkdir()
    (inside / "logo.png").write_bytes(b"ours")
    return inside


def test_a_file_is_read(folder: Path) -> None:
    before = open_files()
    assert files.read_beside(folder, "logo.png", 4) == (b"ours", None)
    assert open_files() == before


def test_an_empty_file_is_a_file(folder: Path) -> None:
    (folder / "empty").touch()
    assert files.read_beside(folder, "empty", 4) == (b"", None)


@pytest.mark.parametrize("target", ["../secret.png", "logo.png", "nowhere", ".", "/etc/passwd", "link"])
def test_a_link_is_refused_whatever_it_points_to(folder: Path, target: str) -> None:
    (folder / "link").symlink_to(target)
    before = open_files()
    assert refused(folder, "link")[:2] == ("T052", "'link' is a link to another file")
    assert open_files() == before


@pytest.mark.parametrize(
    "name",
    [
        "../secret.png",
        "/etc/passwd",
        "..",
        ".",
        "",
        "sub/logo.png",
        "..\\secret.png",
        "logo.png\0",
        "a\nb",
        "./logo.png",
    ],
)
def test_a_path_is_refused(folder: Path, name: str) -> None:
    assert refused(folder, name)[0] == "T051"


def test_a_pipe_is_refused_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    assert refused(folder, "pipe.png")[:2] == ("T055", "'pipe.png' is not a file with content")


def test_a_socket_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.png")
        assert refused(folder, "socket.png")[:2] == ("T055", "'socket.png' is not a file with content")


def test_a_device_is_refused(folder: Path) -> None:
    try:
        os.mknod(folder / "zero.png", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")
    assert refused(folder, "zero.png")[0] == "T055"
    # Also one that the system made.
    assert refused(Path("/dev"), "zero")[0] == "T055"


def test_a_folder_is_refused(folder: Path) -> None:
    (folder / "docs").mkdir()
    before = open_files()
    assert refused(folder, "docs")[:2] == ("T055", "'docs' is a folder")
    assert open_files() == before


def test_a_large_file_is_refused_with_its_size(folder: Path) -> None:
    (folder / "large").write_bytes(bytes(1001))
    assert refused(folder, "large")[:2] == ("T054", "'large' is 1,001 bytes; 1,000 is the most")
    assert files.read_beside(folder, "large", 1001) == (bytes(1001), None)
    _, problem = files.read_beside(folder, "large", 1000, "T002")
    assert problem is not None
    assert problem[0] == "T002"


def test_a_file_that_hides_its_size_is_not_read_without_end() -> None:
    # A file of /proc says that it has no bytes, as one does that grows while it is read.
    assert (Path("/proc/self") / "maps").stat().st_size == 0
    assert refused(Path("/proc/self"), "maps", 10)[0] == "T054"


def test_the_folder_may_be_gone(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone", "logo.png")[:2] == (
        "T001",
        "the folder can not be read: no such file or directory",
    )


@pytest.mark.parametrize(("number", "reason"), [(errno.EACCES, "permission denied"), (errno.EIO, "input/output error")])
def test_a_file_that_can_not_be_opened_says_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    real = os.open

    def opened(path: str, flags: int, *, dir_fd: int | None = None) -> int:
        if dir_fd is not None:
            raise OSError(number, os.strerror(number))
        return real(path, flags)

    monkeypatch.setattr(os, "open", opened)
    before = open_files()
    assert refused(folder, "logo.png")[:2] == ("T001", f"'logo.png' can not be read: {reason}")
    assert open_files() == before


@pytest.mark.parametrize(
    ("there", "name", "help_"),
    [
        (["Logo.PNG"], "logo.png", "did you mean 'Logo.PNG'?"),
        (["logo.svg"], "Logo.svg", "did you mean 'logo.svg'?"),
        (["logo-nieuw.svg", "anna.jpg"], "logo_nieuw.svg", "did you mean 'logo-nieuw.svg'?"),
        (["anna.jpg", "organisation.yml", "bart.WEBP"], "zzz", "there are: anna.jpg, bart.WEBP"),
        ([".logo.png", "logo\x1b[2J.png"], "logo.png", "put the file itself beside organisation.yml"),
        (
            [f"{number:02}.png" for number in range(20)],
            "zzz",
            "there are: " + ", ".join(f"{n:02}.png" for n in range(8)),
        ),
        ([], "logo.png", "put the file itself beside organisation.yml"),
    ],
)
def test_a_missing_file_comes_with_what_may_be_meant(tmp_path: Path, there: list[str], name: str, help_: str) -> None:
    for other in there:
        (tmp_path / other).touch()
    assert refused(tmp_path, name) == ("T050", f"there is no file '{name}' in this folder", help_)


def test_a_name_that_a_mac_wrote_is_found(folder: Path) -> None:
    (folder / unicodedata.normalize("NFD", "één.png")).write_bytes(b"1")
    assert files.read_beside(folder, "één.png", 9) == (b"1", None)
    (folder / "één.png").write_bytes(b"2")
    assert files.read_beside(folder, "één.png", 9) == (b"2", None)


def organisation(logo: str | None, *photos: str | None) -> Organisation:
    contacts = [
        {"id": f"contact-{number}", "roles": ["hr"], "name": "A", **({"photo": photo} if photo else {})}
        for number, photo in enumerate(photos or [None])
    ]
    brand = {"logo": logo} if logo else {}
    facts = {"schema": "1", "name": "Voorbeeld", "languages": ["nl"], "contacts": contacts, "brand": brand}
    return Organisation.model_validate(facts)


def report(location: tuple[str | int, ...], code: str, message: str, help_: str) -> Finding:
    return Finding("organisation.yml:" + ".".join(map(str, location)), 7, 3, code, message, help_)


def pictures(folder: Path, facts: Organisation) -> tuple[files.Pictures, list[tuple[str, int, int, str]]]:
    found, findings = files.pictures(facts, folder, "shown/client", report)
    return found, [(finding.path, finding.line, finding.column, finding.code) for finding in findings]


def test_without_pictures_there_are_none(folder: Path) -> None:
    assert pictures(folder, organisation(None)) == (files.Pictures(), [])


def test_logo_and_photos_are_cleaned_by_content_and_scaled(folder: Path) -> None:
    (folder / "logo.png").write_bytes(SVG)
    (folder / "anna.svg").write_bytes(png(1000, 500))
    (folder / "drawn.svg").write_bytes(SVG)
    found, findings = pictures(folder, organisation("logo.png", None, "anna.svg", "drawn.svg"))
    assert findings == []
    assert found.logo is not None
    assert (found.logo.suffix, found.logo.width, found.logo.height) == (".svg", 40, 20)
    assert b'viewBox="0 0 40 20"' in found.logo.data
    assert list(found.photos) == ["contact-1", "contact-2"]
    photo = found.photos["contact-1"]
    assert (photo.suffix, photo.width, photo.height) == (".png", 480, 240)
    assert found.photos["contact-2"].suffix == ".svg"
    (folder / "logo.png").write_bytes(png(1000, 500))
    found, _ = pictures(folder, organisation("logo.png"))
    assert found.logo is not None
    assert (found.logo.suffix, found.logo.width, found.logo.height) == (".png", 640, 320)


def test_what_is_found_can_not_change(folder: Path) -> None:
    (folder / "anna.png").write_bytes(png())
    found, _ = pictures(folder, organisation(None, "anna.png"))
    with pytest.raises(TypeError):
        found.photos["b"] = found.photos["contact-0"]  # type: ignore[index]


def test_a_wrong_name_is_found_in_the_yaml_and_a_wrong_file_in_the_file(folder: Path) -> None:
    (folder / "link.png").symlink_to("../secret.png")
    (folder / "bad.svg").write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">\n <a/></svg>')
    (folder / "bad.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "good.png").write_bytes(png())
    facts = organisation("link.png", "gone.png", "bad.svg", "bad.jpg", "good.png", "bad.jpg")
    found, findings = pictures(folder, facts)
    assert findings == [
        ("organisation.yml:brand.logo", 7, 3, "T052"),
        ("organisation.yml:contacts.0.photo", 7, 3, "T050"),
        ("shown/client/bad.svg", 2, 2, "T053"),
        ("shown/client/bad.jpg", 1, 1, "T055"),
    ]
    assert found.logo is None
    assert list(found.photos) == ["contact-3"]


def test_the_current_folder_is_not_shown(folder: Path) -> None:
    (folder / "logo.png").write_bytes(b"x")
    _, findings = files.pictures(organisation("logo.png"), folder, ".", report)
    assert [finding.path for finding in findings] == ["logo.png"]


def test_a_path_that_slipped_through_the_model_is_refused(folder: Path) -> None:
    facts = organisation("x.png")
    brand = facts.brand.model_copy(update={"logo": "../secret.png"})
    found, findings = pictures(folder, facts.model_copy(update={"brand": brand}))
    assert findings == [("organisation.yml:brand.logo", 7, 3, "T051")]
    assert found.logo is None


def test_a_file_beyond_the_cap_is_not_read(folder: Path) -> None:
    with (folder / "logo.png").open("wb") as file:
        file.truncate(2**40)  # a file with holes takes no room
    assert pictures(folder, organisation("logo.png"))[1] == [("organisation.yml:brand.logo", 7, 3, "T054")]
