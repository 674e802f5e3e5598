"""Files that pages name by what is in them: with other bytes a file has another name.

So no page ever meets a stylesheet or a script of another release, whatever is kept or still on its way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

_DIGITS = 10


def hash_of(data: bytes) -> str:
    """What stands in the name of a file with these bytes."""
    return hashlib.sha256(data).hexdigest()[:_DIGITS]


def named(path: str, data: bytes) -> str:
    """The path of a file with these bytes.

    >>> named("assets/brand.css", b"")
    'assets/brand.e3b0c44298.css'
    """
    stem, _, suffix = path.rpartition(".")
    return f"{stem}.{hash_of(data)}.{suffix}"


def names_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The names of files by their plain paths."""
    return {path: named(path, data) for path, data in files.items()}


def own_assets(overrides: Path) -> dict[str, bytes]:
    """Our own stylesheets and scripts, by plain path within a site."""
    found = sorted(path for path in (overrides / "assets").rglob("*") if path.is_file())
    return {path.relative_to(overrides).as_posix(): path.read_bytes() for path in found}
