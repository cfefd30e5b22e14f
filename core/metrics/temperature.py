"""One number that makes a model as sure as it should be: probabilities are softmax(logits / T)."""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.metrics.classification import Classes
from core.metrics.probabilities import Floats

#: A temperature lies between these.
COLDEST, HOTTEST = 0.01, 100.0
#: Rows whose powers are in memory at once.
ROWS = 2**16
#: Stands for minus infinity where 0 times it must be 0.
RULED_OUT = -1e300


def fit_temperature(logits: NDArray[Any], targets: Classes) -> float:
    """The T > 0 at which softmax(logits / T) has the least negative log-likelihood (Guo et al. 2017).

    logits (N, K), class numbers (N,), of texts that the model was not trained on. The likelihood is concave in 1 / T,
    so its slope has one root at most, found in float64 to 1e-10 of log T. T lies from 0.01 to 100: where every verdict
    is right the likelihood rises towards T = 0, and the result is 0.01; where logits are worse than none it is 100.
    1.0 where T changes nothing, each text's logits being equal. A text without a verdict (a logit that is NaN or plus
    infinity) or whose class is ruled out (minus infinity) has no finite likelihood at any T and is left out.

    Raises:
        InputError: no text is left.
    """
    z = np.asarray(logits, dtype=np.float64)
    own, best = z[np.arange(len(z)), targets], z.max(axis=1)
    usable = np.isfinite(own) & np.isfinite(best)
    if not usable.any():
        raise InputError(
            f"None of {len(z)} texts has finite logits to fit a temperature to.", fix="give texts that have a verdict."
        )
    best = best[usable]
    gaps = np.maximum(z[usable] - best[:, None], RULED_OUT)
    return _root(gaps, float((own[usable] - best).sum())) if gaps.any() else 1.0


def _root(gaps: Floats, own: float) -> float:
    """Where the slope changes its sign: gaps (N, K) of logits to their row's largest, and the sum of the targets'."""
    from scipy.optimize import brentq

    def slope(log_t: float) -> float:
        """Derivative of the summed negative log-likelihood by 1 / T: mean gap under the model less the target's gap."""
        total = 0.0
        for start in range(0, len(gaps), ROWS):
            block = gaps[start : start + ROWS]
            powers = np.exp(block / exp(log_t))
            total += float((np.einsum("nk,nk->n", powers, block) / powers.sum(axis=1)).sum())
        return total - own

    if slope(log(COLDEST)) <= 0:
        return COLDEST
    if slope(log(HOTTEST)) >= 0:
        return HOTTEST
    return exp(brentq(slope, log(COLDEST), log(HOTTEST), xtol=1e-10))
