"""The shelf of rendered pages: what was rendered once is not rendered again.

It holds no organisation's data, and it is safe to delete at any time: what is missing or damaged is rendered anew.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from terecht.merge import PageText, Shell
from terecht.render import RenderedPage, SearchEntry


class Shelf:
    """Rendered pages on disk, by what they were rendered from.

    ``engine`` stands for everything else that decides the bytes: theme, configuration, versions. A folder that can not
    be written is no reason to stop; then nothing is kept.
    """

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder = folder
        self.engine = engine

    def take(self, shell: Shell, texts: Iterable[PageText]) -> dict[PageText, RenderedPage]:
        """Those of the texts that have been rendered in this shell before."""
        prefix = self._shell_key(shell)
        found = {}
        for text in texts:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                kept = json.loads(self._path(prefix, text).read_text("utf-8"))
                search = tuple(SearchEntry(**entry) for entry in kept["search"])
                found[text] = RenderedPage(kept["html"], search)
        return found

    def put(self, shell: Shell, rendered: dict[PageText, RenderedPage]) -> None:
        """Keeps these pages. Each file appears whole or not at all."""
        prefix = self._shell_key(shell)
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            for text, page in rendered.items():
                path = self._path(prefix, text)
                path.parent.mkdir(exist_ok=True)
                handle, name = tempfile.mkstemp(dir=path.parent)
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(dataclasses.asdict(page), file)
                Path(name).replace(path)

    def _shell_key(self, shell: Shell) -> str:
        titles = sorted((*place, title) for place, title in shell.titles.items())
        words = sorted((language, sorted(own.items())) for language, own in shell.words.items())
        return json.dumps([self.engine, shell.languages, shell.pages, titles, words])

    def _path(self, prefix: str, text: PageText) -> Path:
        key = hashlib.sha256((prefix + json.dumps(dataclasses.astuple(text))).encode()).hexdigest()
        return self.folder / key[:2] / f"{key}.json"
