"""The manifest of a release: every file with its size and hash, and what the release was made from."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any


@dataclass(frozen=True)
class FileRecord:
    """A file as it was published. ``size`` in bytes, ``sha256`` in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Origin:
    """What a release was made from.

    ``version`` is that of the product; ``made_from`` the hash of all inputs: equal inputs, equal site. ``own`` are
    the hashes of the organisation's files by a hash of their names, ``shared`` is that of what all organisations share.
    """

    version: str
    made_from: str
    own: Mapping[str, str] = field(default_factory=dict)
    shared: str = ""


@dataclass(frozen=True)
class Manifest:
    """Whose the release is, what it was made from, and its files by path within the site."""

    organisation: str
    origin: Origin
    files: Mapping[str, FileRecord]

    def to_json(self) -> bytes:
        """The manifest as it is written."""
        files = {path: {"size": record.size, "sha256": record.sha256} for path, record in sorted(self.files.items())}
        data = {
            "product": "terecht",
            "version": self.origin.version,
            "organisation": self.organisation,
            "made_from": self.origin.made_from,
            "own": dict(sorted(self.origin.own.items())),
            "shared": self.origin.shared,
            "files": files,
        }
        return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Differences:
    """How a folder differs from its manifest; paths within the site, sorted. An empty folder ends in a slash."""

    changed: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.added)


def record_of(data: bytes) -> FileRecord:
    """The record of a file with these bytes."""
    return FileRecord(len(data), hashlib.sha256(data).hexdigest())


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in a file; nothing when it is not there or not whole, as after a power cut."""
    try:
        data: dict[str, Any] = json.loads(path.read_bytes().decode("utf-8", "surrogateescape"))
        files = {name: FileRecord(record["size"], record["sha256"]) for name, record in data["files"].items()}
        origin = Origin(data["version"], data["made_from"], dict(data["own"]), data["shared"])
        return Manifest(data["organisation"], origin, files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def looks_whole(manifest: Manifest, site: Path) -> bool:
    """Whether every file is there with its size; cheap, so that it can be asked at every build."""
    folder = str(site)
    for path, record in manifest.files.items():
        try:
            # A fleet asks this of ten thousands of files, and a Path for each takes longer than the question.
            if os.lstat(f"{folder}/{path}").st_size != record.size:
                return False
        except OSError:
            return False
    return True


def compare(manifest: Manifest, site: Path) -> Differences:
    """Hashes every file of a published site again. Names and bytes count; modes, owners and times do not.

    Nothing vouches for the manifest itself: who can write there can make both match.
    """
    present = set(_present(site))
    folders = {f"{folder}/" for path in manifest.files for folder in PurePosixPath(path).parents}
    changed = [path for path in manifest.files if path in present and not _same(site / path, manifest.files[path])]
    missing = set(manifest.files) - present
    added = present - set(manifest.files) - folders
    return Differences(tuple(sorted(changed)), tuple(sorted(missing)), tuple(sorted(added)))


def _present(site: Path) -> Iterator[str]:
    """Every file and link below a folder, and every folder with nothing in it."""
    for name, folders, files in os.walk(site):
        folder = Path(name)
        links = (link for link in folders if (folder / link).is_symlink())
        for path in (*files, *links):
            yield (folder / path).relative_to(site).as_posix()
        if not files and not folders:
            yield f"{folder.relative_to(site).as_posix()}/"


def _same(path: Path, record: FileRecord) -> bool:
    try:
        if path.is_symlink() or not path.is_file():
            return False
        data = path.read_bytes()
    except OSError:
        return False
    return len(data) == record.size and hashlib.sha256(data).hexdigest() == record.sha256
