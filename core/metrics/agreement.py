"""How far two models say the same of the same texts: by their verdicts, and by all their probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.probabilities import Floats

#: The largest Jensen-Shannon divergence, in nats.
MOST_DIVERGENCE = float(np.log(2))


def kappa(first: NDArray[Any], second: NDArray[Any], classes: int) -> float | None:
    """Cohen's kappa (1960) of verdicts (N,), class numbers of 0 to K - 1: agreement beyond that of chance.

    1: always alike; 0: as often as two who keep their shares of each class and do not look at the texts. None without
    a text, and where both give one class alone, for which it is not defined.
    """
    if not len(first):
        return None
    shares = [np.bincount(verdicts, minlength=classes) / len(verdicts) for verdicts in (first, second)]
    expected, seen = float(shares[0] @ shares[1]), float(np.mean(first == second))
    return (seen - expected) / (1 - expected) if expected < 1 else None


def log_softmax(logits: Floats) -> Floats:
    """(N, K) -> (N, K): logarithms of probabilities, finite where the logits are."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def kl_rows(log_p: Floats, log_q: Floats) -> Floats:
    """(N, K) logarithms of probabilities, twice -> (N,): the sum of p (ln p - ln q), in nats (Kullback, Leibler 1951).

    What it costs to take q for p: 0 where they are one, without a bound, and not the same the other way round.
    """
    found: Floats = np.einsum("nk,nk->n", np.exp(log_p), log_p - log_q)
    return np.maximum(found, 0.0)  # below 0 by rounding alone


def js_rows(log_p: Floats, log_q: Floats) -> Floats:
    """(N, K), twice -> (N,): the Jensen-Shannon divergence (Lin 1991), in nats, from 0 to ln 2.

    The mean of the divergences of both from their mean.
    """
    middle = np.logaddexp(log_p, log_q) - MOST_DIVERGENCE
    found: Floats = (kl_rows(log_p, middle) + kl_rows(log_q, middle)) / 2
    return found
