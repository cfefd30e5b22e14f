"""Reports on checkpoints for pages: made once for each state of the files, watched, stopped, remembered.

Importing this file imports neither numba nor torch.
"""

from __future__ import annotations

import weakref
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from core.config.catalogue import adapter_of
from core.errors import NotFoundError
from core.inference.engine import Engine
from core.model.hub import cached_snapshot
from core.results import (
    AdapterOverlap,
    AdapterPair,
    AdapterUpdate,
    CheckpointComparison,
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
    from core.inspection.weights.checkpoint import Checkpoint

#: Bytes that what is known of a loaded pair's adapter may take.
UPDATE_BYTES = 64 * 2**20


def source_of(source: str, engine: Engine) -> Path:
    """The folder or file behind what a person types: a path as it is, or a candidate's weights where they are here.

    Raises:
        NotFoundError: neither a path nor a candidate; or a candidate whose weights are not on this machine.
    """
    path = Path(source).expanduser()
    if path.exists():
        return path
    if path.is_absolute():
        raise NotFoundError(f"There is nothing at '{source}'.", fix="check the path.")
    config = engine.candidate(engine.resolve(source).candidate)
    base = config.base_model
    return _local(base.pretrained_model_name_or_path, f"'{source}'", base.cache_dir, engine)


def _local(name: str, what: str, cache_dir: Path | None, engine: Engine) -> Path:
    """A folder as it is, or the Hub's cache; nothing is fetched."""
    place = Path(name) if Path(name).is_dir() else cached_snapshot(name, cache_dir or engine.settings.cache_dir)
    if place is None:
        raise NotFoundError(
            f"The weights of {what} ({name}) are not on this machine.",
            fix="load the candidate once, which fetches them, or give a folder or file of your own.",
        )
    return place


class WeightLibrary:
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
        if not adapter:
            return str(source_of(selection.candidate, self._engine))
        if selection.adapter is None:
            raise NotFoundError("No adapter is chosen.", fix="choose one at the side, or look at the base model.")
        path = adapter_of(self._engine.candidate(selection.candidate), selection.adapter).path
        return str(_local(path, f"the adapter '{selection.adapter}'", None, self._engine))

    def adapter_update(self, selection: Selection) -> AdapterUpdate:
        """What the adapter of a pair adds to its base; computed once while the pair is loaded.

        Raises:
            AdapterError: no adapter, or one without low-rank factors.
            AppError: the pair cannot be loaded.
        """
        from core.inspection.updates.lora_update import adapter_update

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
            from core.inspection.shelves import still_loaded
            from core.inspection.updates.adapter_overlap import adapter_overlap

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
        from core.inspection.updates.adapter_pair import adapter_pair

        with self._engine.using(first, second) as pairs:
            return adapter_pair(*pairs)

    def statistics(self, source: str) -> Task[WeightReport]:
        """A report on the files as they are now.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        from core.inspection.weights.checkpoint import open_checkpoint

        checkpoint = open_checkpoint(source_of(source, self._engine))

        def work(on_progress: Progress) -> WeightReport:
            from core.inspection.weights.statistics import checkpoint_statistics

            return checkpoint_statistics(checkpoint, lambda done, total, name: on_progress(done / max(total, 1), name))

        return Task(self._tasks, FeatureKey(Feature.WEIGHTS, state_of(checkpoint)), work)

    def comparison(self, first: str, second: str) -> Task[CheckpointComparison]:
        """Two checkpoints, tensor by tensor.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        from core.inspection.weights.checkpoint import open_checkpoint

        one, two = (open_checkpoint(source_of(source, self._engine)) for source in (first, second))

        def work(on_progress: Progress) -> CheckpointComparison:
            from core.inspection.comparison.comparing import compared

            return compared(one, two, lambda done, total, name: on_progress(done / max(total, 1), name))

        return Task(self._tasks, FeatureKey(Feature.CHECKPOINT_DIFF, (state_of(one), state_of(two))), work)


def state_of(checkpoint: Checkpoint) -> tuple[Hashable, ...]:
    """Which files, and the state that they are in."""
    return str(checkpoint.path), checkpoint.signature
