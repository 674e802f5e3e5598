"""What published sites take of the disk, and where it goes: each file counted once, however often it is linked."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePath

#: ``st_blocks`` counts in these, whatever the file system's own blocks are (POSIX).
_BLOCK = 512
_PICTURES = frozenset({".svg", ".png", ".jpg", ".jpeg", ".webp", ".ico"})
_NAMED = {
    ".html": "pages",
    ".css": "stylesheets",
    ".js": "scripts",
    ".woff2": "fonts",
}


@dataclass
class Usage:
    """Bytes by kind: ``own`` of files with one name, ``linked`` of those with several; ``links`` counts their names."""

    own: Counter[str] = field(default_factory=Counter)
    linked: Counter[str] = field(default_factory=Counter)
    links: int = 0


def usage(folders: Iterable[Path]) -> Usage:
    """What lies below folders; what is not there takes nothing."""
    found = Usage()
    seen: set[tuple[int, int]] = set()
    for top in folders:
        for folder, _, files in os.walk(top):
            found.own["folders"] += _size(os.lstat(folder))
            for name in files:
                status = (Path(folder) / name).lstat()
                kind = _kind(PurePath(folder, name).relative_to(top))
                if status.st_nlink == 1:
                    found.own[kind] += _size(status)
                    continue
                found.links += 1
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    found.linked[kind] += _size(status)
    return found


def _size(status: os.stat_result) -> int:
    return status.st_blocks * _BLOCK


def _kind(path: PurePath) -> str:
    if path.name.startswith("manifest"):
        return "manifests"
    if path.suffix in _NAMED:
        return _NAMED[path.suffix]
    if path.suffix in _PICTURES:
        return "pictures"
    return "search indexes" if path.suffix == ".json" else "other"
