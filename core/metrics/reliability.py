"""Stated probabilities beside observed shares, bin by bin, and the calibration errors that bins hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.metrics.calibration import CALIBRATION_BINS, calibration_error, equal_width_places
from core.metrics.classification import Classes
from core.metrics.probabilities import Floats, Indicators
from core.results.calibration_report import ReliabilityBins


def equal_width_bins(confidence: Floats, correct: Indicators, bins: int = CALIBRATION_BINS) -> ReliabilityBins | None:
    """Bins as `calibration_error` makes them, over 0 to 1: confidence (N,), correct (N,).

    None where there is no text or a confidence is no number, as of `calibration_error`.
    """
    if not _stated(confidence):
        return None
    return _filled(np.linspace(0, 1, bins + 1), equal_width_places(confidence, bins), confidence, correct)


def equal_mass_bins(confidence: Floats, correct: Indicators, bins: int = CALIBRATION_BINS) -> ReliabilityBins | None:
    """Bins of as equal a number of texts as ties allow: the edges are quantiles of the confidences (N,).

    Equal confidences share a bin. Where many are equal (a sure model's 1.0) edges coincide, and bins between them
    are empty. None where there is no text or a confidence is no number.
    """
    if not _stated(confidence):
        return None
    edges: Floats = np.quantile(np.asarray(confidence, dtype=np.float64), np.linspace(0, 1, bins + 1))
    return _filled(edges, np.searchsorted(edges[1:-1], confidence), confidence, correct)


def expected_calibration_error(bins: ReliabilityBins) -> float:
    """Sum over bins of n_b / N * |mean confidence - share correct| (Naeini et al. 2015), 0 to 1.

    Of bins of equal width this is `calibration_error`; of equal mass the adaptive error (Nguyen & O'Connor 2015).
    """
    filled = bins.count > 0
    gap = np.abs(bins.mean_confidence[filled] - bins.share_correct[filled])
    return float((gap * bins.count[filled]).sum() / bins.count.sum())


def classwise_calibration_error(probabilities: Floats, targets: Classes, bins: int = CALIBRATION_BINS) -> float | None:
    """Mean over the K classes of the calibration error of each one's probability (Kull et al. 2019), 0 to 1.

    probabilities (N, K), class numbers (N,); bins of equal width. A class that no text has counts as well: it should
    be given no probability. None where there is no text or a probability is no number.
    """
    errors = [calibration_error(p, np.asarray(targets) == k, bins) for k, p in enumerate(probabilities.T)]
    stated = [error for error in errors if error is not None]
    return float(np.mean(stated)) if errors and len(stated) == len(errors) else None


def _stated(confidence: Floats) -> bool:
    return len(confidence) > 0 and bool(np.isfinite(confidence).all())


def _filled(edges: Floats, places: NDArray[np.int64], confidence: Floats, correct: Indicators) -> ReliabilityBins:
    bins = len(edges) - 1
    count = np.bincount(places, minlength=bins)

    def mean(values: Floats | Indicators) -> Floats:
        total = np.bincount(places, weights=values, minlength=bins)
        quotient: Floats = np.divide(total, count, out=np.full(bins, np.nan), where=count > 0)
        return quotient

    return ReliabilityBins(edges, mean(confidence), mean(correct), count)
