"""Scores against scipy and their definitions; the AUROC against counting pairs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.special import softmax as reference
from scipy.stats import entropy

from core.metrics.detection import auroc, in_scope_scores


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
