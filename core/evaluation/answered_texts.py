"""Labelled texts that are no stored dataset, answered by a pair as one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.label_names import match_labels
from core.engine.engine import Engine
from core.engine.untrained_head import require_head
from core.evaluation.answering import represented
from core.evaluation.answers import class_numbers, require_one_class
from core.evaluation.measuring import measured
from core.evaluation.training_rows import Represented
from core.results import LabelledTexts, Selection
from core.results.dataset import DatasetRequest, DatasetSummary
from core.results.dataset_evaluation import NO_CLASS
from core.tasks.progress import Progress


def answered_texts(engine: Engine, selection: Selection, rows: LabelledTexts, on_progress: Progress) -> Represented:
    """What a pair, loaded where it is not, says of all texts; a label that is no class of its is as none.

    Raises:
        InputError: the pair gives several labels, or values.
        UntrainedHeadError: see `require_head`.
        AppError: the pair cannot be loaded.
    """
    model = engine.load(selection)
    require_head(model, selection)
    require_one_class(model)
    labels = rows.labels or ("",) * len(rows)
    actual = _numbers(labels, model.labels)
    with engine.using(selection) as (pair,):
        sure, calibration = pair.predictor.thresholds.sure, pair.predictor.calibration
        logits, vectors = represented(engine, selection, rows.texts, on_progress)
    columns = "text", "label"
    summary = DatasetSummary(rows.source, rows.source, len(rows), columns, "", (), *columns)
    result = measured(
        selection,
        model,
        summary,
        DatasetRequest(rows.source, *columns),
        np.arange(len(rows)),
        logits,
        actual,
        sure,
        calibration,
    )
    strange = (actual == NO_CLASS) & np.array([bool(label.strip()) for label in labels], bool)
    return Represented(result, rows.texts, logits, vectors, strange)


def _numbers(labels: Sequence[str], classes: Sequence[str]) -> NDArray[np.int32]:
    """(N,) the class of each label, as the page of a dataset finds it."""
    means = class_numbers(match_labels(Counter(labels), classes), classes)
    return np.array([means.get(label, NO_CLASS) for label in labels], np.int32)
