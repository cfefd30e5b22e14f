"""From which probabilities on a verdict is sure, or between two: chosen on one half, measured on the other."""

from __future__ import annotations

import numpy as np

from core.evaluation.labelled_half import LabelledHalf
from core.metrics import selective
from core.metrics.probabilities import Floats, Indicators, softmax
from core.results.calibration_report import SurenessFigures


def sureness_figures(fitted: LabelledHalf, held: LabelledHalf, temperature: float, promised: float) -> SurenessFigures:
    """Thresholds as `core.results.sureness` uses them: first the sure ones, then those between two of the others."""
    first, pair, is_first, is_pair = _first_two(fitted, temperature)
    sure = selective.threshold_for(first, is_first, promised)
    rest = first < (np.inf if sure is None else sure)
    two = selective.threshold_for(pair[rest], is_pair[rest], promised) if rest.any() else None
    two = None if two is None else max(two, sure or 0.0)
    first, pair, is_first, is_pair = _first_two(held, temperature)
    are_sure = first >= (np.inf if sure is None else sure)
    between = ~are_sure & (pair >= (np.inf if two is None else two))
    counts = (are_sure, are_sure & is_first, between, between & is_pair)
    return SurenessFigures(sure, two, *(int(rows.sum()) for rows in counts))


def _first_two(half: LabelledHalf, temperature: float) -> tuple[Floats, Floats, Indicators, Indicators]:
    """(n,) each: probability of the first class, of the first two together; whether it is the first, or one of them."""
    p, each = softmax(half.logits / temperature), np.arange(len(half.target))
    order = np.argsort(-half.logits, axis=1, kind="stable")[:, :2]
    first, is_first = p[each, order[:, 0]], order[:, 0] == half.target
    if order.shape[1] < 2:
        return first, first, is_first, is_first
    return first, first + p[each, order[:, 1]], is_first, is_first | (order[:, 1] == half.target)
