"""The manifest of a release: every file with its size and hash, and what the release was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class FileRecord:
    """A file as it was published. ``size`` in bytes, ``sha256`` in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """``made_from`` is the hash of all that decides the bytes of the site: equal inputs, equal site."""

    organisation: str
    version: str
    made_from: str
    files: Mapping[str, FileRecord]

    def to_json(self) -> bytes:
        """The manifest as it is written."""
        files = {path: {"size": record.size, "sha256": record.sha256} for path, record in sorted(self.files.items())}
        data = {
            "product": "terecht",
            "version": self.version,
            "organisation": self.organisation,
            "made_from": self.made_from,
            "files": files,
        }
        return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True)
class Differences:
    """How a folder differs from its manifest; paths within the site, sorted."""

    changed: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.added)


def manifest_of(organisation: str, version: str, made_from: str, files: Mapping[str, bytes]) -> Manifest:
    """The manifest of files that are about to be written."""
    records = {path: FileRecord(len(data), hashlib.sha256(data).hexdigest()) for path, data in files.items()}
    return Manifest(organisation, version, made_from, records)


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in a file; nothing when it is not there or not whole, as after a power cut."""
    try:
        data: dict[str, Any] = json.loads(path.read_bytes())
        files = {name: FileRecord(record["size"], record["sha256"]) for name, record in data["files"].items()}
        return Manifest(data["organisation"], data["version"], data["made_from"], files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def looks_whole(manifest: Manifest, site: Path) -> bool:
    """Whether every file is there with its size; cheap, so that it can be asked at every build."""
    for path, record in manifest.files.items():
        try:
            if (site / path).lstat().st_size != record.size:
                return False
        except OSError:
            return False
    return True


def compare(manifest: Manifest, site: Path) -> Differences:
    """Hashes every file of a published site again."""
    present = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_symlink() or not path.is_dir()}
    changed = [path for path in manifest.files if path in present and not _same(site / path, manifest.files[path])]
    missing = set(manifest.files) - present
    return Differences(tuple(sorted(changed)), tuple(sorted(missing)), tuple(sorted(present - set(manifest.files))))


def _same(path: Path, record: FileRecord) -> bool:
    try:
        if path.is_symlink() or not path.is_file():
            return False
        data = path.read_bytes()
    except OSError:
        return False
    return len(data) == record.size and hashlib.sha256(data).hexdigest() == record.sha256
