"""A power law in the tail of a spectrum: its exponent, and how well it fits.

Martin and Mahoney (2021) find exponents between 2 and 6 in layers that were trained well; below, a few directions
carry the layer; above, it is close to random.
"""

from __future__ import annotations

import math

import numpy as np

from core.checkpoints.spectra.gram_kernels import power_law_scan
from core.results import PowerLaw
from core.results.arrays import Floats

#: Fewer eigenvalues say nothing about a tail (Clauset et al. 2009 ask for about 50).
FEWEST = 50
#: And an exponent from fewer values in the tail is a guess.
FEWEST_IN_TAIL = 10


def fit_power_law(singular_values: Floats, floor: float = 0.0) -> PowerLaw:
    """The exponent for the squares of singular values (n,), in any order; those at or below `floor` are left out.

    The tail's beginning is the one with the least Kolmogorov-Smirnov distance (Clauset, Shalizi and Newman 2009), the
    exponent its maximum-likelihood estimate.
    """
    values = np.sort(singular_values[singular_values > max(floor, 0.0)])
    count = len(values)
    if count < FEWEST:
        return PowerLaw(values=count, refusal=f"{count} values; a power law needs {FEWEST} at least")
    start, alpha, distance = power_law_scan(2 * np.log(values))
    tail = count - start
    if start < 0:
        return PowerLaw(values=count, refusal="all values are equal")
    if tail < FEWEST_IN_TAIL:
        return PowerLaw(values=count, refusal=f"the best tail has {tail} values; {FEWEST_IN_TAIL} are needed at least")
    return PowerLaw(
        alpha=alpha,
        error=(alpha - 1) / math.sqrt(tail),
        lowest=float(values[start]),
        tail=tail,
        values=count,
        distance=distance,
    )
