"""Rows whose label is likely wrong, by confident learning (Northcutt, Jiang & Chuang 2021).

Probabilities have to be of a model that was not trained on the rows, or they agree with every label, right or wrong.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.metrics.classification import Classes
from core.metrics.probabilities import Floats

#: A probability so little below a threshold still reaches it.
TOLERANCE = 1e-6
#: No threshold is lower: of a class whose rows are given no probability at all everything would be confident.
LOWEST_THRESHOLD = 2 * TOLERANCE


def confident_classes(probabilities: Floats, targets: Classes) -> NDArray[np.int64]:
    """The class of which each row is confidently one (N,), -1 for none: probabilities (N, K), class numbers (N,).

    A row is confidently of a class where its probability reaches the mean that the rows with that label have. Of
    several such classes it is of the most probable of all.
    """
    count = np.bincount(targets, minlength=probabilities.shape[1])
    own = probabilities[np.arange(len(targets)), targets]
    total = np.bincount(targets, weights=own, minlength=len(count))
    thresholds = np.full(len(count), np.inf)
    thresholds[count > 0] = np.maximum(total[count > 0] / count[count > 0], LOWEST_THRESHOLD)
    reached = probabilities >= thresholds - TOLERANCE
    several = reached.sum(axis=1) > 1
    found = np.where(several, probabilities.argmax(axis=1), reached.argmax(axis=1))
    return np.where(reached.any(axis=1), found, -1)


def label_errors(probabilities: Floats, targets: Classes) -> NDArray[np.int64]:
    """Numbers of the rows whose label is likely wrong, the likeliest first: probabilities (N, K), class numbers (N,).

    As many as are confidently of another class than their label and not given it as verdict; of all rows those that
    give their label the least probability.
    """
    rows = np.arange(len(targets))
    nudged = probabilities.copy()
    nudged[rows, targets] += TOLERANCE
    confident = confident_classes(probabilities, targets)
    off = (confident >= 0) & (confident != targets) & (nudged.argmax(axis=1) != targets)
    return np.argsort(probabilities[rows, targets], kind="stable")[: int(off.sum())]
