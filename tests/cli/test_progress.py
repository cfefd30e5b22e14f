"""Lines about long work: when they come, what they say, and that stopping the command stops the work."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from core.cli.progress import ProgressLines, busy, follow, loaded
from core.results import LoadStage, LoadState, Selection
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task


class Clock:
    """A clock that somebody sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_nothing_in_the_first_second_and_then_ever_more_rarely(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    lines = ProgressLines(clock)
    for tenth in range(600):
        clock.now = tenth / 10
        lines.tell(tenth / 1000, "reading")
    said = capsys.readouterr().err.splitlines()
    seconds = [int(line.split(", ")[1].split(" s]")[0]) for line in said]
    assert said[0] == "[1 %, 1 s] reading"
    assert seconds == [1, 2, 4, 8, 16, 26, 36, 46, 56]


def test_quick_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert follow(Task(TaskRunner(1), "quick", lambda _on_progress: 5)) == 5
    with busy("thinking"):
        pass
    assert capsys.readouterr().err == ""


def test_stopping_the_command_stops_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, put_away = threading.Event(), threading.Event()

    def work(on_progress: Progress) -> None:
        begun.set()
        try:
            while True:
                on_progress(0.5, "on and on")
        finally:
            put_away.set()

    def interrupted(_self: ProgressLines, _fraction: float, _stage: str) -> None:
        begun.wait()
        raise KeyboardInterrupt

    monkeypatch.setattr(ProgressLines, "tell", interrupted)
    with pytest.raises(KeyboardInterrupt):
        follow(Task(TaskRunner(1), "long", work))
    assert put_away.is_set()


def test_a_load_says_its_stage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It is asked from beside: the load itself waits until a line was said."""
    said = threading.Event()

    class Loading:
        def load_state(self, selection: Selection) -> LoadState:
            return LoadState(selection, LoadStage.WEIGHTS, 0.25, "5 parameters in nf4")

        def load(self, _selection: Selection) -> str:
            assert said.wait(60)
            return "loaded"

    def tell(_self: ProgressLines, fraction: float, stage: str) -> None:
        print(fraction, stage)
        said.set()

    monkeypatch.setattr(ProgressLines, "tell", tell)
    engine: Any = Loading()
    result: Any = loaded(engine, Selection("a"))
    assert result == "loaded"
    assert "0.25 reading weights: 5 parameters in nf4" in capsys.readouterr().out
