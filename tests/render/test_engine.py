"""The program that renders: it knows no organisation, has a room for each shell, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT
from terecht.flow.knowledge import Knowledge
from terecht.merge import shell_of
from terecht.render import RenderError
from terecht.render.cache import Shelf
from terecht.render.engine import Engine
from terecht.render.press import Press
from terecht.texts import Frame, PageText, Passage, Shell


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(ROOT)
    yield engine
    engine.close()


def wie(*languages: str) -> Frame:
    return Frame(languages, "nl", "wie", "Wie")


def passage(text: str) -> Passage:
    return Passage("nl", "wie", f"# Kop {{: #kop }}\n\n{text}\n")


def rooms_of(engine: Engine) -> list[int]:
    pid = engine._program.pid  # noqa: SLF001
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def test_it_knows_nothing_of_organisations() -> None:
    """So no value can find its way into what is rendered, and it starts in a third of the time."""
    code = "import sys, terecht.render.engine, terecht.render.mkdocs_engine; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "mkdocs" in loaded
    assert not {name for name in loaded if name.startswith(("terecht.load", "terecht.merge", "terecht.flow"))}
    assert "pydantic" not in loaded


def test_a_passage_is_the_same_in_every_room(engine: Engine, content: Knowledge) -> None:
    for languages in (("nl",), ("nl", "en"), ("en", "nl")):
        engine.ask(shell_of(languages, content), [wie(*languages)], [passage("Tekst.")])
        made = engine.answer()
        assert 'href="../' in made.frames[wie(*languages)].before
        assert made.passages[passage("Tekst.")].html == '<h1 id="kop">Kop</h1>\n<p>Tekst.</p>\n'


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for the processes")
def test_passages_open_no_room_and_the_last_shell_replaces_the_one_before(engine: Engine, content: Knowledge) -> None:
    shell, other = shell_of(("nl",), content), shell_of(("nl", "en"), content)
    engine.ask(other, [wie("nl", "en")], [])
    engine.answer()
    (room,) = rooms_of(engine)
    engine.ask(shell, [], [passage("Een.")])
    engine.answer()
    assert rooms_of(engine) == [room]
    engine.ask(other, [Frame(("nl", "en"), "nl", "wet", "Wet")], [])
    engine.answer()
    assert gone([room])
    rooms = rooms_of(engine)
    assert rooms[-1] != room
    engine.close()
    assert gone(rooms)


def gone(processes: list[int]) -> bool:
    """Whether they end by themselves, or have done so and wait for their parent to see it."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        states = [path.read_text("ascii") for pid in processes if (path := Path(f"/proc/{pid}/stat")).exists()]
        if all(") Z " in state for state in states):
            return True
        time.sleep(0.05)
    return False


def test_a_complaint_is_told_and_the_next_is_answered(engine: Engine, content: Knowledge) -> None:
    shell = shell_of(("nl",), content)
    engine.ask(shell, [wie("nl")], [passage("[weg](weg.md)")])
    with pytest.raises(RenderError, match=r"weg\.md"):
        engine.answer()
    engine.ask(shell, [], [passage("Tekst.")])
    assert engine.answer().passages


def test_what_was_begun_is_there(content: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Frame | Passage, ...]] = []
    ask = Engine.ask

    def noted(engine: Engine, shell: Shell, frames: list[Frame], passages: list[Passage]) -> None:
        asked.append((*frames, *passages))
        ask(engine, shell, frames, passages)

    monkeypatch.setattr(Engine, "ask", noted)
    common = PageText(wie("nl"), (passage("Voor iedereen."),))
    whole = PageText(wie("nl"), (*common.passages, passage("Voor deze.")))
    with Press(ROOT, Shelf(tmp_path, "engine"), lambda languages: shell_of(languages, content)) as press:
        press.begin([common])
        html = press.rendered([whole])[whole].html
    assert asked == [(common.frame, *common.passages), (passage("Voor deze."),)]
    assert "Voor iedereen." in html
    assert "Voor deze." in html
