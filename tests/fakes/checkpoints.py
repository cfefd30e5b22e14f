"""Checkpoints without files: every path under `/models/` is one."""

from __future__ import annotations

from core.errors import NotFoundError
from core.results import Availability, CheckpointDiff, Selection, SpectraKind, SpectraReport, Spectrum, WeightReport
from core.services import Checkpoints
from tests.fakes import weights
from tests.fakes.engine import FakeEngine
from tests.fakes.task import FakeTask, FakeTasks


class FakeCheckpoints:
    """Attributes: `unasked`, the spectra that a person sees first."""

    def __init__(self, engine: FakeEngine, tasks: FakeTasks) -> None:
        self.unasked: SpectraKind = "full"
        self._engine = engine
        self._tasks = tasks

    def folder(self, selection: Selection, *, adapter: bool) -> str:
        candidate = self._engine.summary(selection.candidate)
        if candidate.availability is not Availability.READY:
            raise NotFoundError(candidate.message, fix="fetch it first.")
        if not adapter:
            return candidate.source
        if selection.adapter is None:
            raise NotFoundError("No adapter is chosen.", fix="choose one in the top bar, or look at the base model.")
        return f"{candidate.source}/adapters/{selection.adapter}"

    def statistics(self, source: str) -> FakeTask[WeightReport]:
        _open(source)
        return self._tasks.task(lambda: weights.statistics(source), "statistics", source)

    def default_spectra(self, source: str) -> SpectraKind:
        _open(source)
        return self.unasked

    def spectra(self, source: str, kind: SpectraKind) -> FakeTask[SpectraReport]:
        _open(source)
        return self._tasks.task(lambda: weights.spectra(source, kind), "spectra", source, kind)

    def spectrum(self, source: str, tensor: str) -> FakeTask[Spectrum]:
        _open(source)
        return self._tasks.task(lambda: weights.spectrum(source, tensor), "spectrum", source, tensor)

    def diff(self, first: str, second: str) -> FakeTask[CheckpointDiff]:
        _open(first)
        _open(second)
        return self._tasks.task(lambda: weights.diff(first, second), "diff", first, second)


def _open(source: str) -> None:
    if not source.startswith("/models/"):
        raise NotFoundError(f"There is no checkpoint '{source}'.", fix="check the path.")


_: type[Checkpoints] = FakeCheckpoints
