"""How far the probabilities of two models are apart, row by row, and how far each is from the labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.stored_rows import let_go
from core.metrics.agreement import js_rows, kl_rows, log_softmax
from core.metrics.probabilities import Floats, softmax
from core.metrics.proper_scores import brier_rows
from core.results.dataset_evaluation import DatasetEvaluation

#: Rows whose logits are looked at together.
_BLOCK = 8192


@dataclass(frozen=True)
class Divergences:
    """(N,) each, in nats, see `TwoModels`; `first_brier`, `second_brier`: Brier scores. NaN where not known."""

    there: Floats
    back: Floats
    distance: Floats
    first_brier: Floats
    second_brier: Floats


def divergences(
    first: DatasetEvaluation,
    second: DatasetEvaluation,
    logits: tuple[NDArray[Any], NDArray[Any]],
    columns: NDArray[np.int64],
    known: NDArray[np.bool_],
) -> Divergences:
    """Row by row, over the common classes (C, 2); Brier scores of the `known` rows (N,), over all of each one's."""
    count = len(known)
    there, back, distance, *brier = (np.full(count, np.nan) for _ in range(5))
    for start in range(0, count, _BLOCK):
        part = slice(start, start + _BLOCK)
        z = [np.asarray(x[part], np.float64) for x in logits]
        finite = np.isfinite(z[0]).all(axis=1) & np.isfinite(z[1]).all(axis=1)
        scaled = [x[finite] / r.temperature for x, r in zip(z, (first, second), strict=True)]
        at = np.flatnonzero(finite) + start
        if len(columns) > 1 and len(at):
            p, q = (log_softmax(x[:, columns[:, i]]) for i, x in enumerate(scaled))
            there[at], back[at], distance[at] = kl_rows(p, q), kl_rows(q, p), js_rows(p, q)
        labelled = known[at]
        for score, x, result in zip(brier, scaled, (first, second), strict=True):
            score[at[labelled]] = brier_rows(softmax(x[labelled]), result.actual[at[labelled]]) if labelled.any() else 0
        for x in logits:
            let_go(x)
    return Divergences(there, back, distance, *brier)
