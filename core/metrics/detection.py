"""How well a number tells texts that belong to some class of a model from those that belong to none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
