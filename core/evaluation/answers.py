"""A loaded pair's answers to the texts of a dataset, and the classes of its labels."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.config.catalogue import adapter_of
from core.data.label_names import match_labels
from core.engine.engine import Engine
from core.errors import InputError, NotFoundError
from core.evaluation.datasets import Datasets
from core.evaluation.stored_rows import StoredRows
from core.results import LoadedModel, Selection
from core.results.dataset import DatasetRequest, LabelMatch
from core.results.dataset_evaluation import NO_CLASS

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
        """Every label of the file, and the class of the loaded pair that it means.

        Raises:
            InputError: the request names no column of labels.
        """
        counts = self.datasets.counts(request.dataset, _label_column(request))
        return match_labels(counts, self.loaded(selection).labels, dict(request.given))

    def classes(self, selection: Selection, request: DatasetRequest) -> NDArray[np.int32]:
        """(rows of the file,) each label's class; `NO_CLASS` where the model has none, and without a label column."""
        summary = self.datasets.summary(request.dataset)
        if request.label_column is None:
            return np.full(summary.rows, NO_CLASS, np.int32)
        number = {name: i for i, name in enumerate(self.loaded(selection).labels)}
        means = {m.written: number.get(m.class_name or "", NO_CLASS) for m in self.labels(selection, request)}
        batches = self.datasets.batches(request.dataset, _label_column(request))
        return np.fromiter((means.get(label, NO_CLASS) for batch in batches for label in batch), np.int32)

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

    def identity(self, selection: Selection) -> str:
        """What the loaded pair is, see `core.engine.pair_identity`."""
        from core.engine.pair_identity import pair_identity

        pair = self.engine.pair(selection)
        if pair not in self._identities:
            candidate = self.engine.candidate(selection.candidate)
            adapter = adapter_of(candidate, selection.adapter) if selection.adapter else None
            self._identities[pair] = pair_identity(pair, candidate, adapter, self.engine.settings)
        return self._identities[pair]


def require_one_class(model: LoadedModel) -> None:
    """Refuse a model that does not give one class a text.

    Raises:
        InputError: it gives several labels, or values.
    """
    if model.problem_type != "single_label_classification":
        raise InputError(
            "This model gives several labels or values; a dataset is measured here for one class a text.",
            fix="choose a classifier of one class a text; the command `evaluate` measures the others.",
        )


def _label_column(request: DatasetRequest) -> str:
    if request.label_column is None:
        raise InputError("No column of labels is chosen.", fix="choose one.")
    return request.label_column
