"""The engine as a program of its own, with a room for each shell: static-i18n changes MkDocs for as long as it runs.

The program has MkDocs ready; a room is a copy of it that builds one shell and stays to render more in it. Values are
pickled over pipes between this process, the program and its rooms; nothing else can write there.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Iterable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

from terecht.render import Rendered, RenderError
from terecht.texts import Frame, Passage, Shell

if TYPE_CHECKING:
    from terecht.render.mkdocs_engine import MkDocsEngine

Languages: TypeAlias = tuple[str, ...]


class EngineDiedError(Exception):
    """A process that renders is gone, as when the machine has no memory left."""


class Engine:
    """The program. It starts at once and can think of what it needs before it is asked anything."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", __name__, str(root)]
        # A group of its own: Ctrl-C is for the one who asks, and then its pipe ends.
        self._program = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
        )

    def ask(self, shell: Shell, frames: Iterable[Frame], passages: Iterable[Passage]) -> None:
        """Asks for frames of a shell, and passages in its languages, which are the same in every shell that has these.

        One question at a time: the next is asked after :meth:`answer`.
        """
        assert self._program.stdin is not None  # noqa: S101  a pipe
        # When nobody reads any more, there is no answer either.
        with contextlib.suppress(OSError):
            pickle.dump((shell, tuple(frames), tuple(passages)), self._program.stdin)
            self._program.stdin.flush()

    def answer(self) -> Rendered:
        """What was asked for, when it is ready.

        Raises :class:`RenderError` when MkDocs warns, :class:`EngineDiedError` when a process is gone.
        """
        assert self._program.stdout is not None  # noqa: S101  a pipe
        try:
            answer = pickle.load(self._program.stdout)  # noqa: S301  of our own child
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise EngineDiedError from error
        if isinstance(answer, Rendered):
            return answer
        raise RenderError(answer)

    def close(self) -> None:
        """Ends the program; its rooms see that and end too."""
        self._program.kill()
        self._program.communicate()


def serve(root: Path, asked: IO[bytes], answers: IO[bytes]) -> None:
    """Has the rooms answer what an :class:`Engine` asks, until it closes or one of them dies."""
    # The time that this program is for: it goes by while nobody asks yet, and is spent once for all rooms.
    from terecht.render.mkdocs_engine import MkDocsEngine  # noqa: PLC0415

    engine = MkDocsEngine(root)
    rooms: dict[Languages, Connection] = {}
    while True:
        try:
            shell, frames, passages = pickle.load(asked)  # noqa: S301  of our own parent
            wanted = {one.language for one in passages}
            room = None if frames else next((room for has, room in rooms.items() if wanted <= set(has)), None)
            if room is None:
                if before := rooms.pop(shell.languages, None):
                    before.close()
                room = rooms[shell.languages] = _opened(engine, rooms.values())
                room.send((shell, frames, passages))
            else:
                room.send((None, (), passages))
            answers.write(room.recv_bytes())
            answers.flush()
        except (EOFError, OSError):
            return


def _opened(engine: MkDocsEngine, others: Iterable[Connection]) -> Connection:
    context = get_context("fork")
    ours, theirs = context.Pipe()
    context.Process(target=_room, args=(engine, theirs, (ours, *others)), daemon=True).start()
    theirs.close()
    return ours


def _room(engine: MkDocsEngine, asked: Connection, copies: Iterable[Connection]) -> None:
    """Renders in the first shell that is asked for, until the program closes its end, of which this has ``copies``."""
    for copy in copies:
        copy.close()
    # Who closes the engine while it is at something waits for no answer.
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            shell, frames, passages = asked.recv()
            try:
                answer = engine.open(shell, frames, passages) if shell else engine.render(passages)
            except RenderError as error:
                asked.send(str(error))
            else:
                asked.send(answer)


if __name__ == "__main__":
    # What anything prints must not come between the answers.
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(Path(sys.argv[1]), sys.stdin.buffer, pipe)
