"""What a site is made from, as hashes of bytes: equal inputs, equal site; what has not changed is not built again."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import platform
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from terecht import __version__
from terecht.load import replaced_pages

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
#: The names of what is no file: our own program, Python, and a library.
_PROGRAM, _PYTHON, _LIBRARY = "terecht", "Python", "library "

#: Bytes of a file that counts by what is in it. Loading refuses much smaller ones.
_MOST_HASHED = 64 * 1024 * 1024


#: What is said of inputs that are gone.
GONE = "a file that is gone"


@dataclass(frozen=True)
class Inputs:
    """Inputs by name, each with a hash of its bytes; names of files count from the folder that they were read from."""

    hashes: Mapping[str, str]

    @cached_property
    def digest(self) -> str:
        """One hash of all of them."""
        lines = "".join(f"{name}\0{value}\n" for name, value in sorted(self.hashes.items()))
        return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()

    def without(self, *folders: str) -> Inputs:
        """Those that lie in none of these folders."""
        kept = {name: value for name, value in self.hashes.items() if not name.startswith(folders)}
        return Inputs(kept)

    @cached_property
    def nameless(self) -> Mapping[str, str]:
        """The hashes by a hash of each name: a file may have the name of a person, and need not be on any page."""
        return {_hash_of_name(name): value for name, value in self.hashes.items()}

    def changed_since(self, before: Mapping[str, str]) -> tuple[str, ...]:
        """The names of what is new or different from what was ``nameless`` before; what is gone has no name."""
        changed = sorted(name for name, value in self.hashes.items() if before.get(_hash_of_name(name)) != value)
        gone = set(before) - set(self.nameless)
        return (*changed, *([GONE] if gone else []))


def _hash_of_name(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def made_from_of(own: Inputs, shared: Inputs) -> str:
    """The hash of all that decides the bytes of one organisation's site."""
    return hashlib.sha256(f"{shared.digest} {own.digest}".encode()).hexdigest()


def own_inputs(folder: Path) -> Inputs:
    """What lies in an organisation's folder, with its name, which is part of the site too.

    What was accepted of pages that it replaces decides nothing on a page.
    """
    return Inputs({f"{folder.name}/{name}": value for name, value in _hashed(folder)}).without(
        f"{folder.name}/{replaced_pages.RECORDS}/"
    )


def shared_inputs(root: Path) -> Inputs:
    """Everything that all organisations share: pages, words, helplines, theme, configuration, program, libraries."""
    hashes = {f"{top}/{name}": value for top in ("docs", "overrides") for name, value in _hashed(root / top)}
    hashes["mkdocs.yml"] = _hash_of(root / "mkdocs.yml")
    program = hashlib.sha256(__version__.encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        program.update(path.read_bytes())
    hashes[_PROGRAM] = program.hexdigest()
    hashes[_PYTHON] = platform.python_version()
    hashes |= {f"{_LIBRARY}{name}": importlib.metadata.version(name) for name in _DECIDING}
    return Inputs(hashes)


def engine_digest(shared: Inputs) -> str:
    """The hash of everything but titles, words and texts that decides the bytes of what is rendered."""
    return shared.without("docs/", "overrides/fragments/").digest


def _hashed(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file and link below a folder; links and special files count by their name alone, and none is followed."""
    if folder.is_symlink():
        return
    for at, folders, files in os.walk(folder):
        links = (name for name in folders if os.path.islink(os.path.join(at, name)))  # noqa: PTH114, PTH118  by thousands
        for name in (*files, *links):
            path = Path(at, name)
            yield path.relative_to(folder).as_posix(), _hash_of(path)


def _hash_of(path: Path) -> str:
    """The hash of a file; of one that is too large to be of any use, that of its size. Empty for what is no file."""
    # What can not be read is for loading to report.
    with contextlib.suppress(OSError):
        found = path.lstat()
        if stat.S_ISREG(found.st_mode):
            if found.st_size > _MOST_HASHED:
                return hashlib.sha256(f"{found.st_size}".encode()).hexdigest()
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    return ""
