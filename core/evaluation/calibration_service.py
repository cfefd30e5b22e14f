"""Calibrations of pairs on datasets: made, and put to use for everybody who asks the pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.data.atomic import open_to_replace
from core.errors import InputError
from core.evaluation.answers import Answers
from core.files.calibration import stated_calibration
from core.results import Feature, FeatureKey, Selection
from core.results.calibration_report import CalibrationOptions, CalibrationReport
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import NO_CLASS
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task

if TYPE_CHECKING:
    from core.config.calibration import CalibrationCard


class CalibrationService:
    """Thread safe; one for a whole process. A `Task` that it hands out has not begun."""

    def __init__(self, answers: Answers, tasks: TaskRunner) -> None:
        self._answers = answers
        self._tasks = tasks

    def report(
        self, selection: Selection, request: DatasetRequest, options: CalibrationOptions
    ) -> Task[CalibrationReport]:
        """Whether the pair's probabilities hold on a dataset that it has answered.

        Raises:
            NotFoundError: no such dataset, or a pair that is not loaded.
            InputError: texts that were not answered yet, or no column of labels.
        """
        total, stored = len(self._answers.rows(request)), self._answers.stored(selection, request)
        if request.label_column is None:
            raise InputError("Nothing says which answers are right.", fix="choose the column of the labels.")
        if stored.count() < total:
            raise InputError(f"{stored.count():,} of {total:,} texts are answered.", fix="evaluate the dataset first.")

        def work(on_progress: Progress) -> CalibrationReport:
            from core.evaluation.calibration import calibration_report

            on_progress(0.0, "fitting")
            rows, logits = self._answers.rows(request), stored.rows()[:total]
            actual = self._answers.classes(selection, request)[rows]
            known = actual != NO_CLASS
            classes = self._answers.loaded(selection).labels
            strange = ~known & self._answers.written(request)[rows]
            inside, outside = logits[np.flatnonzero(known)], logits[np.flatnonzero(strange)]
            return calibration_report(inside, actual[known], classes, options, outside)

        key = (selection, self._answers.identity(selection), options)
        return Task(self._tasks, FeatureKey(Feature.CALIBRATION, request, key), work)

    def use(self, selection: Selection, request: DatasetRequest, report: CalibrationReport) -> None:
        """State the pair's probabilities by this report from now on, for everybody; it is written beside the adapter.

        Raises:
            InputError: the folder may not be written to.
            AppError: a folder that is not there any more.
        """
        from core.config.calibration import CalibrationCard  # an idle server needs none

        name = self._answers.datasets.summary(request.dataset).name
        sureness = report.sureness
        self._write(
            selection,
            CalibrationCard(
                temperature=report.temperature_of_all,
                sure=1.0 if sureness.sure is None else sureness.sure,
                two=1.0 if sureness.two is None else sureness.two,
                set_threshold=report.set_threshold,
                coverage=report.options.coverage,
                calibrated_on=name,
                rows=report.used,
            ),
        )

    def stop(self, selection: Selection) -> None:
        """State the model's own probabilities again; what was fitted is kept.

        Raises:
            InputError: the folder may not be written to.
        """
        card = stated_calibration(self._answers.folder(selection))
        if card is not None:
            self._write(selection, card.model_copy(update={"in_use": False}))

    def _write(self, selection: Selection, card: CalibrationCard) -> None:
        from core.config.calibration import CALIBRATION_FILE

        path = self._answers.folder(selection) / CALIBRATION_FILE
        try:
            with open_to_replace(path) as file:
                file.write((card.to_json() + "\n").encode())
        except OSError as error:
            raise InputError(
                f"'{path}' cannot be written: {error.strerror or error}.",
                fix="let the server write to this folder, or copy the adapter to one where it may.",
            ) from None
        self._answers.engine.recalibrate(selection)
