"""Sets of classes by three methods, fitted on one half of the rows and measured on the other."""

from __future__ import annotations

import numpy as np

from core.evaluation.labelled_half import LabelledHalf
from core.evaluation.with_intervals import share
from core.metrics import conformal
from core.metrics.classification import Classes
from core.metrics.probabilities import Floats, Indicators
from core.results.calibration_report import CLASS_CONDITIONAL, FEWEST_OF_A_CLASS, MARGINAL, RANK_CALIBRATED, SetFigures


def set_figures(fitted: LabelledHalf, held: LabelledHalf, alpha: float) -> dict[str, SetFigures]:
    """By the name of the method: sets that may miss the right class in a share alpha of the texts."""
    marginal = conformal.lac_threshold(fitted.p, fitted.target, alpha)
    single = conformal.class_conditional_thresholds(fitted.p, fitted.target, alpha)
    ranked, last = conformal.rank_calibrated_thresholds(fitted.p, fitted.target, alpha)
    every = np.full(held.p.shape[1], marginal)
    return {
        MARGINAL: _measured(conformal.prediction_sets(held.p, marginal), held.target, every),
        CLASS_CONDITIONAL: _measured(conformal.prediction_sets(held.p, single), held.target, single),
        RANK_CALIBRATED: _measured(
            conformal.prediction_sets(held.p, ranked, last), held.target, np.where(last < len(last), 0.0, ranked)
        ),
    }


def _measured(sets: Indicators, target: Classes, thresholds: Floats) -> SetFigures:
    hits = sets[np.arange(len(target)), target]
    count = np.bincount(target, minlength=sets.shape[1])
    found = np.bincount(target, weights=hits, minlength=sets.shape[1])
    known = np.flatnonzero(count >= FEWEST_OF_A_CLASS)
    enough = 2 * len(known) >= (count > 0).sum()
    worst = known[np.argmin(found[known] / count[known])] if enough and len(known) else None
    sizes = sets.sum(axis=1)
    return SetFigures(
        coverage=share(hits),
        worst_class=None if worst is None else (float(found[worst] / count[worst]), int(worst)),
        size=conformal.mean_set_size(sets),
        single=float((sizes == 1).mean()),
        empty=float((sizes == 0).mean()),
        unbounded=int(np.isinf(thresholds).sum()),
    )
