"""Datasets that people bring, and a pair's answers to them, as long work that goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.engine.untrained_head import require_head
from core.errors import InputError
from core.evaluation.answering import answer
from core.evaluation.answers import require_one_class, require_problem
from core.evaluation.training_analyses import TrainingAnalyses
from core.results import Feature, FeatureKey, LoadedModel, Selection
from core.results.dataset import DatasetRequest, DatasetSummary, LabelMatch
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.label_set_evaluation import LabelSetEvaluation
from core.results.value_evaluation import ValueEvaluation
from core.settings import ROOT
from core.tasks.progress import Progress
from core.tasks.task import Task

T = TypeVar("T")
#: Messages that were written for the app, with labels of a demo; see its README.
SAMPLE = ROOT / "assets" / "samples" / "bank_messages.csv"


class DatasetService(TrainingAnalyses):
    """Thread safe; one for a whole process. A `Task` that it hands out has not begun."""

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
        return tuple(self._datasets.cells(dataset, column, np.array(rows, np.int64)))

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

        def work(on_progress: Progress) -> DatasetEvaluation:
            from core.evaluation.measuring import measured

            model = self._answering(selection)
            require_one_class(model)
            actual = self._answers.classes(selection, request)
            rows, logits = self._answered(selection, request, on_progress)
            predictor, summary = self._engine.pair(selection).predictor, self._datasets.summary(request.dataset)
            sure, calibration = predictor.thresholds.sure, predictor.calibration
            return measured(selection, model, summary, request, rows, logits, actual[rows], sure, calibration)

        return self._evaluation(selection, request, "classes", work)

    def evaluate_label_sets(self, selection: Selection, request: DatasetRequest) -> Task[LabelSetEvaluation]:
        """The same of a pair that gives several labels, against the set of labels in each row.

        Raises:
            NotFoundError: no such dataset.
            InputError: no such column; a pair that gives one class, or values.
        """

        def work(on_progress: Progress) -> LabelSetEvaluation:
            from core.evaluation.label_set_evaluation import measured

            model = self._answering(selection)
            require_problem(model, "multi_label_classification")
            actual, labelled = self._answers.label_sets(selection, request)
            rows, logits = self._answered(selection, request, on_progress)
            summary = self._datasets.summary(request.dataset)
            return measured(selection, model, summary, request, rows, logits, actual[rows], labelled[rows])

        return self._evaluation(selection, request, "label sets", work)

    def evaluate_values(self, selection: Selection, request: DatasetRequest) -> Task[ValueEvaluation]:
        """The same of a pair that gives values, against the numbers in each row.

        Raises:
            NotFoundError: no such dataset.
            InputError: no such column, or no number in it; a pair that gives classes.
        """

        def work(on_progress: Progress) -> ValueEvaluation:
            from core.evaluation.value_evaluation import measured

            model = self._answering(selection)
            require_problem(model, "regression")
            actual, unread = self._answers.values(selection, request)
            rows, values = self._answered(selection, request, on_progress)
            summary = self._datasets.summary(request.dataset)
            cells = [unread[row] for row in rows.tolist() if row in unread]
            seen = (len(cells), cells[0] if cells else "")
            return measured(selection, model, summary, request, rows, values, actual[rows], seen)

        return self._evaluation(selection, request, "values", work)

    def _evaluation(
        self, selection: Selection, request: DatasetRequest, kind: str, work: Callable[[Progress], T]
    ) -> Task[T]:
        self._datasets.summary(request.dataset)
        calibration = self._engine.pair(selection).predictor.calibration
        options = (selection, selection.untrained_head, self._answers.identity(selection), calibration, kind)
        return Task(self._tasks, FeatureKey(Feature.EVALUATION, request, options), work)

    def _answering(self, selection: Selection) -> LoadedModel:
        model = self._engine.load(selection)
        require_head(model, selection)
        return model

    def _answered(
        self, selection: Selection, request: DatasetRequest, on_progress: Progress
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The rows with a text (N,), and what the model gives for each (N, K), mapped from disk.

        Labels are read before: hours of answering should not end with a wrong column.
        """
        rows, stored = self._answers.rows(request), self._answers.stored(selection, request)
        if stored.count() < len(rows):
            texts = self._datasets.cells(request.dataset, request.text_column, rows)
            vectors = self._answers.vectors(selection, request)
            answer(self._engine, selection, texts, stored, vectors, on_progress)
        on_progress(1.0, "measuring")
        return rows, stored.rows()[: len(rows)]
