"""The press takes what is rendered already from the shelf, and has the rest rendered by engines that it keeps awake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from terecht.findings import Finding, Refused
from terecht.merge import Frame, PageText, Passage, Shell
from terecht.render import Rendered, RenderedFrame, RenderedPage, RenderedPassage, RenderError
from terecht.render.cache import Shelf
from terecht.render.engine import Engine, EngineDiedError

Languages = tuple[str, ...]


class Press:
    """Renders for one process, which may ask again and again. ``shell_of`` gives the shell of languages in this order.

    An engine is half a second of start, so it stays until the press is closed.
    """

    def __init__(self, root: Path, shelf: Shelf, shell_of: Callable[[Languages], Shell]) -> None:
        self.root = root
        self.shelf = shelf
        self.shell_of = shell_of
        self._frames: dict[Frame, RenderedFrame] = {}
        self._passages: dict[Passage, RenderedPassage] = {}
        self._shells: dict[Languages, Shell] = {}
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the engine. The press can be used again."""
        if self._engine:
            self._engine.close()
        self._engine = None

    def fits(self, other: Press) -> bool:
        """Whether all that was rendered here is what the other would render: then it can go on in its place."""
        return self.shelf.engine == other.shelf.engine and all(
            other.shell_of(languages) == shell for languages, shell in self._shells.items()
        )

    def take(self, engine: Engine) -> None:
        """Takes over an engine that was started already."""
        self._engine = engine

    def rendered(self, texts: Iterable[PageText]) -> Mapping[PageText, RenderedPage]:
        """These pages. Raises :class:`Refused` with what the engine complains about."""
        wanted = list(dict.fromkeys(texts))
        missing: dict[Languages, list[Frame]] = {}
        for frame in dict.fromkeys(text.frame for text in wanted):
            if frame not in self._frames:
                missing.setdefault(frame.languages, []).append(frame)
        passages = dict.fromkeys(one for text in wanted for one in text.passages if one not in self._passages)
        for languages in dict.fromkeys(text.frame.languages for text in wanted):
            # A passage is rendered in the first shell that has its language.
            inside = [one for one in passages if one.language in languages]
            for one in inside:
                del passages[one]
            self._get(self.shell_of(languages), missing.get(languages, []), inside)
        whole = Rendered(self._frames, self._passages)
        return {text: whole.page(text) for text in wanted}

    def _get(self, shell: Shell, frames: list[Frame], passages: list[Passage]) -> None:
        self._shells[shell.languages] = shell
        found = self.shelf.take(shell, frames, passages)
        self._keep(found)
        frames = [one for one in frames if one not in found.frames]
        passages = [one for one in passages if one not in found.passages]
        if not frames and not passages:
            return
        self._engine = self._engine or Engine(self.root)
        try:
            made = self._engine.render(shell, frames, passages)
        except RenderError as error:
            self.close()
            lines = str(error).splitlines()
            raise Refused(
                Finding("docs", 1, 1, "T090", line, "look at what was changed last") for line in lines
            ) from error
        except EngineDiedError as error:
            self.close()
            help_ = "is there enough memory? build again with --jobs 1"
            raise Refused([Finding("docs", 1, 1, "T090", "the process that renders the pages died", help_)]) from error
        self.shelf.put(shell, made)
        self._keep(made)

    def _keep(self, rendered: Rendered) -> None:
        self._frames |= rendered.frames
        self._passages |= rendered.passages
