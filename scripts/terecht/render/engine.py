"""The engine as a program of its own, which stays to render more: static-i18n changes mkdocs for as long as it runs.

Values are pickled over a pipe between this process and a child of its own; nothing else can write there.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from terecht.merge import Frame, Passage, Shell
from terecht.render import Rendered, RenderError


class EngineDiedError(Exception):
    """The program that renders is gone, as when the machine has no memory left."""


class Engine:
    """One program with one shell. It starts at once and can think of what it needs before it is asked anything."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", __name__, str(root)]
        self._program = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONHASHSEED": "0"}
        )
        self.shell: Shell | None = None

    def open(self, shell: Shell, frames: Iterable[Frame], passages: Iterable[Passage]) -> Rendered:
        """Builds the shell, with these frames and passages. Once; then :meth:`render` renders more passages.

        Raises :class:`RenderError` when the engine warns, :class:`EngineDiedError` when it is gone.
        """
        self.shell = shell
        return self._answered((shell, tuple(frames), tuple(passages)))

    def render(self, passages: Iterable[Passage]) -> Rendered:
        """Passages in the languages of the shell. Raises as :meth:`open`."""
        return self._answered(tuple(passages))

    def close(self) -> None:
        """Ends the program."""
        self._program.kill()
        self._program.communicate()

    def _answered(self, asked: object) -> Rendered:
        assert self._program.stdin is not None  # noqa: S101  both are pipes
        assert self._program.stdout is not None  # noqa: S101
        try:
            pickle.dump(asked, self._program.stdin)
            self._program.stdin.flush()
            answer = pickle.load(self._program.stdout)  # noqa: S301  of our own child
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise EngineDiedError from error
        if isinstance(answer, Rendered):
            return answer
        raise RenderError(answer)


def serve(root: Path, asked: IO[bytes], answers: IO[bytes]) -> None:
    """Answers what an :class:`Engine` asks, until it closes."""
    # The half second that this program is for: it goes by while nobody asks yet.
    from terecht.render.mkdocs_engine import MkDocsEngine  # noqa: PLC0415

    engine = MkDocsEngine(root)
    while True:
        try:
            question = pickle.load(asked)  # noqa: S301  of our own parent
        except EOFError:
            return
        answer: Any
        try:
            is_passages = all(isinstance(one, Passage) for one in question)
            answer = engine.render(question) if is_passages else engine.open(*question)
        except RenderError as error:
            answer = str(error)
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    # What anything prints must not come between the answers.
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(Path(sys.argv[1]), sys.stdin.buffer, pipe)
