"""What a site is made from, as hashes of bytes: equal inputs, equal site; what has not changed is not built again."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import platform
from pathlib import Path

from terecht import __version__

#: The libraries whose version can change the bytes of a site.
_DECIDING = (
    *(
        "mkdocs",
        "mkdocs-material",
        "mkdocs-static-i18n",
        "Markdown",
        "pymdown-extensions",
        "Jinja2",
        "MarkupSafe",
    ),
    *("nh3", "Pillow", "coloraide", "babel", "phonenumbers", "segno"),
)

#: Bytes of a file that counts by what is in it. Loading refuses much smaller ones.
_MOST_HASHED = 64 * 1024 * 1024


def made_from_of(folder: Path, shared: str) -> str:
    """The hash of all that decides the bytes of one organisation's site; ``shared`` is that of what all share."""
    own = _digest_of_files(folder.parent, (folder.name,))
    return hashlib.sha256(f"{shared} {own}".encode()).hexdigest()


def shared_digest(root: Path) -> str:
    """The hash of everything that all organisations share: pages, words, helplines, theme, configuration, program."""
    return _digest_of_files(root, ("docs", "overrides", "mkdocs.yml")) + _program_digest()


def engine_digest(root: Path) -> str:
    """The hash of everything but titles, words and texts that decides the bytes of a rendered page."""
    return _digest_of_files(root, ("overrides", "mkdocs.yml")) + _program_digest()


def _program_digest() -> str:
    package = Path(__file__).parent
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _DECIDING]
    digest = hashlib.sha256("\n".join([__version__, platform.python_version(), *versions]).encode())
    for path in sorted(package.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _digest_of_files(root: Path, names: tuple[str, ...]) -> str:
    """One hash of the names and bytes of everything below; links and special files count by their name alone."""
    digest = hashlib.sha256()
    for name in names:
        top = root / name
        paths = [top] if top.is_file() or top.is_symlink() else sorted(top.rglob("*"))
        for path in paths:
            digest.update(os.fsencode(path.relative_to(root)) + b"\0")
            # What can not be read is for loading to report.
            with contextlib.suppress(OSError):
                if path.is_file() and not path.is_symlink():
                    digest.update(_digest_of(path))
    return digest.hexdigest()


def _digest_of(path: Path) -> bytes:
    """The hash of a file; of one that is too large to be of any use, that of its size."""
    size = path.stat().st_size
    if size > _MOST_HASHED:
        return hashlib.sha256(f"{size}".encode()).digest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
