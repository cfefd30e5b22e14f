"""Probabilities of being right that are calibrated without assuming a form: inductive Venn-Abers (Vovk et al. 2015).

A score, such as the largest probability, is put among the scores of calibration rows twice, once as right and once as
wrong, and a rising step function is fitted to each (isotonic regression). The two values at the score bound the
probability: where calibration rows and later ones are exchangeable, one of the two is perfectly calibrated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.metrics.probabilities import Floats, Indicators

Point = tuple[float, float]


@dataclass(frozen=True, eq=False)
class VennAbers:
    """The steps of a calibration: S distinct scores, rising, and the two values at each.

    Attributes:
        scores: (S,).
        if_wrong, if_right: (S,), the fit at a score that joins it as wrong, and as right.
    """

    scores: Floats
    if_wrong: Floats
    if_right: Floats

    def bounds(self, scores: NDArray[Any]) -> tuple[Floats, Floats]:
        """Lower and upper probability of being right (N,), of scores (N,) of any rows; NaN of a score that is NaN."""
        s = np.asarray(scores, dtype=np.float64)
        low = np.concatenate([[0.0], self.if_wrong])[np.searchsorted(self.scores, s, side="right")]
        high = np.concatenate([self.if_right, [1.0]])[np.searchsorted(self.scores, s, side="left")]
        low[np.isnan(s)] = high[np.isnan(s)] = np.nan
        return low, high

    def probability(self, scores: NDArray[Any]) -> Floats:
        """One number between the bounds (N,): p1 / (1 - p0 + p1), which has the least regret by log loss."""
        low, high = self.bounds(scores)
        merged: Floats = high / (1 - low + high)
        return merged


def fit_venn_abers(scores: NDArray[Any], correct: Indicators) -> VennAbers:
    """Of calibration rows: scores (N,), any numbers that grow with sureness, and whether each is right (N,).

    Rows whose score is NaN are left out. In O(N log N), for all scores at once.

    Raises:
        InputError: no row is left.
    """
    s, y = np.asarray(scores, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    stated = ~np.isnan(s)
    if not stated.any():
        raise InputError(f"None of {len(s)} rows has a score to calibrate.", fix="give rows that have a verdict.")
    levels, places = np.unique(s[stated], return_inverse=True)
    count, right = np.bincount(places), np.bincount(places, weights=y[stated])
    # A wrong row among rising scores is a right one among falling scores of turned labels.
    turned = _joined_as_right(count[::-1], (count - right)[::-1])[::-1]
    return VennAbers(levels, 1 - turned, _joined_as_right(count, right))


def _joined_as_right(count: NDArray[Any], right: NDArray[Any]) -> Floats:
    """(S,) the isotonic fit at each level when one more right row joins it: rows and right rows (S,) of rising levels.

    The fit is the slope of the greatest convex minorant of cumulative sums, whose corners are kept on a stack while the
    joining row moves from the lowest level to the highest (algorithms 1 and 2 of the paper).
    """
    x, y = np.cumsum(count).tolist(), np.cumsum(right).tolist()
    points: list[Point] = [(-1.0, -1.0), (0.0, 0.0), *zip(x, y, strict=True)]
    corners: list[Point] = []
    for point in reversed(points):  # from the right, so that the leftmost corner is the top
        while len(corners) > 1 and _turn(point, corners[-1], corners[-2]) <= 0:
            corners.pop()
        corners.append(point)
    fitted = np.empty(len(count))
    for i in range(1, len(count) + 1):
        (x0, y0), (x1, y1) = corners[-1], corners[-2]
        fitted[i - 1] = (y1 - y0) / (x1 - x0)
        before, here, after = points[i - 1], points[i], points[i + 1]
        moved = (before[0] + after[0] - here[0], before[1] + after[1] - here[1])
        points[i] = moved
        if _turn(corners[-1], corners[-2], moved) >= 0:  # at or above the first edge
            continue
        corners.pop()
        while len(corners) > 1 and _turn(moved, corners[-1], corners[-2]) <= 0:
            corners.pop()
        corners.append(moved)
    return fitted


def _turn(a: Point, b: Point, c: Point) -> float:
    """Above 0 where the way from a over b to c turns left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
