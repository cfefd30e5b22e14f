"""Attributions in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.results import (
    BASELINES,
    METHODS,
    Attribution,
    AttributionCost,
    AttributionOptions,
    Attributions,
    Faithfulness,
    Method,
)
from core.words import attributions


def score(name: str, removed: float, kept: float) -> Faithfulness:
    """The score of the whole text is 1."""
    return Faithfulness(name, 1.0, np.full(4, removed), np.full(4, kept))


def result(
    removed: dict[Method, float] | None = None, kept: dict[Method, float] | None = None, owed: float = 2.0
) -> Attributions:
    """All methods at 0.5 by both measures, as chance is, but for those that are given."""
    return Attributions(
        AttributionOptions("card"),
        (),
        tuple(Attribution(m, np.array([1.0, 1.0]), owed, 0.1) for m in METHODS),
        tuple(score(m, (removed or {}).get(m, 0.5), (kept or {}).get(m, 0.5)) for m in METHODS),
        (score("random", 0.5, 0.5), score("random", 0.5, 0.5)),
        "probability",
        True,
        "float32",
        False,
        1.25,
    )


def test_every_method_and_baseline_is_told() -> None:
    assert set(attributions.METHODS) == set(METHODS)
    assert set(attributions.BASELINES) == set(BASELINES)


def test_the_cost_is_said_before() -> None:
    needs = AttributionCost({"forward passes": 1200, "gradients": 50}, 8, 0.0123, 3.0)
    assert attributions.cost(needs) == (
        "At most 1,200 forward passes, 50 gradients: about 3.00 s, from one measured batch (8 rows forward in 12.3 ms)."
    )
    assert attributions.cost(replace(needs, memory=3 * 2**30)).endswith(" Gradients take 3.0 GiB of memory at most.")


def test_which_is_best() -> None:
    assert "no method's first words matter clearly more" in attributions.best(result())
    both = result({"occlusion": 0.1}, {"occlusion": 0.9})
    assert attributions.best(both) == (
        "On this text the order by occlusion is the one to believe, by both measures of faithfulness."
    )
    two = result({"occlusion": 0.1, "contributions": 0.1}, {"gradient x input": 0.9})
    assert attributions.best(two) == (
        "Two questions, two answers on this text. Which words the answer needs: read contributions and occlusion, "
        "without whose first words most is lost. Which are enough for it: read gradient x input, whose first words "
        "alone do most."
    )
    shared = result({"occlusion": 0.1, "contributions": 0.1}, {"occlusion": 0.9})
    assert attributions.best(shared) == attributions.best(both), "a method that leads by both measures is the answer"
    one = result({"occlusion": 0.1})
    assert attributions.best(one).endswith("and no method's first words stand out alone.")


def test_what_does_not_add_up_is_said() -> None:
    assert attributions.incomplete(result(owed=2.0)) is None
    assert attributions.incomplete(result(owed=1.5)) == (
        "The integrated gradients miss 0.500 of the +1.50 they must sum to: take more steps, or another baseline."
    )
    zero = replace(result(owed=1.5), options=AttributionOptions("card", baseline="zero"))
    assert (attributions.incomplete(zero) or "").endswith("A norm has no slope to follow at all zeros.")


def test_in_which_digits() -> None:
    assert attributions.precision(result()) is None
    assert "on a float32 copy" in (attributions.precision(replace(result(), widened=True)) or "")
    assert "too large for a float32 copy" in (attributions.precision(replace(result(), dtype="bfloat16")) or "")


def test_how_faithfulness_is_measured() -> None:
    words = attributions.faithfulness(result())
    assert "how far the probability of the class falls" in words
    assert "2 shuffles from a fixed seed" in words
