"""Fake corrections: marks in memory, of the one table that the fake datasets have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data.export import encoded
from core.errors import InputError
from core.evaluation.corrected_file import corrected_rows, read_list, row_ids, write_list
from core.evaluation.head_refit import head_refit
from core.results import Selection
from core.results.corrections import Correction, HeadRefit, ImportedCorrections
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.services import Corrections
from core.tasks.progress import ignore_progress
from tests.fakes.datasets import COLUMNS, FakeDatasets
from tests.fakes.task import FakeTask, FakeTasks


class FakeCorrections:
    """Attributes:
    refuses: nothing can be marked.
    """

    def __init__(self, datasets: FakeDatasets, tasks: FakeTasks) -> None:
        self._datasets = datasets
        self._tasks = tasks
        self._marks: dict[str, dict[int, Correction]] = {}
        self.refuses = False

    def of(self, dataset: str) -> tuple[Correction, ...]:
        return tuple(mark for _, mark in sorted(self._marks.get(dataset, {}).items()))

    def mark(self, dataset: str, corrections: Sequence[Correction]) -> None:
        if self.refuses:
            raise InputError("'relabel' needs a class.", fix="name the class that the rows belong to.")
        self._marks.setdefault(dataset, {}).update({c.row: c for c in corrections})

    def clear(self, dataset: str, rows: Sequence[int] | None = None) -> None:
        for row in list(self._marks.get(dataset, {})) if rows is None else rows:
            self._marks.get(dataset, {}).pop(row, None)

    def listed(self, request: DatasetRequest) -> bytes:
        texts = self._column(request.text_column)
        return write_list(self.of(request.dataset), dict(enumerate(row_ids(texts))), dict(enumerate(texts)), {})

    def receive(self, request: DatasetRequest, content: bytes) -> ImportedCorrections:
        rows = {name: row for row, name in enumerate(row_ids(self._column(request.text_column)))}
        marks, unknown = read_list(content, rows)
        self.mark(request.dataset, marks)
        return ImportedCorrections(len(marks), unknown)

    def corrected(self, selection: Selection, request: DatasetRequest) -> bytes:
        columns = {name: self._column(name) for name in COLUMNS}
        rows = corrected_rows(columns, request.label_column or "", self.of(request.dataset), str, {})
        return encoded(rows, "jsonl")

    def refit(self, result: DatasetEvaluation) -> FakeTask[HeadRefit]:
        marks = self.of(result.request.dataset)
        return self._tasks.task(lambda: self._refit(result, marks), "refit", result.selection, result.request, marks)

    def _refit(self, result: DatasetEvaluation, marks: Sequence[Correction]) -> HeadRefit:
        vectors = np.eye(len(result.classes))[np.where(result.actual == NO_CLASS, 0, result.actual)]
        return head_refit(result, vectors, marks, ignore_progress)

    def _column(self, name: str) -> list[str]:
        return [row[COLUMNS.index(name)] for row in self._datasets.table()]


_: type[Corrections] = FakeCorrections
