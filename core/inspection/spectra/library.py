"""Spectra for pages: made once for each state of the files, watched, stopped, remembered.

Importing this file imports neither numba nor torch.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from core.files.locate import require_source
from core.inference.engine import Engine
from core.inspection.jobs import Jobs, Progress
from core.results import JobState, SpectraKind, SpectraReport, Spectrum

if TYPE_CHECKING:
    from core.inspection.weights.checkpoint import Checkpoint

#: Multiplications up to which all singular values are found unasked: some ten seconds on two cores.
UNASKED = 1e12


class SpectraLibrary:
    """Spectra by path. Thread safe; one for a whole process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs = Jobs()

    def unasked(self, source: str) -> SpectraKind:
        """What a person sees first: everything where that takes seconds, else the norms.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        from core.inspection.spectra.checkpoint_spectra import work

        return "full" if sum(work(t, "full") for t in self._open(source).tensors) <= UNASKED else "norms"

    def spectra(
        self, source: str, kind: SpectraKind, *, start: bool = False, stop: bool = False, wait: float = 0.0
    ) -> JobState | None:
        """Begin a report, stop it, or look where it stands; None when it was not begun for these files as they are.

        Its result is a `SpectraReport`. `wait` is in seconds.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        checkpoint = self._open(source)

        def work(told: Progress) -> SpectraReport:
            from core.inspection.spectra.checkpoint_spectra import checkpoint_spectra

            return checkpoint_spectra(checkpoint, kind, told)

        return self._jobs.asked(("spectra", kind, *_identity(checkpoint)), work, start=start, stop=stop, wait=wait)

    def spectrum(
        self, source: str, tensor: str, *, start: bool = False, stop: bool = False, wait: float = 0.0
    ) -> JobState | None:
        """The same for the full `Spectrum` of one tensor.

        Raises:
            AppError: no checkpoint there, or one that cannot be read.
        """
        checkpoint = self._open(source)

        def work(told: Progress) -> Spectrum:
            from core.inspection.spectra.checkpoint_spectra import tensor_spectrum

            told(0.1, tensor)
            return tensor_spectrum(checkpoint, tensor)

        return self._jobs.asked(("spectrum", tensor, *_identity(checkpoint)), work, start=start, stop=stop, wait=wait)

    def _open(self, source: str) -> Checkpoint:
        from core.inspection.weights.checkpoint import open_checkpoint

        return open_checkpoint(require_source(source, self._engine.settings).path)


def _identity(checkpoint: Checkpoint) -> tuple[Hashable, ...]:
    return str(checkpoint.path), checkpoint.signature
