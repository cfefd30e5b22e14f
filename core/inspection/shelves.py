"""What belongs to each loaded pair while it is loaded: its probe, what was found with it, and long work on it.

Importing this file imports neither torch nor transformers.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar, cast

from core.inference.engine import Engine, check_texts
from core.inspection.jobs import Jobs, Progress
from core.results import AttentionMaps, AttentionRollout, JobState, Selection

if TYPE_CHECKING:
    from torch import Tensor

    from core.inference.encoding import Encoded
    from core.inference.loading import LoadedPair
    from core.inspection.probe import Probe

Result = TypeVar("Result")

#: Results, and hidden states of texts, that are remembered for each loaded pair.
REMEMBERED = 48
STATES = 4


@dataclass(eq=False)
class _Shelf:
    """What belongs to one loaded pair: its probe, who may use it now, and what was found."""

    probe: Probe
    number: int
    lock: threading.Lock = field(default_factory=threading.Lock)
    found: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    states: OrderedDict[str, Any] = field(default_factory=OrderedDict)


class Shelves:
    """Runs work on the probe of a pair, one piece at a time, and remembers what came out. Thread safe.

    Work is known by its `__name__`, the text and the options. All methods raise `InputError` for an empty or over-long
    text, and `AppError` for a pair that cannot be loaded.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs = Jobs()
        self._lock = threading.Lock()
        self._shelves: weakref.WeakKeyDictionary[LoadedPair, _Shelf] = weakref.WeakKeyDictionary()
        self._numbers = itertools.count()

    @property
    def attention_budget(self) -> int:
        """Bytes that attention maps may take."""
        return int(self._engine.settings.attention_budget_mb * 2**20)

    def of_text(
        self, selection: Selection, text: str, work: Callable[[Probe, Encoded], Result], *options: Hashable
    ) -> Result:
        """Quick work on the encoded text; remembered."""
        key = (work.__name__, text, *options)
        return self._once(selection, text, key, lambda shelf: work(shelf.probe, shelf.probe.encode(text)))

    def of_states(self, selection: Selection, text: str, work: Callable[[Probe, Tensor], Result]) -> Result:
        """Quick work on the states that the pooler sees; the backbone runs once for all such work on a text."""

        def worked(shelf: _Shelf) -> Result:
            if text not in shelf.states:
                _keep(shelf.states, text, shelf.probe.states(shelf.probe.encode(text)), STATES)
            return work(shelf.probe, shelf.states[text])

        return self._once(selection, text, (work.__name__, text), worked)

    def without_probe(
        self, selection: Selection, text: str, name: str, work: Callable[[], Result], *options: Hashable
    ) -> Result:
        """Work that needs no probe, remembered under this name."""
        return self._once(selection, text, (name, text, *options), lambda _: work())

    def unremembered(self, selection: Selection, text: str, work: Callable[[Probe, Encoded], Result]) -> Result:
        """The same as `of_text`, and forgotten at once: a slider asks for hundreds, which would push others out."""
        check_texts([text], self._engine.settings.max_characters)
        shelf = self._shelf(selection)
        with shelf.lock:
            return work(shelf.probe, shelf.probe.encode(text))

    def job(
        self,
        selection: Selection,
        text: str,
        work: Callable[[Probe, Encoded, Progress], Any],
        *options: Hashable,
        start: bool,
        stop: bool = False,
        wait: float = 0.0,
    ) -> JobState | None:
        """Long work, in a thread and on a probe of its own: begun when `start`, else only looked at.

        `wait` gives it that many seconds to end before the answer, so that short work shows no progress bar;
        `stop` asks it to end at its next step.
        """
        check_texts([text], self._engine.settings.max_characters)
        key = (self._shelf(selection).number, work.__name__, text, *options)
        if stop:
            self._jobs.cancel(key)
        if not start:
            return self._jobs.state(key, wait)

        def worked(progress: Progress) -> Any:
            from core.inspection.probe import make_probe

            probe = make_probe(self._engine.pair(selection))
            return work(probe, probe.encode(text), progress)

        state = self._jobs.start(key, worked)
        return self._jobs.state(key, wait) if wait else state

    def found(self, selection: Selection, text: str, name: str) -> dict[tuple[Hashable, ...], Any]:
        """What is remembered of a text under a name, quick or long, by its options, the latest last."""
        shelf = self._shelf(selection)
        with shelf.lock:
            quick = {key[2:]: value for key, value in shelf.found.items() if _begins(key, name, text)}
        long = self._jobs.results(shelf.number, name, text)
        return quick | {cast(tuple[Hashable, ...], key)[3:]: value for key, value in long.items()}

    def _once(self, selection: Selection, text: str, key: Hashable, work: Callable[[_Shelf], Result]) -> Result:
        """The result from before, or the work, alone with the pair's probe."""
        check_texts([text], self._engine.settings.max_characters)
        shelf = self._shelf(selection)
        with shelf.lock:
            if key not in shelf.found:
                _keep(shelf.found, key, work(shelf), REMEMBERED)
                _lighten(shelf.found, self.attention_budget)
            shelf.found.move_to_end(key)
            return cast(Result, shelf.found[key])

    def _shelf(self, selection: Selection) -> _Shelf:
        pair = self._engine.pair(selection)
        with self._lock:
            if pair not in self._shelves:
                from core.inspection.probe import make_probe

                self._shelves[pair] = _Shelf(make_probe(pair), next(self._numbers))
            return self._shelves[pair]


def _begins(key: Hashable, *beginning: Hashable) -> TypeGuard[tuple[Hashable, ...]]:
    return isinstance(key, tuple) and key[: len(beginning)] == beginning


def _keep(shelf: OrderedDict[Any, Any], key: Hashable, value: Any, most: int) -> None:
    """Add, and drop the oldest beyond the limit."""
    shelf[key] = value
    while len(shelf) > most:
        shelf.popitem(last=False)


def _lighten(shelf: OrderedDict[Hashable, Any], most: int) -> None:
    """Drop the oldest attention maps until they hold no more bytes than that."""
    heavy = [key for key, value in shelf.items() if isinstance(value, (AttentionMaps, AttentionRollout))]
    total = sum(shelf[key].nbytes for key in heavy)
    for key in heavy[:-1]:
        if total > most:
            total -= shelf.pop(key).nbytes
