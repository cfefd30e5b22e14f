"""Scores of each text, which a model minimises by stating what it believes, and whether its class is near the top."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.classification import Classes
from core.metrics.probabilities import Floats


def log_loss_rows(probabilities: NDArray[Any], targets: Classes) -> Floats:
    """-ln p of each text's class (N,), in nats: probabilities (N, K), class numbers (N,) of 0 to K - 1.

    No probability is taken smaller than float64 holds, so that none costs more than 708.4 nats (`core.metrics.loss`).
    NaN where a text's probabilities hold one.
    """
    p = probabilities[np.arange(len(targets)), targets].astype(np.float64)
    loss: Floats = -np.log(np.clip(p, np.finfo(np.float64).tiny, None))
    return np.where(np.isnan(probabilities).any(axis=1), np.nan, loss)


def brier_rows(probabilities: NDArray[Any], targets: Classes) -> Floats:
    """Squared distance of each text's probabilities from its class (N,): sum over classes of (p_k - [k is right])^2.

    Brier's own score (1950) of several classes: 0 at best, 2 at worst. Of two classes it is twice the score of one
    probability, which is also called by his name. probabilities (N, K), class numbers (N,) of 0 to K - 1. NaN where
    a text's probabilities hold one.
    """
    residual = np.array(probabilities, dtype=np.float64)
    residual[np.arange(len(targets)), targets] -= 1
    score: Floats = np.einsum("nk,nk->n", residual, residual)
    return score
