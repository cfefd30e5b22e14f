"""The curves of a perturbation: a probability stays one, in its band of random orders as well."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from core.figures.attributions import perturbation
from core.results import AttributionOptions, Attributions, Faithfulness


@pytest.mark.parametrize("which", ["removed", "kept"])
def test_the_band_of_random_orders_stays_a_probability(which: Literal["removed", "kept"]) -> None:
    own = Faithfulness("contributions", 1.0, np.full(4, 0.4), np.full(4, 0.9))
    levels = [np.full(4, value) for value in (0.0, 0.0, 0.9)]
    orders = tuple(Faithfulness("random", 1.0, level, level) for level in levels)
    result = Attributions(
        AttributionOptions("card"), (), (), (own,), orders, "probability", True, "float32", False, 1.0
    )
    band = np.array(perturbation(result, "light", which).data[0].y)
    assert float(band.min()) == 0.0
    assert 0.5 < float(band.max()) <= 1.0
