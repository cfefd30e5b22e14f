"""Datasets that people bring, and a pair's answers to them, as long work that goes on where it was."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.config.catalogue import adapter_of
from core.data.label_names import match_labels
from core.engine.engine import Engine
from core.engine.untrained_head import require_head
from core.errors import InputError, NotFoundError
from core.evaluation.answering import answer
from core.evaluation.datasets import Datasets
from core.evaluation.stored_logits import StoredLogits
from core.results import Feature, FeatureKey, LoadedModel, Selection
from core.results.dataset import DatasetRequest, DatasetSummary, LabelMatch
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.settings import ROOT
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task

if TYPE_CHECKING:
    from core.engine.loader import LoadedPair

#: Messages that were written for the app, with labels of a demo; see its README.
SAMPLE = ROOT / "assets" / "samples" / "bank_messages.csv"


class DatasetService:
    """Thread safe; one for a whole process. A `Task` that it hands out has not begun."""

    def __init__(self, engine: Engine, tasks: TaskRunner) -> None:
        self._engine = engine
        self._tasks = tasks
        self._datasets = Datasets(engine.settings.evaluations)
        self._identities: weakref.WeakKeyDictionary[LoadedPair, str] = weakref.WeakKeyDictionary()

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
        counts = self._datasets.counts(request.dataset, self._label_column(request))
        return match_labels(counts, self._loaded(selection).labels, dict(request.given))

    def answered(self, selection: Selection, request: DatasetRequest) -> tuple[int, int]:
        """Texts that the loaded pair has answered before, of how many."""
        total = len(self._rows(request))
        return min(self._stored(selection, request).count(), total), total

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

        key = FeatureKey(Feature.EVALUATION, request, (selection, selection.untrained_head))
        return Task(self._tasks, key, work)

    def _evaluated(self, selection: Selection, request: DatasetRequest, on_progress: Progress) -> DatasetEvaluation:
        model = self._engine.load(selection)
        require_head(model, selection)
        if model.problem_type != "single_label_classification":
            raise InputError(
                "This model gives several labels or values; a dataset is measured here for one class a text.",
                fix="choose a classifier of one class a text; the command `evaluate` measures the others.",
            )
        actual = self._classes(selection, request)  # before hours of answering: a wrong column shows at once
        rows, stored = self._rows(request), self._stored(selection, request)
        if stored.count() < len(rows):
            cells = self._datasets.column(request.dataset, request.text_column)
            answer(self._engine, selection, [cells[i] for i in rows], stored, on_progress)
            del cells
        from core.evaluation.measuring import measured

        on_progress(1.0, "measuring")
        sure = self._engine.pair(selection).predictor.thresholds.sure
        summary = self._datasets.summary(request.dataset)
        return measured(selection, model, summary, request, rows, stored.rows()[: len(rows)], actual[rows], sure)

    def _classes(self, selection: Selection, request: DatasetRequest) -> NDArray[np.int32]:
        """(rows of the file,) each label's class; `NO_CLASS` where the model has none, and without a label column."""
        summary = self._datasets.summary(request.dataset)
        if request.label_column is None:
            return np.full(summary.rows, NO_CLASS, np.int32)
        number = {name: i for i, name in enumerate(self._loaded(selection).labels)}
        means = {m.written: number.get(m.class_name or "", NO_CLASS) for m in self.labels(selection, request)}
        labels = self._datasets.column(request.dataset, self._label_column(request))
        return np.array([means.get(label, NO_CLASS) for label in labels], np.int32)

    def _label_column(self, request: DatasetRequest) -> str:
        if request.label_column is None:
            raise InputError("No column of labels is chosen.", fix="choose one.")
        return request.label_column

    def _rows(self, request: DatasetRequest) -> NDArray[np.int64]:
        """Rows with a text that can be read."""
        longest = self._engine.settings.max_characters
        rows = self._datasets.filled(request.dataset, request.text_column, longest)
        if not len(rows):
            raise InputError(f"No row has a text in the column '{request.text_column}'.", fix="choose another column.")
        return rows

    def _stored(self, selection: Selection, request: DatasetRequest) -> StoredLogits:
        """Where the answers of this very pair to these texts are."""
        model = self._loaded(selection)
        column = self._datasets.summary(request.dataset).columns.index(request.text_column)
        name = f"{self._identity(selection)}-{column}.logits"
        return StoredLogits(self._datasets.folder / request.dataset / name, len(model.labels))

    def _identity(self, selection: Selection) -> str:
        from core.engine.pair_identity import pair_identity

        pair = self._engine.pair(selection)
        if pair not in self._identities:
            candidate = self._engine.candidate(selection.candidate)
            adapter = adapter_of(candidate, selection.adapter) if selection.adapter else None
            self._identities[pair] = pair_identity(pair, candidate, adapter, self._engine.settings)
        return self._identities[pair]

    def _loaded(self, selection: Selection) -> LoadedModel:
        model = self._engine.loaded_model(selection)
        if model is None:
            raise NotFoundError(f"'{selection}' is not loaded.", fix="load it.")
        return model
