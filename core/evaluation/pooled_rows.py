"""The pooled vectors of an evaluation's rows, computed where they are not there yet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation.answering import represent
from core.evaluation.answers import Answers
from core.evaluation.stored_rows import StoredRows
from core.results.dataset_evaluation import DatasetEvaluation
from core.tasks.progress import Progress
from core.words.label_errors import NO_VECTORS


def required_vectors(answers: Answers, result: DatasetEvaluation, without: str = NO_VECTORS) -> StoredRows:
    """Where they are.

    Raises:
        NotFoundError: its dataset is not here any more.
        InputError: they would take too much room; `without` says what cannot be done then.
    """
    vectors = answers.vectors(result.selection, result.request)
    if vectors is None:
        raise InputError(without, fix="bring a part of the rows.")
    return vectors


def pooled_rows(
    answers: Answers, result: DatasetEvaluation, vectors: StoredRows, on_progress: Progress
) -> NDArray[np.float32]:
    """(N, D) of an evaluation's rows.

    Raises:
        AppError: some are not there, and the pair cannot be loaded.
    """
    if vectors.count() < len(result.rows):
        texts = answers.datasets.cells(result.request.dataset, result.request.text_column, result.rows)
        represent(answers.engine, result.selection, texts, vectors, on_progress)
    return vectors.rows()[: len(result.rows)]
