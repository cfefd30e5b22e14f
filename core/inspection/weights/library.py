"""Reports on checkpoints for pages: made once for each state of the files, watched, stopped, remembered.

Importing this file imports neither numba nor torch.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING

from core.errors import NotFoundError
from core.files.locate import require_adapter, require_candidate, require_source
from core.inference.engine import Engine
from core.inspection.jobs import Jobs, Progress
from core.results import (
    AdapterOverlap,
    AdapterPair,
    AdapterUpdate,
    CheckpointComparison,
    JobState,
    Selection,
    WeightReport,
)

if TYPE_CHECKING:
    from core.inference.loading import LoadedPair


class WeightLibrary:
    """Statistics by path. Thread safe; one for a whole process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs = Jobs()
        self._lock = threading.Lock()
        self._updates: weakref.WeakKeyDictionary[LoadedPair, AdapterUpdate] = weakref.WeakKeyDictionary()

    def place(self, selection: Selection, *, adapter: bool) -> str:
        """The folder of a candidate's base, or of the chosen adapter.

        Raises:
            NotFoundError: weights that are not on this machine, or no adapter chosen.
        """
        candidate = self._engine.candidate(selection.candidate)
        if not adapter:
            return str(require_candidate(candidate, self._engine.settings).path)
        if selection.adapter is None:
            raise NotFoundError("No adapter is chosen.", fix="choose one at the side, or look at the base model.")
        return str(require_adapter(candidate, selection.adapter, self._engine.settings).path)

    def adapter_update(self, selection: Selection) -> AdapterUpdate:
        """What the adapter of a pair adds to its base; computed once while the pair is loaded.

        Raises:
            AdapterError: no adapter, or one without low-rank factors.
            AppError: the pair cannot be loaded.
        """
        from core.inspection.updates.lora_update import adapter_update

        pair = self._engine.pair(selection)
        with self._lock:
            if pair not in self._updates:
                self._updates[pair] = adapter_update(pair)
            return self._updates[pair]

    def adapter_overlap(
        self, selection: Selection, *, start: bool = False, stop: bool = False, wait: float = 0.0
    ) -> JobState | None:
        """How far the update's directions are those of the base; begin, stop or look as with `statistics`.

        Its result is an `AdapterOverlap`.

        Raises:
            AppError: the pair cannot be loaded.
        """
        pair = self._engine.pair(selection)

        def work(told: Progress) -> AdapterOverlap:
            from core.inspection.updates.adapter_overlap import adapter_overlap

            return adapter_overlap(pair, told)

        return self._jobs.asked(("overlap", selection, weakref.ref(pair)), work, start=start, stop=stop, wait=wait)

    def adapter_pair(self, first: Selection, second: Selection) -> AdapterPair:
        """What two adapters of a candidate add, module by module; both are loaded.

        Raises:
            AdapterError: one without low-rank factors.
            AppError: a pair cannot be loaded.
        """
        from core.inspection.updates.adapter_pair import adapter_pair

        return adapter_pair(self._engine.pair(first), self._engine.pair(second))

    def statistics(self, source: str, *, start: bool = False, stop: bool = False, wait: float = 0.0) -> JobState | None:
        """Begin a report, stop it, or look where it stands; None when it was not begun for these files as they are.

        Its result is a `WeightReport`. `wait` is in seconds.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        from core.inspection.weights.checkpoint import open_checkpoint

        checkpoint = open_checkpoint(require_source(source, self._engine.settings).path)
        key = ("statistics", str(checkpoint.path), checkpoint.signature)

        def work(told: Progress) -> WeightReport:
            from core.inspection.weights.statistics import checkpoint_statistics

            return checkpoint_statistics(checkpoint, lambda done, total, name: told(done / max(total, 1), name))

        return self._jobs.asked(key, work, start=start, stop=stop, wait=wait)

    def comparison(
        self, first: str, second: str, *, start: bool = False, stop: bool = False, wait: float = 0.0
    ) -> JobState | None:
        """The same for two checkpoints, tensor by tensor; its result is a `CheckpointComparison`.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        from core.inspection.weights.checkpoint import open_checkpoint

        one, two = (open_checkpoint(require_source(source, self._engine.settings).path) for source in (first, second))
        key = ("comparison", *((str(c.path), c.signature) for c in (one, two)))

        def work(told: Progress) -> CheckpointComparison:
            from core.inspection.comparison.comparing import compared

            return compared(one, two, lambda done, total, name: told(done / max(total, 1), name))

        return self._jobs.asked(key, work, start=start, stop=stop, wait=wait)
