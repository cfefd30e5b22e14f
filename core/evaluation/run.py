"""One evaluation: every labelled text classified, and the answers measured."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from core.config.components import ProblemType
from core.data.targets import Targets, read_targets
from core.engine.bulk import classify_in_chunks
from core.engine.engine import Engine
from core.engine.untrained_head import require_head
from core.errors import InputError
from core.metrics.measures import measure
from core.results import Evaluation, LabelledTexts, Prediction, Selection
from core.tasks.progress import OnCount


def evaluate(engine: Engine, selection: Selection, rows: LabelledTexts, on_count: OnCount | None = None) -> Evaluation:
    """Classify all rows and compare; labels are checked before any text is classified.

    `on_count` gets how many texts are done.

    Raises:
        InputError: rows without labels, a label that the model does not have (with the nearest one).
        UntrainedHeadError: its head is untrained, and the selection does not ask for it.
        AppError: the candidate cannot be loaded.
    """
    if rows.labels is None:
        raise InputError(f"'{rows.source}' was read without labels.", fix="name the label column.")
    model = engine.load(selection)
    require_head(model, selection)
    targets = read_targets(rows.labels, model.labels, model.problem_type)
    started = time.perf_counter()
    predictions = classify_in_chunks(engine, selection, rows.texts, on_count)
    return score(predictions, targets, time.perf_counter() - started)


def score(predictions: Sequence[Prediction], targets: Targets, seconds: float = 0.0) -> Evaluation:
    """The measures that fit the problem, of predictions against `read_targets`, in the same order.

    Measured with the probabilities that the predictions state, in the precision they were computed in.
    """
    if not predictions:
        raise InputError("There is nothing to evaluate.", fix="give at least one labelled text.")
    problem = predictions[0].problem_type
    measures = measure(
        cast(ProblemType, problem), _matrix(predictions, "logits"), targets, _matrix(predictions, "probabilities")
    )
    return Evaluation(
        problem_type=problem,
        count=len(predictions),
        seconds=seconds,
        not_finite=sum(not prediction.finite for prediction in predictions),
        predictions=tuple(predictions),
        untrained_head=predictions[0].untrained_head,
        **measures,
    )


def _matrix(predictions: Sequence[Prediction], field: str) -> NDArray[np.float64]:
    return np.array([getattr(p, field) for p in predictions], dtype=np.float64)
