"""A loaded pair's answers to the texts of a dataset, and the classes of its labels."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.config.catalogue import adapter_of
from core.data.label_names import match_labels
from core.data.targets import cell_values
from core.engine.engine import Engine
from core.errors import InputError, NotFoundError
from core.evaluation.datasets import Datasets
from core.evaluation.label_cells import counts_of_parts, indicators
from core.evaluation.stored_rows import StoredRows
from core.files.locate import fetch_adapter, fetch_candidate
from core.results import LoadedModel, Selection
from core.results.dataset import DatasetRequest, LabelMatch
from core.results.dataset_evaluation import NO_CLASS
from core.words.dataset import EVALUATE_MEASURES, one_class

if TYPE_CHECKING:
    from core.engine.loader import LoadedPair


#: Pooled vectors of a dataset that would take more on disk are not kept.
MOST_VECTOR_BYTES = 2 * 2**30


class Answers:
    """What is stored of datasets and of answers to them. Thread safe; one for a whole process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.datasets = Datasets(engine.settings.evaluations)
        self._identities: weakref.WeakKeyDictionary[LoadedPair, str] = weakref.WeakKeyDictionary()

    def loaded(self, selection: Selection) -> LoadedModel:
        """What is in memory.

        Raises:
            NotFoundError: the pair is not.
        """
        model = self.engine.loaded_model(selection)
        if model is None:
            raise NotFoundError(f"'{selection}' is not loaded.", fix="load it.")
        return model

    def labels(self, selection: Selection, request: DatasetRequest) -> tuple[LabelMatch, ...]:
        """Every label of the file, and the class of the loaded pair that it means; of sets of labels each one.

        Raises:
            InputError: the request names no column of labels.
        """
        model, counts = self.loaded(selection), self.datasets.counts(request.dataset, _label_column(request))
        if model.problem_type == "multi_label_classification":
            counts = counts_of_parts(counts)
        return match_labels(counts, model.labels, dict(request.given))

    def classes(self, selection: Selection, request: DatasetRequest) -> NDArray[np.int32]:
        """(rows of the file,) each label's class; `NO_CLASS` where the model has none, and without a label column."""
        summary = self.datasets.summary(request.dataset)
        if request.label_column is None:
            return np.full(summary.rows, NO_CLASS, np.int32)
        means = class_numbers(self.labels(selection, request), self.loaded(selection).labels)
        batches = self.datasets.batches(request.dataset, _label_column(request))
        return np.fromiter((means.get(label, NO_CLASS) for batch in batches for label in batch), np.int32)

    def label_sets(self, selection: Selection, request: DatasetRequest) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(rows of the file, K) the labels of each row, and (rows of the file,) whether all of them are the model's.

        No row's are without a label column; an empty cell is an empty set.
        """
        summary, names = self.datasets.summary(request.dataset), self.loaded(selection).labels
        if request.label_column is None:
            return np.zeros((summary.rows, len(names)), bool), np.zeros(summary.rows, bool)
        number = {name: i for i, name in enumerate(names)}
        means = {m.written: number.get(m.class_name or "") for m in self.labels(selection, request)}
        batches = self.datasets.batches(request.dataset, request.label_column)
        return indicators((cell for batch in batches for cell in batch), means, summary.rows, len(names))

    def values(self, selection: Selection, request: DatasetRequest) -> tuple[NDArray[np.float64], dict[int, str]]:
        """(rows of the file, K) what each row should be given, NaN where it does not say; labels not read, by row.

        Raises:
            InputError: no row of the column that is named holds K numbers.
        """
        summary, outputs = self.datasets.summary(request.dataset), len(self.loaded(selection).labels)
        values, unread = np.full((summary.rows, outputs), np.nan), dict[int, str]()
        if request.label_column is None:
            return values, unread
        batches = self.datasets.batches(request.dataset, request.label_column)
        for row, cell in enumerate(cell for batch in batches for cell in batch):
            if (found := cell_values(cell, outputs)) is not None:
                values[row] = found
            elif cell.strip():
                unread[row] = cell
        if not np.isfinite(values).any():
            wanted = "a number" if outputs == 1 else f"{outputs} numbers joined by '|', or as a JSON list"
            raise InputError(
                f"No row of the column '{request.label_column}' holds {wanted}.",
                fix="choose the column of the values, or no labels.",
            )
        return values, unread

    def written(self, request: DatasetRequest) -> NDArray[np.bool_]:
        """(rows of the file,) whether a row has a label, the model's or another."""
        batches = self.datasets.batches(request.dataset, _label_column(request))
        return np.fromiter((bool(label.strip()) for batch in batches for label in batch), bool)

    def rows(self, request: DatasetRequest) -> NDArray[np.int64]:
        """Rows with a text that can be read, from 0.

        Raises:
            InputError: there is none.
        """
        longest = self.engine.settings.max_characters
        rows = self.datasets.filled(request.dataset, request.text_column, longest)
        if not len(rows):
            raise InputError(f"No row has a text in the column '{request.text_column}'.", fix="choose another column.")
        return rows

    def stored(self, selection: Selection, request: DatasetRequest) -> StoredRows:
        """Where the answers of this very pair to these texts are."""
        column = self.datasets.summary(request.dataset).columns.index(request.text_column)
        name = f"{self.identity(selection)}-{column}.logits"
        return StoredRows(self.datasets.folder / request.dataset / name, len(self.loaded(selection).labels))

    def vectors(self, selection: Selection, request: DatasetRequest) -> StoredRows | None:
        """Where the pooled vectors of this very pair to these texts are; None where they would take too much room."""
        column = self.datasets.summary(request.dataset).columns.index(request.text_column)
        identity, width = self.identity(selection), self.engine.pair(selection).predictor.pooled_width
        if len(self.rows(request)) * width * 4 > MOST_VECTOR_BYTES:
            return None
        return StoredRows(self.datasets.folder / request.dataset / f"{identity}-{column}.vectors", width)

    def folder(self, selection: Selection) -> Path:
        """The adapter's, or the base's where its own head answers.

        Raises:
            AppError: a folder that is not there any more.
        """
        candidate, settings = self.engine.candidate(selection.candidate), self.engine.settings
        if selection.adapter:
            return fetch_adapter(candidate, adapter_of(candidate, selection.adapter), settings)
        return fetch_candidate(candidate, settings)

    def identity(self, selection: Selection) -> str:
        """What the loaded pair is, see `core.engine.pair_identity`."""
        from core.engine.pair_identity import pair_identity

        pair = self.engine.pair(selection)
        if pair not in self._identities:
            candidate = self.engine.candidate(selection.candidate)
            adapter = adapter_of(candidate, selection.adapter) if selection.adapter else None
            self._identities[pair] = pair_identity(pair, candidate, adapter, self.engine.settings)
        return self._identities[pair]


def class_numbers(matches: Iterable[LabelMatch], classes: Sequence[str]) -> dict[str, int]:
    """The class that each label as written means; `NO_CLASS` where it means none."""
    number = {name: i for i, name in enumerate(classes)}
    return {match.written: number.get(match.class_name or "", NO_CLASS) for match in matches}


def require_one_class(model: LoadedModel) -> None:
    """Refuse a model that does not give one class a text.

    Raises:
        InputError: it gives several labels, or values.
    """
    if model.problem_type != "single_label_classification":
        raise InputError(one_class(model.problem_type), fix=EVALUATE_MEASURES)


def require_problem(model: LoadedModel, problem: str) -> None:
    """Refuse a model of another problem.

    Raises:
        InputError: it gives something else.
    """
    if model.problem_type != problem:
        raise InputError(f"This model is of {model.problem_type}, not of {problem}.", fix="measure it as what it is.")


def _label_column(request: DatasetRequest) -> str:
    if request.label_column is None:
        raise InputError("No column of labels is chosen.", fix="choose one.")
    return request.label_column
