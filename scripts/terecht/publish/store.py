"""Files that many sites share, each kept once beside the releases; a release gets hard links to them.

They can not be written, so that no change of one site is a change of all. The store may be deleted at any time: what is
linked stays where it is linked, and what is missing is written again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import time
from functools import cache
from pathlib import Path

from terecht.publish.manifest import FileRecord, record_of

_MODE = 0o444
_DRAFT = "draft-"
_ABANDONED_SECONDS = 24 * 60 * 60
#: What a system says when it has no hard links here, or no more of them.
_NO_LINKS = (errno.EXDEV, errno.EMLINK, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES)


class Store:
    """The store in a folder, as one builder uses it: what it once found to be whole is linked from then on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._whole: set[str] = set()
        self._record_of = cache(record_of)

    def put(self, data: bytes, target: Path) -> FileRecord:
        """Puts a file at ``target``: a link to the one in the store, or a copy where there are no links.

        Gives its record. Raises :class:`OSError` when neither can be.
        """
        record = self._record_of(data)
        for _ in range(2):
            kept = self._kept(data, record)
            try:
                os.link(kept, target)
            except FileNotFoundError:
                # Another builder has swept it away since.
                self._whole.discard(record.sha256)
                continue
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                break
            return record
        target.write_bytes(data)
        target.chmod(_MODE)
        return record

    def sweep(self) -> None:
        """Deletes what no release links to any more, and drafts of builders that were killed."""
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                found = path.stat()
                draft = path.name.startswith(_DRAFT)
                if found.st_nlink == 1 and (not draft or time.time() - found.st_mtime > _ABANDONED_SECONDS):
                    path.unlink()

    def _kept(self, data: bytes, record: FileRecord) -> Path:
        path = self.folder / record.sha256
        if record.sha256 not in self._whole:
            if not (path.is_file() and path.read_bytes() == data):
                self._write(path, data)
            self._whole.add(record.sha256)
        return path

    def _write(self, path: Path, data: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=_DRAFT, dir=self.folder)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            draft.chmod(_MODE)
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
