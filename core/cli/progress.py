"""How far work is, as lines on stderr: nothing in its first second, then ever more rarely."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from core.cli.output import say
from core.results import LoadedModel, Selection
from core.services import Engine, Task

#: How often work is asked how far it is.
LOOK_SECONDS = 0.2
#: When the first line is said, and how long it is from one to the next at most.
FIRST_SECONDS, MOST_SECONDS = 1.0, 10.0
#: How long work that is stopped may take to put away what it had begun.
STOP_SECONDS = 30.0

Result = TypeVar("Result")
#: The share that is done, and what is being done, in words; None when there is nothing to say.
Look = Callable[[], tuple[float, str] | None]


class ProgressLines:
    """A line after one second, and then when as much time again has passed, ten seconds at most."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begin = clock()
        self._following = FIRST_SECONDS

    def tell(self, fraction: float, stage: str) -> None:
        """Say it, if it is time."""
        seconds = self._clock() - self._begin
        if seconds >= self._following:
            self._following = seconds + min(max(seconds, FIRST_SECONDS), MOST_SECONDS)
            share = f"{round(100 * fraction)} %, " if fraction else ""
            say(f"[{share}{seconds:.0f} s] {stage}")


def follow(task: Task[Result]) -> Result:
    """The result of long work, with its progress on stderr. Ctrl-C stops it.

    Raises:
        AppError: why it failed.
    """
    task.start()
    lines = ProgressLines()
    try:
        while (state := task.state(LOOK_SECONDS)) is not None and not state.ended:
            lines.tell(state.fraction, state.stage)
    except KeyboardInterrupt:
        task.cancel()
        task.state(STOP_SECONDS)
        raise
    return task.result()


def loaded(engine: Engine, selection: Selection) -> LoadedModel:
    """Load and wait, with its stages on stderr.

    Raises:
        AppError: why it cannot be loaded.
    """

    def look() -> tuple[float, str] | None:
        state = engine.load_state(selection)
        detail = f": {state.detail}" if state is not None and state.detail else ""
        return None if state is None or state.finished else (state.fraction, f"{state.stage}{detail}")

    with watched(look):
        return engine.load(selection)


@contextmanager
def busy(stage: str) -> Iterator[None]:
    """Says what is being done meanwhile, of work that cannot say how far it is."""
    with watched(lambda: (0.0, stage)):
        yield


@contextmanager
def watched(look: Look) -> Iterator[None]:
    """Asks how far the work inside is, from a thread of its own."""
    over, lines = threading.Event(), ProgressLines()

    def watch() -> None:
        while not over.wait(LOOK_SECONDS):
            if (seen := look()) is not None:
                lines.tell(*seen)

    thread = threading.Thread(target=watch, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
