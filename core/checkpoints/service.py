"""Weights on disk: reports made once for each state of the files, watched, stopped, remembered.

Importing this file imports neither numba nor torch.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from core.engine.engine import Engine
from core.errors import NotFoundError
from core.files.locate import require_adapter, require_candidate, require_source
from core.results import (
    CheckpointDiff,
    Feature,
    FeatureKey,
    Selection,
    SpectraKind,
    SpectraReport,
    Spectrum,
    WeightReport,
)
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task

if TYPE_CHECKING:
    from core.checkpoints.checkpoint import Checkpoint

#: Multiplications up to which all singular values are found unasked: some ten seconds on two cores.
UNASKED = 1e12


class CheckpointService:
    """Reports by path. Thread safe; one for a whole process. A `Task` that it hands out has not begun."""

    def __init__(self, engine: Engine, tasks: TaskRunner) -> None:
        self._engine = engine
        self._tasks = tasks

    def folder(self, selection: Selection, *, adapter: bool) -> str:
        """The folder of a candidate's base, or of the chosen adapter.

        Raises:
            NotFoundError: weights that are not on this machine, or no adapter chosen.
        """
        candidate = self._engine.candidate(selection.candidate)
        if not adapter:
            return str(require_candidate(candidate, self._engine.settings).path)
        if selection.adapter is None:
            raise NotFoundError("No adapter is chosen.", fix="choose one in the top bar, or look at the base model.")
        return str(require_adapter(candidate, selection.adapter, self._engine.settings).path)

    def statistics(self, source: str) -> Task[WeightReport]:
        """A report on the files as they are now.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        checkpoint = self._open(source)

        def work(on_progress: Progress) -> WeightReport:
            from core.checkpoints.weights import checkpoint_statistics

            return checkpoint_statistics(checkpoint, on_progress)

        return Task(self._tasks, FeatureKey(Feature.WEIGHTS, checkpoint.state, _beside(checkpoint)), work)

    def default_spectra(self, source: str) -> SpectraKind:
        """What a person sees first: everything where that takes seconds, else the norms.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        from core.checkpoints.spectra.scan import full_work

        return "full" if full_work(self._open(source)) <= UNASKED else "norms"

    def spectra(self, source: str, kind: SpectraKind) -> Task[SpectraReport]:
        """A report on the files as they are now.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        checkpoint = self._open(source)

        def work(on_progress: Progress) -> SpectraReport:
            from core.checkpoints.spectra.scan import checkpoint_spectra

            return checkpoint_spectra(checkpoint, kind, on_progress)

        return Task(self._tasks, FeatureKey(Feature.SPECTRA, checkpoint.state, (kind,)), work)

    def spectrum(self, source: str, tensor: str) -> Task[Spectrum]:
        """The same for one tensor, with all its singular values.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        checkpoint = self._open(source)

        def work(on_progress: Progress) -> Spectrum:
            from core.checkpoints.spectra.scan import tensor_spectrum

            on_progress(0.1, tensor)
            return tensor_spectrum(checkpoint, tensor)

        return Task(self._tasks, FeatureKey(Feature.SPECTRUM, checkpoint.state, (tensor,)), work)

    def diff(self, first: str, second: str) -> Task[CheckpointDiff]:
        """Two checkpoints, tensor by tensor.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        one, two = (self._open(source) for source in (first, second))

        def work(on_progress: Progress) -> CheckpointDiff:
            from core.checkpoints.checkpoint_diff.scan import diff_checkpoints

            return diff_checkpoints(one, two, on_progress)

        return Task(self._tasks, FeatureKey(Feature.CHECKPOINT_DIFF, (one.state, two.state)), work)

    def _open(self, source: str) -> Checkpoint:
        from core.checkpoints.checkpoint import open_checkpoint

        return open_checkpoint(require_source(source, self._engine.settings).path)


def _beside(checkpoint: Checkpoint) -> tuple[Hashable, ...]:
    """The state of the files that say which tensors a checkpoint should hold."""
    folder = checkpoint.path if checkpoint.path.is_dir() else checkpoint.path.parent
    return tuple((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in sorted(folder.glob("*.json")) if f.is_file())
