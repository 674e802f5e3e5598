"""The press takes what is rendered already from the shelf, and has the rest rendered by engines that it keeps awake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from terecht.findings import Finding, Refused
from terecht.render import Rendered, RenderedFrame, RenderedPage, RenderedPassage, RenderError
from terecht.render.cache import Shelf
from terecht.render.engine import Engine, EngineDiedError
from terecht.texts import Frame, PageText, Passage, Shell

Languages = tuple[str, ...]


class Press:
    """Renders for one process, which may ask again and again. ``shell_of`` gives the shell of languages in this order.

    An engine takes a while to start, so it stays until the press is closed.
    """

    def __init__(self, root: Path, shelf: Shelf, shell_of: Callable[[Languages], Shell]) -> None:
        self.root = root
        self.shelf = shelf
        self.shell_of = shell_of
        self._frames: dict[Frame, RenderedFrame] = {}
        self._passages: dict[Passage, RenderedPassage] = {}
        self._shells: dict[Languages, Shell] = {}
        self._engine: Engine | None = None
        self._asked: Shell | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the engine. The press can be used again."""
        if self._engine:
            self._engine.close()
        self._engine = self._asked = None

    def fits(self, other: Press) -> bool:
        """Whether all that was rendered here is what the other would render: then it can go on in its place."""
        return self.shelf.engine == other.shelf.engine and all(
            other.shell_of(languages) == shell for languages, shell in self._shells.items()
        )

    def take(self, engine: Engine) -> None:
        """Takes over an engine that was started already."""
        self._engine = engine

    def begin(self, texts: Iterable[PageText]) -> None:
        """Has the engine begin with these pages, which have the same languages, while the caller goes on."""
        self._collect()
        wanted = list(texts)
        shell = self.shell_of(wanted[0].frame.languages)
        self._ask(shell, [text.frame for text in wanted], [one for text in wanted for one in text.passages])

    def rendered(self, texts: Iterable[PageText]) -> Mapping[PageText, RenderedPage]:
        """These pages. Raises :class:`Refused` with what the engine complains about."""
        self._collect()
        wanted = list(dict.fromkeys(texts))
        passages = dict.fromkeys(one for text in wanted for one in text.passages)
        for languages in dict.fromkeys(text.frame.languages for text in wanted):
            # A passage is rendered in the first shell that has its language.
            inside = [one for one in passages if one.language in languages]
            for one in inside:
                del passages[one]
            frames = [text.frame for text in wanted if text.frame.languages == languages]
            self._ask(self.shell_of(languages), frames, inside)
            self._collect()
        whole = Rendered(self._frames, self._passages)
        return {text: whole.page(text) for text in wanted}

    def _ask(self, shell: Shell, frames: Iterable[Frame], passages: Iterable[Passage]) -> None:
        """Takes what there is from the shelf, and asks the engine for the rest."""
        self._shells[shell.languages] = shell
        around = [one for one in dict.fromkeys(frames) if one not in self._frames]
        inside = [one for one in dict.fromkeys(passages) if one not in self._passages]
        found = self.shelf.take(shell, around, inside)
        self._keep(found)
        around = [one for one in around if one not in found.frames]
        inside = [one for one in inside if one not in found.passages]
        if around or inside:
            self._engine = self._engine or Engine(self.root)
            self._engine.ask(shell, around, inside)
            self._asked = shell

    def _collect(self) -> None:
        """Takes the answer of the engine, if it was asked something."""
        if self._engine is None or self._asked is None:
            return
        shell, self._asked = self._asked, None
        try:
            made = self._engine.answer()
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
