"""Spectra for pages: made once for each state of the files, watched, stopped, remembered.

Importing this file imports neither numba nor torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.engine.engine import Engine
from core.files.locate import require_source
from core.results import Feature, FeatureKey, SpectraKind, SpectraReport, Spectrum
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task

if TYPE_CHECKING:
    from core.checkpoints.checkpoint import Checkpoint

#: Multiplications up to which all singular values are found unasked: some ten seconds on two cores.
UNASKED = 1e12


class SpectraLibrary:
    """Spectra by path. Thread safe; one for a whole process. A `Task` that it hands out has not begun."""

    def __init__(self, engine: Engine, tasks: TaskRunner | None = None) -> None:
        self._engine = engine
        self._tasks = tasks or TaskRunner.from_settings(engine.settings)

    def unasked(self, source: str) -> SpectraKind:
        """What a person sees first: everything where that takes seconds, else the norms.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        from core.checkpoints.spectra.scan import work

        return "full" if sum(work(t, "full") for t in self._open(source).tensors) <= UNASKED else "norms"

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

    def _open(self, source: str) -> Checkpoint:
        from core.checkpoints.checkpoint import open_checkpoint

        return open_checkpoint(require_source(source, self._engine.settings).path)
