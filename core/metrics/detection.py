"""How well a number tells texts that belong to some class of a model from those that belong to none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.intervals import Interval
from core.metrics.probabilities import Floats, softmax


def in_scope_scores(logits: NDArray[Any]) -> dict[str, Floats]:
    """Numbers (N,) that are larger the more a text looks like one of the classes, of finite logits (N, K).

    probability: the largest (Hendrycks & Gimpel 2017); margin: its lead over the next; entropy: that of the
    probabilities in nats, negative; energy: log of the sum of e^logit, which is minus the free energy (Liu et al.
    2020); logit: the largest.
    """
    z = np.asarray(logits, dtype=np.float64)
    p = softmax(z)
    top = -np.partition(-p, min(1, p.shape[1] - 1), axis=1)
    largest = z.max(axis=1)
    logs = np.log(np.clip(p, np.finfo(np.float64).tiny, None))
    return {
        "probability": top[:, 0],
        "margin": top[:, 0] - top[:, 1] if p.shape[1] > 1 else top[:, 0],
        "entropy": np.einsum("nk,nk->n", p, logs),
        "energy": largest + np.log(np.exp(z - largest[:, None]).sum(axis=1)),
        "logit": largest,
    }


def auroc(inside: Floats, outside: Floats) -> float:
    """The chance that a text of the first kind (N,) has a larger score than one of the second (M,); a tie is half."""
    from sklearn.metrics import roc_auc_score

    truth = np.concatenate([np.ones(len(inside)), np.zeros(len(outside))])
    return float(roc_auc_score(truth, np.concatenate([inside, outside])))


def auroc_interval(inside: Floats, outside: Floats, level: float = 0.95) -> Interval:
    """Of `auroc`: normal, by the variance of DeLong, DeLong and Clarke-Pearson (1988), kept within 0 and 1.

    Where the scores separate the two kinds it has no width. NaN to NaN of fewer than two texts of a kind.
    """
    return _normal(auroc(inside, outside), *_placements(inside, outside), level, 0.0)


def auroc_difference(
    one: tuple[Floats, Floats], other: tuple[Floats, Floats], level: float = 0.95
) -> tuple[float, Interval]:
    """AUROC of one score less that of another of the same texts, with its interval (DeLong, paired).

    Each score is a pair: of the texts of the first kind (N,), and of the second (M,), in the same order.
    """
    value = auroc(*one) - auroc(*other)
    first, second = _placements(*one), _placements(*other)
    return value, _normal(value, first[0] - second[0], first[1] - second[1], level, -1.0)


def _placements(inside: Floats, outside: Floats) -> tuple[Floats, Floats]:
    """(N,) of each text of the first kind, the share of the second that it is above, and (M,) the other way round."""
    from scipy.stats import rankdata

    n, m = len(inside), len(outside)
    ranks = rankdata(np.concatenate([inside, outside]))
    above: Floats = (ranks[:n] - rankdata(inside)) / m
    below: Floats = 1 - (ranks[n:] - rankdata(outside)) / n
    return above, below


def _normal(value: float, first: Floats, second: Floats, level: float, lowest: float) -> Interval:
    from scipy.special import ndtri

    if min(len(first), len(second)) < 2:
        return Interval(float("nan"), float("nan"), level)
    variance = float(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second))
    spread = float(ndtri((1 + level) / 2) * np.sqrt(variance))
    return Interval(max(lowest, value - spread), min(1.0, value + spread), level)
