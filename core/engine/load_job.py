"""A load under way or just ended, and who follows it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from core.engine.residency import Resident
from core.errors import StoppedError
from core.results import LoadStage, LoadState, Problem, Selection
from core.words.sizes import size

Content = TypeVar("Content")
#: Called with each state of a load, from its thread.
OnLoadState = Callable[[LoadState], None]

_log = logging.getLogger(__name__)
_FRACTIONS = dict(zip(LoadStage, (0.0, 0.05, 0.05, 0.15, 0.25, 0.75, 0.9, 1.0), strict=True))


def load_state(selection: Selection, stage: LoadStage, detail: str = "", share: float = 0.0) -> LoadState:
    """A state with the share of a load that is done, once a share of that stage is."""
    stages = list(LoadStage)
    following = stages[min(stages.index(stage) + 1, len(stages) - 1)]
    fraction = _FRACTIONS[stage] + share * (_FRACTIONS[following] - _FRACTIONS[stage])
    return LoadState(selection, stage, fraction, detail)


@dataclass(eq=False)
class LoadJob(Generic[Content]):
    """A load. Whoever waits counts in `waiting` and gets `loaded` pinned once; `problem` is why it failed.

    `stopped` says that somebody stopped it: it ends where it next looks.
    """

    state: LoadState
    listeners: list[OnLoadState] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    keep: set[Selection] = field(default_factory=set)
    problem: Problem | None = None
    waiting: int = 0
    stopped: bool = False
    loaded: Resident[Content] | None = None

    @property
    def selection(self) -> Selection:
        """What is loaded."""
        return self.state.selection

    def join(self, on_progress: OnLoadState | None, keep: Collection[Selection] = ()) -> None:
        """One more who follows it, and pairs that it may not drop."""
        self.keep.update(keep)
        if on_progress:
            self.listeners.append(on_progress)

    def progress(self, stage: LoadStage, detail: str = "", share: float = 0.0) -> None:
        """Where it stands, for all who listen. Who raises is dropped and the error logged: others share this load.

        Raises:
            StoppedError: somebody stopped the load.
        """
        if stage is not LoadStage.READY:
            self.require_going_on()
        self._tell(load_state(self.selection, stage, detail, share))

    def on_bytes(self, done: int, total: int) -> None:
        """How much of its files has come, in bytes; the share of these is that of the stage.

        Raises:
            StoppedError: somebody stopped the load.
        """
        self.require_going_on()
        share = min(1.0, done / total) if total else 0.0
        state = load_state(self.selection, LoadStage.DOWNLOAD, f"{size(done)} of {size(total)}")
        self._tell(replace(state, fraction=share))

    def stop(self) -> None:
        """It is to end where it next looks; until then its state says so."""
        self.stopped = True
        self.state = replace(self.state, detail="stopping")

    def require_going_on(self) -> None:
        """Go on only as long as nobody stopped it.

        Raises:
            StoppedError: somebody did.
        """
        if self.stopped:
            fetching = self.state.stage is LoadStage.DOWNLOAD
            raise StoppedError(
                f"The {'download' if fetching else 'load'} of '{self.selection.candidate}' was stopped.",
                fix="load it again" + (": the download goes on where it stopped." if fetching else "."),
            )

    def _tell(self, state: LoadState) -> None:
        self.state = state
        for listener in list(self.listeners):
            try:
                listener(self.state)
            except Exception:
                _log.exception("A listener of the load of %s failed; it is called no more.", self.selection)
                self.listeners.remove(listener)

    def take(self) -> Resident[Content]:
        """What was loaded, for one of those who wait; held here no longer than for the last of them."""
        assert self.loaded is not None
        resident = self.loaded
        self.waiting -= 1
        if not self.waiting:
            self.loaded = None
        return resident

    def fail(self, problem: Problem) -> None:
        """End it badly, at the stage where it is."""
        self.problem = problem
        words = problem.problem
        self.state = LoadState(self.selection, self.state.stage, self.state.fraction, error=words, fix=problem.fix)
