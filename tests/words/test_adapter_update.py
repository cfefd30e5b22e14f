"""What adapters add to weights, in words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.results import AdapterPair, AdapterUpdate, ModulePair, ModuleUpdate
from core.words import adapter_update


def pair(cosine: float, norms: tuple[float, float] = (1.0, 1.0)) -> ModulePair:
    known = 0.5 if all(norms) else math.nan
    return ModulePair(0, "q_proj", norms, cosine, known, known, 0.1, 0.2)


def test_where_an_adapter_changes_most() -> None:
    modules = tuple(
        ModuleUpdate(layer, "q_proj", 8, 2.0, np.array([1.0, 1.0]), norm, 10.0, False)
        for layer, norm in enumerate((0.5, 1.0))
    )
    assert adapter_update.update(AdapterUpdate(modules, (), 100, 0)) == (
        "It changes layer 1, q_proj most, by 10.0 % of the weight, and uses 2.0 of 8 ranks in the mean."
    )


@pytest.mark.parametrize(
    ("cosine", "alike"), [(0.9, "the same"), (0.5, "similar"), (0.0, "different"), (-0.5, "opposite")]
)
def test_whether_two_change_the_same(cosine: float, alike: str) -> None:
    assert adapter_update.pair(AdapterPair((pair(cosine),), (), ())) == (
        f"They make {alike} changes: the cosine between the two updates is {cosine:.2f}. In the mean they read "
        "50.0\u00a0% of the same directions (10.0\u00a0% by chance) and write 50.0\u00a0% (20.0\u00a0% by chance)."
    )


def test_where_there_is_nothing_to_compare() -> None:
    assert adapter_update.pair(AdapterPair((), ("q",), ())) == "They adapt no module in common."
    zero = AdapterPair((pair(math.nan, (0.0, 1.0)),), (), ())
    assert adapter_update.pair(zero).startswith("One of them changes nothing")
