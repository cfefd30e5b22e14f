"""Datasets that people bring, and a pair's answers to them, as long work that goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import TypeVar

from core.engine.untrained_head import require_head
from core.errors import InputError
from core.evaluation.answering import answer, represent
from core.evaluation.answers import Answers
from core.results import Feature, FeatureKey, Selection
from core.results.classes import ClassReport
from core.results.dataset import DatasetRequest, DatasetSummary, LabelMatch
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.label_errors import LabelErrorReport
from core.settings import ROOT
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task
from core.words.label_errors import NO_VECTORS

T = TypeVar("T")

#: Messages that were written for the app, with labels of a demo; see its README.
SAMPLE = ROOT / "assets" / "samples" / "bank_messages.csv"


class DatasetService:
    """Thread safe; one for a whole process. A `Task` that it hands out has not begun."""

    def __init__(self, answers: Answers, tasks: TaskRunner) -> None:
        self._answers = answers
        self._engine = answers.engine
        self._datasets = answers.datasets
        self._tasks = tasks

    def add(self, path: str) -> DatasetSummary:
        """Read a file of this machine, see `Datasets.add`."""
        if not path.strip():
            raise InputError("No file is named.", fix="type the path of a file on this machine.")
        return self._datasets.add(Path(path.strip()).expanduser())

    def receive(self, name: str, content: bytes) -> DatasetSummary:
        """Read what a browser sent, see `Datasets.receive`."""
        return self._datasets.receive(name, content)

    def sample(self) -> DatasetSummary:
        """The messages that come with the app."""
        return self._datasets.add(SAMPLE)

    def summary(self, dataset: str) -> DatasetSummary:
        """What is known of one, see `Datasets.summary`."""
        return self._datasets.summary(dataset)

    def cells(self, dataset: str, column: str, rows: Sequence[int]) -> tuple[str, ...]:
        """The cells of a column in these rows, counted from 0."""
        cells = self._datasets.column(dataset, column)
        return tuple(cells[row] for row in rows)

    def labels(self, selection: Selection, request: DatasetRequest) -> tuple[LabelMatch, ...]:
        """Every label of the file, and the class of the loaded pair that it means.

        Raises:
            InputError: the request names no column of labels.
        """
        return self._answers.labels(selection, request)

    def answered(self, selection: Selection, request: DatasetRequest) -> tuple[int, int]:
        """Texts that the loaded pair has answered before, of how many."""
        total = len(self._answers.rows(request))
        return min(self._answers.stored(selection, request).count(), total), total

    def evaluate(self, selection: Selection, request: DatasetRequest) -> Task[DatasetEvaluation]:
        """Answer every text, and measure the answers against the labels.

        Answers are written as they come, and what was answered before is not asked again, also after the process was
        killed: by another request for the same texts, too.

        Raises:
            NotFoundError: no such dataset.
            InputError: no such column; a pair that gives values or several labels.
        """
        self._datasets.summary(request.dataset)

        def work(on_progress: Progress) -> DatasetEvaluation:
            return self._evaluated(selection, request, on_progress)

        calibration = self._engine.pair(selection).predictor.calibration
        options = (selection, selection.untrained_head, self._answers.identity(selection), calibration)
        return Task(self._tasks, FeatureKey(Feature.EVALUATION, request, options), work)

    def classes(self, result: DatasetEvaluation) -> Task[ClassReport]:
        """Every class of an evaluation that came from here against all others.

        Raises:
            NotFoundError: its dataset is not here any more.
        """
        stored = self._answers.stored(result.selection, result.request)

        def work(on_progress: Progress) -> ClassReport:
            from core.evaluation.classes import class_report

            on_progress(0.0, "measuring")
            temperature = result.calibration.temperature if result.calibration else 1.0
            return class_report(result, stored.rows()[: len(result.rows)], temperature)

        return self._task(Feature.CLASSES, result, work)

    def label_errors(self, result: DatasetEvaluation, *, refit: bool) -> Task[LabelErrorReport]:
        """Rows of an evaluation that came from here whose label is likely wrong.

        Pooled vectors that are not there yet are computed first. With `refit` probabilities are of heads that have not
        seen the row, for rows that the model was trained on.

        Raises:
            NotFoundError: its dataset is not here any more.
            InputError: vectors that would take too much room, where a head is to be refitted.
        """
        selection, request, count = result.selection, result.request, len(result.rows)
        stored, vectors = self._answers.stored(selection, request), self._answers.vectors(selection, request)
        if refit and vectors is None:
            raise InputError(NO_VECTORS, fix="bring a part of the rows.")

        def work(on_progress: Progress) -> LabelErrorReport:
            from core.evaluation.label_errors import label_error_report

            if vectors is not None and vectors.count() < count:
                cells = self._datasets.column(request.dataset, request.text_column)
                represent(self._engine, selection, [cells[i] for i in result.rows], vectors, on_progress)
            on_progress(0.0, "comparing")
            pooled = None if vectors is None else vectors.rows()[:count]
            return label_error_report(result, stored.rows()[:count], pooled, on_progress, refit=refit)

        return self._task(Feature.LABEL_ERRORS, result, work, refit)

    def _task(
        self, feature: Feature, result: DatasetEvaluation, work: Callable[[Progress], T], *options: Hashable
    ) -> Task[T]:
        """Work on an evaluation: the same for the same answers, however they are asked for."""
        key = (result.selection, self._answers.identity(result.selection), result.calibration, *options)
        return Task(self._tasks, FeatureKey(feature, result.request, key), work)

    def _evaluated(self, selection: Selection, request: DatasetRequest, on_progress: Progress) -> DatasetEvaluation:
        model = self._engine.load(selection)
        require_head(model, selection)
        if model.problem_type != "single_label_classification":
            raise InputError(
                "This model gives several labels or values; a dataset is measured here for one class a text.",
                fix="choose a classifier of one class a text; the command `evaluate` measures the others.",
            )
        actual = self._answers.classes(selection, request)  # before hours of answering: a wrong column shows at once
        rows, stored = self._answers.rows(request), self._answers.stored(selection, request)
        if stored.count() < len(rows):
            cells = self._datasets.column(request.dataset, request.text_column)
            vectors = self._answers.vectors(selection, request)
            answer(self._engine, selection, [cells[i] for i in rows], stored, vectors, on_progress)
            del cells
        from core.evaluation.measuring import measured

        on_progress(1.0, "measuring")
        predictor = self._engine.pair(selection).predictor
        summary, logits = self._datasets.summary(request.dataset), stored.rows()[: len(rows)]
        sure, calibration = predictor.thresholds.sure, predictor.calibration
        return measured(selection, model, summary, request, rows, logits, actual[rows], sure, calibration)
