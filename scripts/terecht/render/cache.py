"""The shelf of rendered frames and passages: what was rendered once is not rendered again.

It holds no organisation's data, and it is safe to delete at any time: what is missing or damaged is rendered anew.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from terecht.render import Rendered, RenderedFrame, RenderedPassage, SearchEntry
from terecht.texts import Frame, Passage, Shell

Text = TypeVar("Text", Frame, Passage)
Made = TypeVar("Made", RenderedFrame, RenderedPassage)


class Shelf:
    """Rendered frames and passages on disk, by what they were rendered from.

    ``engine`` stands for everything else that decides the bytes: theme, configuration, versions. A folder that can not
    be written is no reason to stop; then nothing is kept.
    """

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder = folder
        self.engine = engine

    def take(self, shell: Shell, frames: Iterable[Frame], passages: Iterable[Passage]) -> Rendered:
        """Those that have been rendered before: frames in this shell, passages in any."""
        around, alone = self._shell_key(shell), self.engine
        return Rendered(
            self._found(around, frames, lambda kept: RenderedFrame(**kept)),
            self._found(
                alone,
                passages,
                lambda kept: RenderedPassage(kept["html"], tuple(SearchEntry(**entry) for entry in kept["search"])),
            ),
        )

    def put(self, shell: Shell, rendered: Rendered) -> None:
        """Keeps what was rendered in this shell. Each file appears whole or not at all."""
        with contextlib.suppress(OSError):
            self._keep(self._shell_key(shell), rendered.frames)
            self._keep(self.engine, rendered.passages)

    def _found(self, prefix: str, texts: Iterable[Text], made: Callable[[Any], Made]) -> dict[Text, Made]:
        found = {}
        for text in texts:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                found[text] = made(json.loads(self._path(prefix, text).read_bytes()))
        return found

    def _keep(self, prefix: str, rendered: Mapping[Text, RenderedFrame] | Mapping[Text, RenderedPassage]) -> None:
        for text, made in rendered.items():
            path = self._path(prefix, text)
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(dataclasses.asdict(made), file)
            Path(name).replace(path)

    def _shell_key(self, shell: Shell) -> str:
        titles = sorted((*place, title) for place, title in shell.titles.items())
        words = sorted((language, sorted(own.items())) for language, own in shell.words.items())
        return json.dumps([self.engine, shell.languages, shell.pages, titles, words])

    def _path(self, prefix: str, text: Frame | Passage) -> Path:
        key = hashlib.sha256(f"{prefix}{type(text).__name__}{json.dumps(dataclasses.astuple(text))}".encode())
        return self.folder / key.hexdigest()[:2] / f"{key.hexdigest()}.json"
