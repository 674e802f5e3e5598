"""Files beside ``organisation.yml``: read without being led elsewhere.

The folder comes from somebody else. A name in it can be a link to another client's file, a pipe that never
ends or a device, and can change between two looks; so a file is opened once, and judged when it is open.
"""

from __future__ import annotations

import difflib
import errno
import os
import stat
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

#: Code, message and help of a finding that has no place yet.
Problem: TypeAlias = tuple[str, str, str]

_BESIDE: Final = "put the file itself beside organisation.yml"
_MOST_NAMES: Final = 8
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NONBLOCK | os.O_CLOEXEC
#: Folders in folders that are looked into; what is deeper is nothing of ours.
_DEEPEST: Final = 8


def read_beside(folder: Path, name: str, most: int, too_large: str = "T054") -> tuple[bytes | None, Problem | None]:
    """The bytes of a regular file directly in ``folder``, or why not: exactly one of the two.

    More than ``most`` bytes are refused with the code ``too_large``; a link with T052, whatever it points to;
    a folder and a special file with T055; a name that is a path with T051; a file that is not there with
    T050, and one that we may not read with T001. Small and capital letters count on every system, because
    they do on servers.
    """
    try:
        inside = os.open(folder, _FOLDER)
    except OSError as error:
        return None, _unreadable("the folder", error)
    try:
        return read_inside(inside, name, most, too_large)
    finally:
        os.close(inside)


def below(folder: Path, unreadable: Callable[[OSError], None]) -> Iterator[tuple[PurePosixPath, int]]:
    """All files and links below a folder: the path of each in it, and the open folder in which it lies, for now.

    Hidden ones are left out. No link is followed, also not one that takes the place of a folder meanwhile: each folder
    is opened from the one around it.
    """
    try:
        inside = os.open(folder, _FOLDER | os.O_NOFOLLOW)
    except OSError as error:
        unreadable(error)
        return
    try:
        yield from _below(inside, PurePosixPath(), unreadable)
    finally:
        os.close(inside)


def _below(
    inside: int, at: PurePosixPath, unreadable: Callable[[OSError], None]
) -> Iterator[tuple[PurePosixPath, int]]:
    try:
        with os.scandir(inside) as entries:
            found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    except OSError as error:
        unreadable(error)
        return
    for name, is_folder in found:
        if name.startswith("."):
            continue
        if not is_folder or len(at.parts) == _DEEPEST:
            yield at / name, inside
            continue
        try:
            deeper = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=inside)
        except OSError as error:
            unreadable(error)
            continue
        try:
            yield from _below(deeper, at / name, unreadable)
        finally:
            os.close(deeper)


def read_inside(inside: int, name: str, most: int, too_large: str = "T054") -> tuple[bytes | None, Problem | None]:
    """As :func:`read_beside`, in a folder that is open."""
    if name in {"", ".", ".."} or "/" in name or "\\" in name or not name.isprintable():
        return None, ("T051", f"{name!r} is not a file in this folder", _BESIDE)
    try:
        with os.scandir(inside) as entries:
            names = [entry.name for entry in entries]
        found = _same(name, names)
        if found is None:
            return None, ("T050", f"there is no file '{name}' in this folder", _nearest(name, names))
        return _read(inside, found, most, too_large)
    except OSError as error:
        return None, _unreadable(f"'{name}'", error)


def _read(inside: int, name: str, most: int, too_large: str) -> tuple[bytes | None, Problem | None]:
    # Not blocking, or a pipe without a writer would hold us for ever.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        file = os.open(name, flags, dir_fd=inside)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EMLINK}:
            return None, ("T052", f"'{name}' is a link to another file", _BESIDE)
        if error.errno in {errno.ENXIO, errno.EOPNOTSUPP}:
            return None, ("T055", f"'{name}' is not a file with content", _BESIDE)
        raise
    try:
        status = os.fstat(file)
        if stat.S_ISDIR(status.st_mode):
            return None, ("T055", f"'{name}' is a folder", "name a file")
        if not stat.S_ISREG(status.st_mode):
            return None, ("T055", f"'{name}' is not a file with content", _BESIDE)
        data = _bytes(file, most + 1)
    finally:
        os.close(file)
    length = max(status.st_size, len(data))
    if length > most:
        return None, (too_large, f"'{name}' is {length:,} bytes; {most:,} is the most", "make it smaller")
    return data, None


def _bytes(file: int, most: int) -> bytes:
    parts = []
    while most > 0 and (part := os.read(file, most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _unreadable(what: str, error: OSError) -> Problem:
    reason = (error.strerror or "unknown reason").lower()
    return "T001", f"{what} can not be read: {reason}", "check that it is there and who may read it"


def _same(name: str, names: Sequence[str]) -> str | None:
    """The name as it is on disk: a Mac may write é as two characters, a letter and its accent."""
    composed = unicodedata.normalize("NFC", name)
    equal = [other for other in names if unicodedata.normalize("NFC", other) == composed]
    return name if name in equal else min(equal, default=None)


def _nearest(name: str, names: Sequence[str]) -> str:
    """The question with the name that was meant, or the names that there are."""
    shown = sorted(other for other in names if other.isprintable() and not other.startswith("."))
    by_folded = {other.casefold(): other for other in reversed(shown)}
    near = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{by_folded[near[0]]}'?"
    possible = [other for other in shown if other.lower().endswith((".svg", ".png", ".jpg", ".jpeg", ".webp"))]
    return f"there are: {', '.join(possible[:_MOST_NAMES])}" if possible else _BESIDE
