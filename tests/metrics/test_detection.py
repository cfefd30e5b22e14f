"""Scores against scipy and their definitions; the AUROC against counting pairs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.special import softmax as reference
from scipy.stats import entropy

from core.metrics.detection import auroc, auroc_difference, auroc_interval, in_scope_scores
from core.metrics.intervals import Interval


def test_scores_are_what_their_names_say() -> None:
    z = np.random.default_rng(0).normal(size=(50, 7)) * 4
    scores, p = in_scope_scores(z), reference(z, axis=1)
    ordered = np.sort(p, axis=1)
    np.testing.assert_allclose(scores["probability"], p.max(axis=1))
    np.testing.assert_allclose(scores["margin"], ordered[:, -1] - ordered[:, -2])
    np.testing.assert_allclose(scores["entropy"], -entropy(p, axis=1))
    np.testing.assert_allclose(scores["energy"], logsumexp(z, axis=1))
    np.testing.assert_allclose(scores["logit"], z.max(axis=1))


def test_one_class_and_large_logits_have_finite_scores() -> None:
    for z in (np.array([[3.0], [-2.0]]), np.array([[1e4, -1e4], [0.0, 0.0]])):
        assert all(np.isfinite(values).all() for values in in_scope_scores(z).values())


def test_auroc_counts_pairs_and_half_of_the_ties() -> None:
    inside, outside = np.array([0.9, 0.5, 0.5]), np.array([0.5, 0.1])
    pairs = [(a > b) + 0.5 * (a == b) for a in inside for b in outside]
    assert auroc(inside, outside) == pytest.approx(sum(pairs) / len(pairs))


def compared(seed: int, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Scores of 60 texts of one kind and 40 of the other."""
    chance = np.random.default_rng(seed)
    scores = chance.normal(size=60) + 1, chance.normal(size=40)
    return (np.round(scores[0]), np.round(scores[1])) if ties else scores


@pytest.mark.parametrize("ties", [False, True])
def test_the_interval_is_delongs(ties: bool) -> None:
    """By its definition: the variance of each text's share of pairs that it wins, a tie half."""
    inside, outside = compared(0, ties)
    wins = (inside[:, None] > outside) + (inside[:, None] == outside) / 2
    variance = wins.mean(axis=1).var(ddof=1) / 60 + wins.mean(axis=0).var(ddof=1) / 40
    found = auroc_interval(inside, outside)
    half = 1.959964 * variance**0.5
    assert (found.low, found.high) == pytest.approx((wins.mean() - half, min(1, wins.mean() + half)), abs=1e-6)


def test_it_is_about_that_of_resampling() -> None:
    inside, outside = compared(1)
    chance = np.random.default_rng(0)
    values = [auroc(chance.choice(inside, 60), chance.choice(outside, 40)) for _ in range(400)]
    found = auroc_interval(inside, outside)
    assert (found.low, found.high) == pytest.approx(np.quantile(values, [0.025, 0.975]), abs=0.03)


def test_two_scores_of_the_same_texts_are_compared_in_pairs() -> None:
    one, other = compared(2), compared(3)
    value, interval = auroc_difference(one, other)
    assert value == pytest.approx(auroc(*one) - auroc(*other))
    assert interval.low < value < interval.high
    nearly = one[0] + 1e-3 * other[0], one[1] + 1e-3 * other[1]
    _, narrow = auroc_difference(one, nearly)
    assert narrow.high - narrow.low < 0.1 * (interval.high - interval.low)
    assert auroc_difference(one, one)[1] == Interval(0.0, 0.0, 0.95)


def test_of_one_text_there_is_no_interval() -> None:
    assert np.isnan(auroc_interval(np.ones(1), np.zeros(4)).low)
