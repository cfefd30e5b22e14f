"""Marks of rows: taken, listed, brought back, and what they would change."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import InputError
from core.evaluation.answers import Answers
from core.evaluation.corrections import Corrections
from core.evaluation.pooled_rows import pooled_rows, required_vectors
from core.results import Feature, FeatureKey, Selection
from core.results.corrections import Correction, HeadRefit, ImportedCorrections
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import DatasetEvaluation
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task


class CorrectionService:
    """Thread safe; one for a whole process. Marks are a dataset's: whoever opens it sees them."""

    def __init__(self, answers: Answers, tasks: TaskRunner) -> None:
        self._answers = answers
        self._datasets = answers.datasets
        self._tasks = tasks

    def of(self, dataset: str) -> tuple[Correction, ...]:
        """All marks, by row.

        Raises:
            NotFoundError: no such dataset.
        """
        return self._marks(dataset).read()

    def mark(self, dataset: str, corrections: Sequence[Correction]) -> None:
        """Mark rows, all or none; a row's earlier mark is replaced.

        Raises:
            NotFoundError: no such dataset.
            InputError: a row that it does not have; an action without the class that it needs.
        """
        rows = self._datasets.summary(dataset).rows
        strange = next((c.row for c in corrections if not 0 <= c.row < rows), None)
        if strange is not None:
            raise InputError(f"There is no row {strange + 1:,} among {rows:,}.", fix="choose rows of this dataset.")
        self._marks(dataset).write(corrections)

    def clear(self, dataset: str, rows: Sequence[int] | None = None) -> None:
        """Take the marks off these rows, or off all.

        Raises:
            NotFoundError: no such dataset.
        """
        self._marks(dataset).clear(rows)

    def listed(self, request: DatasetRequest) -> bytes:
        """The marks as a CSV that `receive` takes back, also for another order of the same rows.

        Raises:
            NotFoundError: no such dataset.
            InputError: no such column.
        """
        from core.evaluation.corrected_file import row_ids, write_list

        marks = self.of(request.dataset)
        rows = {c.row for c in marks}
        texts = self._datasets.column(request.dataset, request.text_column)
        ids = {row: name for row, name in enumerate(row_ids(texts)) if row in rows}
        labels: dict[int, str] = {}
        if request.label_column is not None:
            cells = self._datasets.column(request.dataset, request.label_column)
            labels = {row: cells[row] for row in rows}
        return write_list(marks, ids, {row: texts[row] for row in rows}, labels)

    def receive(self, request: DatasetRequest, content: bytes) -> ImportedCorrections:
        """Take the marks of such a list for the rows that have its ids.

        Raises:
            NotFoundError: no such dataset.
            InputError: no such list.
        """
        from core.evaluation.corrected_file import read_list, row_ids

        texts = self._datasets.column(request.dataset, request.text_column)
        marks, unknown = read_list(content, {name: row for row, name in enumerate(row_ids(texts))})
        self.mark(request.dataset, marks)
        return ImportedCorrections(len(marks), unknown)

    def corrected(self, selection: Selection, request: DatasetRequest) -> bytes:
        """The dataset as JSON lines with corrected labels, without the rows to be removed: what `train` takes.

        A class is written as most rows of the file write it.

        Raises:
            NotFoundError: no such dataset.
            InputError: no column of labels.
        """
        from core.data.export import encoded
        from core.evaluation.corrected_file import corrected_rows

        if request.label_column is None:
            raise InputError("No column of labels is chosen.", fix="choose the column of the labels.")
        matches = sorted(self._answers.labels(selection, request), key=lambda match: match.count)
        written = {match.class_name: match.written for match in matches if match.class_name is not None}
        names = self._datasets.summary(request.dataset).columns
        columns = {name: self._datasets.column(request.dataset, name) for name in names}
        marks = self.of(request.dataset)
        means = {match.written: match.class_name for match in matches if match.class_name is not None}
        rows = corrected_rows(columns, request.label_column, marks, lambda name: written.get(name, name), means)
        return encoded(rows, "jsonl")  # every cell as it is: the file is for training

    def refit(self, result: DatasetEvaluation) -> Task[HeadRefit]:
        """A linear head on the pooled vectors by the corrected labels, beside one by the labels as they are.

        Raises:
            NotFoundError: no such dataset.
            InputError: vectors that would take too much room.
        """
        marks, vectors = self.of(result.request.dataset), required_vectors(self._answers, result)

        def work(on_progress: Progress) -> HeadRefit:
            from core.evaluation.head_refit import head_refit

            return head_refit(result, pooled_rows(self._answers, result, vectors, on_progress), marks, on_progress)

        key = (result.selection, self._answers.identity(result.selection), marks)
        return Task(self._tasks, FeatureKey(Feature.HEAD_REFIT, result.request, key), work)

    def _marks(self, dataset: str) -> Corrections:
        self._datasets.summary(dataset)
        return Corrections(self._datasets.folder / dataset)
