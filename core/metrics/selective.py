"""What is gained where a model may decline: the errors among the texts that it is sure enough of.

Confidence is any number that grows with sureness, such as the largest probability. NaN is no sureness: such a text is
rejected at every threshold.
"""

from __future__ import annotations

from math import nan

import numpy as np

from core.metrics.probabilities import Floats, Indicators

#: Points of a curve at most.
POINTS = 200


def risk_coverage(confidence: Floats, correct: Indicators) -> tuple[Floats, Floats]:
    """Share of the N texts kept and share of those answered wrongly (El-Yaniv & Wiener 2010), each (M,).

    confidence (N,), correct (N,). By falling confidence, so by rising coverage; equal confidences are kept together, as
    one step. The last point keeps all texts but those of NaN; M = 0 where nothing can be kept. Of more than 200 steps
    200 or fewer are returned, even in coverage, with the first and the last.
    """
    kept, risk = _steps(confidence, correct)
    coverage: Floats = kept / max(1, len(confidence))
    if len(coverage) > POINTS:
        chosen = np.unique(np.searchsorted(coverage, np.linspace(coverage[0], coverage[-1], POINTS)))
        coverage, risk = coverage[chosen], risk[chosen]
    return coverage, risk


def area_under_risk_coverage(confidence: Floats, correct: Indicators) -> float:
    """Mean risk over the coverages that can be reached (AURC, Geifman et al. 2019), 0 to 1; less is better.

    Over all steps, each weighted with the texts that it adds: without ties the mean over i of the share of errors
    among the i surest. Texts of NaN have no part in it; NaN where there are no others. A ranking without use has the
    error rate of all texts; even a perfect one has more than 0 where a text is answered wrongly.
    """
    kept, risk = _steps(confidence, correct)
    return float((np.diff(kept, prepend=0) * risk).sum() / kept[-1]) if len(kept) else nan


def threshold_for(confidence: Floats, correct: Indicators, share: float) -> float | None:
    """The lowest confidence from which on at least this share of the texts is right; None where there is none.

    Read off these very texts, so on others the share may be less: it is to be measured there.
    """
    stated = ~np.isnan(confidence)
    levels = np.unique(-np.asarray(confidence, dtype=np.float64)[stated])
    _, risk = _steps(confidence, correct)
    enough = np.flatnonzero(risk <= 1 - share + 1e-12)
    return float(-levels[enough[-1]]) if len(enough) else None


def _steps(confidence: Floats, correct: Indicators) -> tuple[Floats, Floats]:
    """Texts kept and share of errors among them at each confidence that occurs, falling."""
    stated = ~np.isnan(confidence)
    levels, places = np.unique(-np.asarray(confidence)[stated], return_inverse=True)
    wrong = ~np.asarray(correct, dtype=bool)[stated]
    kept: Floats = np.cumsum(np.bincount(places, minlength=len(levels))).astype(np.float64)
    return kept, np.cumsum(np.bincount(places, weights=wrong, minlength=len(levels))) / kept
