"""Fake calibrations: of made-up logits that are too sure, for whatever was asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.errors import InputError
from core.evaluation.calibration import calibration_report
from core.results import Selection
from core.results.calibration import Calibration
from core.results.calibration_report import CalibrationOptions, CalibrationReport
from core.results.dataset import DatasetRequest
from core.services import Calibrations
from tests.fakes.engine import FakeEngine
from tests.fakes.task import FakeTask, FakeTasks

ROWS, OUTSIDE, TOO_SURE = 200, 9, 2.0


class FakeCalibrations:
    """Attributes:
    refuses: the folder may not be written to.
    """

    def __init__(self, engine: FakeEngine, tasks: FakeTasks) -> None:
        self._engine = engine
        self._tasks = tasks
        self.refuses = False

    def report(
        self, selection: Selection, request: DatasetRequest, options: CalibrationOptions
    ) -> FakeTask[CalibrationReport]:
        return self._tasks.task(lambda: self._report(selection, options), "calibration", selection, request, options)

    def _report(self, selection: Selection, options: CalibrationOptions) -> CalibrationReport:
        labels, chance = self._engine.answering(selection).labels, np.random.default_rng(0)
        logits = chance.normal(size=(ROWS, len(labels)))
        target = (logits * 2 + chance.gumbel(size=logits.shape)).argmax(axis=1).astype(np.int32)
        outside = chance.normal(size=(OUTSIDE, len(labels)))
        return calibration_report(logits * 2 * TOO_SURE, target, labels, options, outside)

    def use(self, selection: Selection, request: DatasetRequest, report: CalibrationReport) -> None:
        if self.refuses:
            raise InputError("'calibration.json' cannot be written.", fix="let the server write to this folder.")
        coverage = report.options.coverage
        made = Calibration(report.temperature_of_all, report.set_threshold, coverage, "a file", report.used)
        self._put(selection, made)

    def stop(self, selection: Selection) -> None:
        self._put(selection, None)

    def _put(self, selection: Selection, calibration: Calibration | None) -> None:
        self._engine.models[selection] = replace(self._engine.models[selection], calibration=calibration)


_: type[Calibrations] = FakeCalibrations
