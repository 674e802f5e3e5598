from __future__ import annotations

import errno
import os
import socket
import stat
import unicodedata
from pathlib import Path

import pytest

from terecht.findings import CODES
from terecht.load import files


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
