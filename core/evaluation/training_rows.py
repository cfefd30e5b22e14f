"""A test file beside the training file: overlap, shift, nearest rows, classes that mix, and rows of no class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation.class_mixing import class_mixing
from core.evaluation.nearest import nearest, unit_rows
from core.evaluation.overlap import overlap
from core.evaluation.shift import shift
from core.evaluation.with_intervals import figure
from core.metrics.detection import auroc, auroc_difference, auroc_interval
from core.metrics.probabilities import Floats, Indicators, softmax
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.training_rows import NEIGHBOURS, UNLIKE, Detection, TrainingRows
from core.tasks.progress import Progress


@dataclass(frozen=True, eq=False)
class Represented:
    """An evaluation with its N texts, logits (N, K) and pooled vectors (N, D); `strange`: (N,) labels of no class."""

    result: DatasetEvaluation
    texts: Sequence[str]
    logits: NDArray[Any]
    vectors: NDArray[Any]
    strange: Indicators


def usable(training: DatasetEvaluation, vectors: NDArray[Any]) -> NDArray[np.int64]:
    """Places of the training rows with a class of the model and a finite vector.

    Raises:
        InputError: there is none.
    """
    places = np.flatnonzero(training.labelled & np.isfinite(vectors).all(axis=1))
    if not len(places):
        raise InputError(
            "No training row has a label that is a class of this model.",
            fix="choose the column of its labels, or another training file.",
        )
    return places


def training_rows(test: Represented, training: Represented, on_progress: Progress) -> TrainingRows:
    """Everything of a `TrainingRows`, of two evaluations by one pair.

    Raises:
        InputError: no usable training row.
    """
    result, trained = test.result, training.result
    places = usable(trained, training.vectors)
    on_progress(0.0, "comparing texts")
    shared = overlap(result, test.texts, training.texts, trained.actual)
    on_progress(0.3, "comparing words")
    moved = shift(
        test.texts, training.texts, result.actual[result.labelled], trained.actual[trained.labelled], result.classes
    )
    units, target = unit_rows(training.vectors[places]), trained.actual[places].astype(np.int64)
    finite = np.isfinite(test.vectors).all(axis=1)
    near, cosines = nearest(
        unit_rows(np.where(finite[:, None], test.vectors, 0)),
        units,
        NEIGHBOURS,
        on_progress=lambda done, _: on_progress(0.4 + 0.3 * done, "looking for the nearest rows"),
    )
    cosines[~finite] = np.nan
    mixing, pair, own = class_mixing(
        units, target, result.classes, lambda done, _: on_progress(0.7 + 0.3 * done, "comparing classes")
    )
    return TrainingRows(
        classes=result.classes,
        places=places,
        left_out=len(trained.rows) - len(places),
        same_file=result.dataset.id == trained.dataset.id,
        overlap=shared,
        shift=moved,
        neighbours=places[near],
        similarity=cosines,
        far=float(np.quantile(own, UNLIKE)) if len(own) else float("nan"),
        mixing=mixing,
        mixed=pair,
        detection=_detection(test, cosines[:, 0]),
    )


def _detection(test: Represented, cosine: Floats) -> Detection | None:
    finite = np.isfinite(cosine) & np.isfinite(test.logits).all(axis=1)
    inside, outside = (np.flatnonzero(finite & kind) for kind in (test.result.labelled, test.strange))
    if not len(inside) or not len(outside):
        return None
    by_cosine = cosine[inside], cosine[outside]
    by_probability = _largest(test.logits[inside]), _largest(test.logits[outside])
    value, interval = auroc_difference(by_cosine, by_probability)
    return Detection(
        inside=len(inside),
        outside=len(outside),
        cosine=figure(auroc(*by_cosine), auroc_interval(*by_cosine)),
        probability=figure(auroc(*by_probability), auroc_interval(*by_probability)),
        difference=figure(value, interval),
    )


def _largest(logits: NDArray[Any]) -> Floats:
    found: Floats = softmax(np.asarray(logits, np.float64)).max(axis=1)
    return found
