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


def prediction_sets(probabilities: NDArray[Any], threshold: float | Floats) -> Indicators:
    """Which classes each text's set holds, (N, K): probabilities (N, K), one threshold or one a class (K,).

    A set may be empty. A probability that is NaN is held only at a threshold of infinity.
    """
    sets: Indicators = _scores(probabilities) <= threshold
    return sets


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


def _ranks(count: NDArray[np.int64], alpha: float) -> NDArray[np.int64]:
    """ceil((n + 1) (1 - alpha)), from 1: the place of the quantile among n scores. Above n there is none."""
    if not 0 < alpha < 1:
        raise InputError(f"An alpha of {alpha} is no share.", fix="give one between 0 and 1, such as 0.1.")
    # 10 * (1 - 0.7) is 3.0000000000000004: whole but for rounding.
    ranks: NDArray[np.int64] = np.maximum(np.ceil((count + 1) * (1 - alpha) - 1e-9), 1).astype(np.int64)
    return ranks
