"""Sets of labels against sets of labels: F1 over all decisions and label by label, and how labels are ranked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.intervals import quotient
from core.metrics.probabilities import Floats, Indicators

#: Counts (..., K) of texts by label.
Counts = NDArray[Any]


def micro_f1(hits: Counts, predicted: Counts, support: Counts) -> Floats:
    """(..., K) -> (...,): F1 of all decisions together. 0 where no text has or gets a label, as in scikit-learn."""
    return quotient(2 * hits.sum(axis=-1), predicted.sum(axis=-1) + support.sum(axis=-1), 0)


def macro_f1(hits: Counts, predicted: Counts, support: Counts) -> Floats:
    """(..., K) -> (...,): mean F1 over the labels that a text has or gets, as `core.metrics.classification` does."""
    either = predicted + support
    return quotient(quotient(2 * hits, either, 0).sum(axis=-1), (either > 0).sum(axis=-1), 0)


def binary_cross_entropy_rows(logits: Floats, targets: Indicators) -> Floats:
    """Mean over labels of -ln of the probability of what is so (N,), in nats: logits (N, K), targets (N, K).

    The criterion of several labels. NaN where a logit is not finite.
    """
    with np.errstate(invalid="ignore"):
        loss: Floats = (np.logaddexp(0, logits) - logits * targets).mean(axis=1)
    return np.where(np.isfinite(logits).all(axis=1), loss, np.nan)


def ranking_precision_rows(logits: Floats, targets: Indicators) -> Floats:
    """Label ranking average precision of each text (N,): logits (N, K), finite, targets (N, K).

    The mean over the labels that a text has of: what share of the labels ranked as high or higher it has too
    (Tsoumakas, Katakis & Vlahavas 2010). 1 where it has none or all, as in scikit-learn.
    """
    from scipy.stats import rankdata

    above = rankdata(-logits, method="max", axis=1)
    mine = rankdata(np.where(targets, -logits, np.inf), method="max", axis=1)
    count = targets.sum(axis=1)
    shares = np.where(targets, mine / above, 0.0).sum(axis=1)
    return np.where(count > 0, shares / np.maximum(count, 1), 1.0)
