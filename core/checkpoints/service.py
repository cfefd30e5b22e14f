"""Reports on checkpoints for pages: made once for each state of the files, watched, stopped, remembered.

Importing this file imports neither numba nor torch.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from core.engine.engine import Engine
from core.errors import NotFoundError
from core.files.locate import require_adapter, require_candidate, require_source
from core.results import (
    AdapterOverlap,
    AdapterPair,
    AdapterUpdate,
    CheckpointDiff,
    Feature,
    FeatureKey,
    Selection,
    WeightReport,
)
from core.tasks.once import OncePerOwner
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task

if TYPE_CHECKING:
    pass

#: Bytes that what is known of a loaded pair's adapter may take.
UPDATE_BYTES = 64 * 2**20


class CheckpointService:
    """Statistics by path. Thread safe; one for a whole process. A `Task` that it hands out has not begun."""

    def __init__(self, engine: Engine, tasks: TaskRunner | None = None) -> None:
        self._engine = engine
        self._tasks = tasks or TaskRunner.from_settings(engine.settings)
        self._updates = OncePerOwner(UPDATE_BYTES)

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
            with self._engine.holding(pair):
                return adapter_overlap(pair, on_progress)

        return Task(self._tasks, FeatureKey(Feature.ADAPTER_OVERLAP), work, owner=pair)

    def adapter_pair(self, first: Selection, second: Selection) -> AdapterPair:
        """What two adapters of a candidate add, module by module; both are loaded, and stay till it is done.

        Raises:
            MemoryBudgetError: two pairs are more than may be in memory at once.
            AdapterError: one without low-rank factors.
            AppError: a pair cannot be loaded.
        """
        from core.checkpoints.adapter_update.two_adapters import adapter_pair

        with self._engine.using(first, second) as pairs:
            return adapter_pair(*pairs)

    def statistics(self, source: str) -> Task[WeightReport]:
        """A report on the files as they are now.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        from core.checkpoints.checkpoint import open_checkpoint

        checkpoint = open_checkpoint(require_source(source, self._engine.settings).path)

        def work(on_progress: Progress) -> WeightReport:
            from core.checkpoints.weights import checkpoint_statistics

            return checkpoint_statistics(checkpoint, lambda done, total, name: on_progress(done / max(total, 1), name))

        return Task(self._tasks, FeatureKey(Feature.WEIGHTS, checkpoint.state), work)

    def comparison(self, first: str, second: str) -> Task[CheckpointDiff]:
        """Two checkpoints, tensor by tensor.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        from core.checkpoints.checkpoint import open_checkpoint

        one, two = (open_checkpoint(require_source(source, self._engine.settings).path) for source in (first, second))

        def work(on_progress: Progress) -> CheckpointDiff:
            from core.checkpoints.checkpoint_diff.scan import diff_checkpoints

            return diff_checkpoints(one, two, lambda done, total, name: on_progress(done / max(total, 1), name))

        return Task(self._tasks, FeatureKey(Feature.CHECKPOINT_DIFF, (one.state, two.state)), work)
