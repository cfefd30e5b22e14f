"""The map of an adapter's update: what each cell holds and says."""

from __future__ import annotations

import numpy as np

from core.results import ModuleOverlap, ModuleUpdate
from pages.views import adapter_update as view

MODULES = (ModuleUpdate(0, "q_proj", 8, 2.0, np.array([1.0, 1.0]), 0.5, 10.0, False),)
OVERLAPS = (ModuleOverlap(0, "q_proj", 2, 0.25, 0.75, 0.1, 0.2, 3.0),)


def test_the_change_against_the_weight() -> None:
    assert view.cells(MODULES, None, view.CHANGE) == (
        [0.05],
        ["5.0\u00a0% of the weight<br>effective rank 2.0 of 8"],
    )


def test_the_overlap_beside_what_chance_would_give() -> None:
    reads = view.cells(MODULES, OVERLAPS, view.READS)
    assert reads == ([0.25], ["25.0\u00a0% of the space<br>by chance 10.0\u00a0%"])
    writes = view.cells(MODULES, OVERLAPS, view.WRITES)
    assert writes == ([0.75], ["75.0\u00a0% of the space<br>by chance 20.0\u00a0%"])
