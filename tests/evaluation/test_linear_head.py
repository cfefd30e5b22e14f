"""The refitted head is scikit-learn's at its optimum, and so is the one without a row; its Hessian is the true one."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from core.errors import InputError
from core.evaluation import linear_head
from core.evaluation.cross_fit import STRENGTH
from core.evaluation.linear_head import LinearHead, fit_head, newton_step, refitted
from core.metrics.probabilities import softmax
from core.tasks.progress import ignore_progress


def rows(count: int = 200, classes: int = 4, width: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    target = chance.integers(0, classes, count)
    vectors = chance.normal(size=(count, width)) * 3 + 5 + 4 * chance.normal(size=(classes, width))[target]
    return vectors, target * 2 + 1  # classes 0, 2, 4 ... of the model have no row


def peers(head: LinearHead, left_out: int | None = None) -> np.ndarray:
    """scikit-learn's probabilities (n, k) of all rows, fitted on those that the head reads, without one."""
    fit = np.delete(np.arange(len(head.x)), [] if left_out is None else left_out)
    peer = LogisticRegression(C=STRENGTH, tol=1e-10, max_iter=10_000, solver="newton-cg")
    found: np.ndarray = peer.fit(head.x[fit, :-1], head.target[fit]).predict_proba(head.x[:, :-1])
    return found


@pytest.mark.parametrize("classes", [2, 4])
def test_it_is_that_of_scikit_learn(classes: int) -> None:
    vectors, target = rows(classes=classes)
    head = fit_head(vectors, target, ignore_progress)
    assert head.seen.tolist() == sorted(set(target.tolist()))
    standardised = (vectors - vectors.mean(axis=0)) / vectors.std(axis=0)
    np.testing.assert_allclose(head.read(vectors)[:, :-1], standardised)
    np.testing.assert_allclose(softmax(head.read(vectors) @ head.theta.T), peers(head), atol=1e-6)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("row", [0, 17])
def test_without_a_row_it_is_scikit_learns_and_a_newton_step_comes_near(classes: int, row: int) -> None:
    head = fit_head(*rows(classes=classes), ignore_progress)
    before, after = peers(head), peers(head, row)
    estimate = newton_step(head, row)
    found = softmax(head.x @ refitted(head, row, estimate).T)
    np.testing.assert_allclose(found, after, atol=1e-6)
    stepped = softmax(head.x @ estimate.T)
    assert np.abs(stepped - after).max() < 0.2 * np.abs(before - after).max()


def test_the_hessian_is_the_change_of_the_gradient() -> None:
    head = fit_head(*rows(), ignore_progress)
    direction = np.random.default_rng(1).normal(size=head.theta.shape)
    slopes = []
    for step in (1e-5, -1e-5):
        theta = head.theta + step * direction
        slopes.append(head.gradient(theta, head.residuals(theta, 3)[1]))
    p, _ = head.residuals(head.theta, 3)
    expected = (slopes[0] - slopes[1]) / 2e-5
    right = head.curved(p.astype(np.float32), direction)
    np.testing.assert_allclose(right, expected, atol=1e-5 * np.abs(expected).max())
    again = head.curved(p.astype(np.float32), head.solve(p, right))
    np.testing.assert_allclose(again, right, atol=1e-4 * np.abs(right).max())


def test_a_leverage_is_a_share() -> None:
    head = fit_head(*rows(), ignore_progress)
    found = head.leverages()
    assert (found > 0).all()
    assert (found < 1).all()


def test_wide_vectors_are_read_in_their_principal_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_head, "DIRECTIONS", 3)
    vectors, target = rows()
    head = fit_head(vectors, target, ignore_progress)
    peer = PCA(3).fit((vectors - head.mean) / head.scale)
    assert head.kept == pytest.approx(peer.explained_variance_ratio_.sum())
    found, expected = head.read(vectors)[:, :-1], peer.transform((vectors - head.mean) / head.scale)
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-9)
    np.testing.assert_allclose(softmax(head.x @ head.theta.T), peers(head), atol=1e-6)


def test_constant_numbers_and_one_class() -> None:
    vectors, target = rows()
    vectors[:, 2] = 7
    assert np.isfinite(fit_head(vectors, target, ignore_progress).theta).all()
    with pytest.raises(InputError, match="one class alone"):
        fit_head(vectors, np.zeros(len(vectors), int), ignore_progress)
