"""What adapters add to their base, for pages. Importing this file imports no torch."""

from __future__ import annotations

import weakref

from core.engine.engine import Engine
from core.results import AdapterOverlap, AdapterPair, AdapterUpdate, Feature, FeatureKey, Selection
from core.tasks.once import OncePerOwner
from core.tasks.progress import Progress, cancelled_when
from core.tasks.runner import TaskRunner
from core.tasks.task import Task

#: Bytes that what is known of a loaded pair's adapter may take.
UPDATE_BYTES = 64 * 2**20


class AdapterUpdateService:
    """Updates of loaded pairs, computed once while the pair is loaded. Thread safe; one for a whole process."""

    def __init__(self, engine: Engine, tasks: TaskRunner) -> None:
        self._engine = engine
        self._tasks = tasks
        self._updates = OncePerOwner(UPDATE_BYTES)

    def adapter_update(self, selection: Selection) -> AdapterUpdate:
        """What the adapter of a pair adds to its base; computed once while the pair is loaded.

        Raises:
            AdapterError: no adapter, or one without low-rank factors.
            AppError: the pair cannot be loaded.
        """
        from core.checkpoints.adapter_update.lora_update import adapter_update

        pair = self._engine.pair(selection)
        return self._updates.of(pair).get(Feature.ADAPTER_UPDATE, lambda: adapter_update(pair))

    def adapter_overlap(self, selection: Selection) -> Task[AdapterOverlap]:
        """How far the update's directions are those of the base.

        Raises:
            AppError: the pair cannot be loaded.
        """
        pair = self._engine.pair(selection)
        reference = weakref.ref(pair)

        def work(on_progress: Progress) -> AdapterOverlap:
            from core.checkpoints.adapter_update.adapter_overlap import adapter_overlap
            from core.explain.sessions import still_loaded

            pair = still_loaded(reference)
            with self._engine.holding(pair) as unloaded:
                return adapter_overlap(pair, cancelled_when(unloaded, on_progress))

        return Task(self._tasks, FeatureKey(Feature.ADAPTER_OVERLAP), work, owner=pair)

    def two_adapters(self, first: Selection, second: Selection) -> AdapterPair:
        """What two adapters of a candidate add, module by module; both are loaded, and stay till it is done.

        Raises:
            MemoryBudgetError: two pairs are more than may be in memory at once.
            AdapterError: one without low-rank factors.
            AppError: a pair cannot be loaded.
        """
        from core.checkpoints.adapter_update.two_adapters import adapter_pair

        with self._engine.using(first, second) as pairs:
            return adapter_pair(*pairs)
