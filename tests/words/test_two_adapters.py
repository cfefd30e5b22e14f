"""Whether two adapters add the same, in words."""

from __future__ import annotations

import math

import pytest

from core.results import AdapterPair, ModulePair
from core.words import two_adapters
from core.words.numbers import three_digits


def pair(cosine: float, norms: tuple[float, float] = (1.0, 1.0)) -> ModulePair:
    known = 0.5 if all(norms) else math.nan
    return ModulePair(0, "q_proj", norms, cosine, known, known, 0.1, 0.2)


@pytest.mark.parametrize(
    ("cosine", "alike"), [(0.9, "the same"), (0.5, "similar"), (0.0, "different"), (-0.5, "opposite")]
)
def test_whether_two_change_the_same(cosine: float, alike: str) -> None:
    assert two_adapters.pair(AdapterPair((pair(cosine),), (), ())) == (
        f"They make {alike} changes: the cosine between the two updates is {three_digits(cosine)}. On average they "
        "read 50.0\u00a0% of the same directions (10.0\u00a0% by chance) and write 50.0\u00a0% (20.0\u00a0% by chance)."
    )


def test_where_there_is_nothing_to_compare() -> None:
    assert two_adapters.pair(AdapterPair((), ("q",), ())) == "They adapt no module in common."
    zero = AdapterPair((pair(math.nan, (0.0, 1.0)),), (), ())
    assert two_adapters.pair(zero).startswith("One of them changes nothing")
