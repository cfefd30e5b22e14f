"""Sets of classes that hold the right one in a stated share of texts: split conformal prediction.

A text's score is 1 - p of its class: the less it was expected, the larger. A threshold is a quantile of the scores of
texts that the model was not trained on (the calibration rows); a set is the classes whose score is at most that. Where
calibration rows and later texts are exchangeable, sets miss the right class in at most a share alpha of texts, on
average over draws of both, whatever the model. That says nothing of texts from elsewhere.
"""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.metrics.classification import Classes
from core.metrics.probabilities import Floats, Indicators


def lac_threshold(probabilities: NDArray[Any], targets: Classes, alpha: float) -> float:
    """The ceil((n + 1) (1 - alpha)) / n quantile of the scores (least ambiguous classifier, Sadinle et al. 2019).

    probabilities (n, K), class numbers (n,) of the calibration rows; alpha is the share that may be missed, inside
    (0, 1). Infinity, at which every set holds every class, where n < 1 / alpha - 1: too few rows for so small an alpha.
    A row whose probability is NaN has the largest score there is.

    Raises:
        InputError: alpha outside (0, 1).
    """
    rank = int(_ranks(np.array(len(targets)), alpha))
    scores = _scores(probabilities[np.arange(len(targets)), targets])
    return float(np.partition(scores, rank - 1)[rank - 1]) if rank <= len(scores) else np.inf


def class_conditional_thresholds(probabilities: NDArray[Any], targets: Classes, alpha: float) -> Floats:
    """The same of each class by its own rows (K,), so that each class is missed in at most a share alpha of its texts.

    (Label-conditional conformal prediction, Vovk 2012.) A class with fewer than 1 / alpha - 1 calibration rows, such as
    one that never occurs, has infinity: every set holds it.

    Raises:
        InputError: alpha outside (0, 1).
    """
    count = np.bincount(targets, minlength=probabilities.shape[1])
    scores = _scores(probabilities[np.arange(len(targets)), targets])
    ordered = scores[np.lexsort((scores, targets))]
    ranks = _ranks(count, alpha)
    thresholds = np.full(len(count), np.inf)
    enough = ranks <= count
    thresholds[enough] = ordered[(np.cumsum(count) - count + ranks - 1)[enough]]
    return thresholds


def rank_calibrated_thresholds(
    probabilities: NDArray[Any], targets: Classes, alpha: float
) -> tuple[Floats, NDArray[np.int64]]:
    """Thresholds of each class and the last rank at which it is held (K,): RC3P (Shi et al. 2024).

    A class may be missed for its rank as well as for its score. Its last rank is the first beyond which fewer than a
    share alpha of its calibration rows have it; what that leaves of alpha is spent on its threshold, as in
    `class_conditional_thresholds`. Sets are smaller where a class that is not among the first is seldom the right one.
    Beyond a rank one row more is counted than was seen there, out of n + 1, as the quantile of the scores does: with
    the paper's plain share a class of few rows is missed too often. A class with too few rows is held at every rank.

    Raises:
        InputError: alpha outside (0, 1).
    """
    classes = probabilities.shape[1]
    thresholds, last = np.full(classes, np.inf), np.full(classes, classes)
    own = _places(probabilities)[np.arange(len(targets)), targets]
    scores = _scores(probabilities[np.arange(len(targets)), targets])
    _ranks(np.array(0), alpha)  # an alpha that is no share is refused, also where no row is
    for k in np.unique(targets):
        mine = targets == k
        count = int(mine.sum())
        beyond = (count - np.cumsum(np.bincount(own[mine], minlength=classes + 1)[1:]) + 1) / (count + 1)
        beyond[-1] = 0.0  # there is no rank beyond the last
        last[k] = 1 + int(np.argmax(beyond < alpha))
        rank = int(_ranks(np.array(count), alpha - float(beyond[last[k] - 1])))
        if rank <= count:
            thresholds[k] = np.partition(scores[mine], rank - 1)[rank - 1]
    return thresholds, last


def prediction_sets(
    probabilities: NDArray[Any], threshold: float | Floats, last: NDArray[np.int64] | None = None
) -> Indicators:
    """Which classes each text's set holds, (N, K): probabilities (N, K), one threshold or one a class (K,).

    A set may be empty. A probability that is NaN is held only at a threshold of infinity. With `last` (K,) a class is
    held only where its rank in the text is at most that.
    """
    sets: Indicators = _scores(probabilities) <= threshold
    return sets if last is None else sets & (_places(probabilities) <= last)


def coverage(sets: Indicators, targets: Classes) -> float:
    """The share of texts whose set holds their class: sets (N, K), class numbers (N,). NaN without a text."""
    return float(sets[np.arange(len(targets)), targets].mean()) if len(sets) else nan


def mean_set_size(sets: Indicators) -> float:
    """Classes in a set, on average: sets (N, K). NaN without a text."""
    return float(sets.sum(axis=1).mean()) if len(sets) else nan


def _scores(probabilities: NDArray[Any]) -> Floats:
    scores: Floats = 1 - np.asarray(probabilities, dtype=np.float64)
    scores[np.isnan(scores)] = np.inf
    return scores


def _places(probabilities: NDArray[Any]) -> NDArray[np.int64]:
    """Rank of each class in its text (N, K), from 1; equal ones in the model's order."""
    order = np.argsort(_scores(probabilities), axis=1, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(1, order.shape[1] + 1)[None], axis=1)
    return places


def _ranks(count: NDArray[np.int64], alpha: float) -> NDArray[np.int64]:
    """ceil((n + 1) (1 - alpha)), from 1: the place of the quantile among n scores. Above n there is none."""
    if not 0 < alpha < 1:
        raise InputError(f"An alpha of {alpha} is no share.", fix="give one between 0 and 1, such as 0.1.")
    # 10 * (1 - 0.7) is 3.0000000000000004: whole but for rounding.
    ranks: NDArray[np.int64] = np.maximum(np.ceil((count + 1) * (1 - alpha) - 1e-9), 1).astype(np.int64)
    return ranks
