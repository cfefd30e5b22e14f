"""A linear head refitted on pooled vectors to its optimum, and what Newton steps make of it without one of its rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation.cross_fit import STRENGTH
from core.metrics.probabilities import Floats, softmax
from core.tasks.progress import Progress

#: Principal directions of wider vectors that a head reads: its Hessian is applied some hundreds of times.
DIRECTIONS = 128
#: The gradient's largest entry, a sum over rows, at which a head is at its optimum.
OPTIMUM = 1e-7
#: Newton steps at most; conjugate gradients of each at most, and the residual at which they end.
_STEPS, _PASSES, _RESIDUAL = 30, 500, 1e-3


@dataclass(frozen=True, eq=False)
class LinearHead:
    """Multinomial logistic regression (n rows, k classes, d directions) that minimises sum(loss) + |W|^2 / (2 C).

    C is `cross_fit.STRENGTH`, vectors are standardised as there; biases are free. Of two classes C is halved, which
    makes it scikit-learn's binary regression.

    Attributes:
        x: (n, d + 1) its rows' standardised vectors in the first `DIRECTIONS` principal directions, then 1.
        target: (n,) which of `seen`.
        seen: (k,) class numbers of the model, ascending.
        theta: (k, d + 1) coefficients, the bias last.
        mean, scale: (D,) by which vectors are standardised.
        axes: (D, d) principal directions; None where all D are read.
        kept: share of the variance of standardised vectors that these directions have.
    """

    x: Floats
    target: NDArray[np.int64]
    seen: NDArray[np.int64]
    theta: Floats
    mean: Floats
    scale: Floats
    axes: Floats | None
    kept: float

    def read(self, vectors: NDArray[Any]) -> Floats:
        """Vectors (m, D) as the head reads them, (m, d + 1)."""
        made = (np.asarray(vectors, np.float64) - self.mean) / self.scale
        return np.pad(made if self.axes is None else made @ self.axes, ((0, 0), (0, 1)), constant_values=1.0)

    @property
    def penalty(self) -> float:
        """Weight of half the squared coefficients."""
        return (2.0 if len(self.seen) == 2 else 1.0) / STRENGTH

    def residuals(self, theta: Floats, left_out: int | None = None) -> tuple[Floats, Floats]:
        """Probabilities (n, k) and what they are above the labels' indicators; 0 both at the row that is left out."""
        p = softmax(self.x @ theta.T)
        if left_out is not None:
            p[left_out] = 0.0
        over = p.copy()
        over[np.arange(len(over)), self.target] -= 1.0
        if left_out is not None:
            over[left_out] = 0.0
        return p, over

    def gradient(self, theta: Floats, over: Floats) -> Floats:
        """(k, d + 1) of the loss, by `residuals`."""
        found: Floats = over.T @ self.x
        found[:, :-1] += self.penalty * theta[:, :-1]
        return found

    def curved(self, p: NDArray[np.float32], direction: Floats) -> Floats:
        """The Hessian of the loss times a direction (k, d + 1), by the probabilities of `residuals`.

        In float32: it makes steps. Where they lead to, the gradient says in float64.
        """
        z = self._single @ direction.T.astype(np.float32)
        z -= np.einsum("nk,nk->n", p, z)[:, None]
        z *= p
        found: Floats = (z.T @ self._single).astype(np.float64)
        found[:, :-1] += self.penalty * direction[:, :-1]
        return found

    def solve(self, p: Floats, right: Floats, residual: float = 1e-5) -> Floats:
        """H^-1 right, by conjugate gradients that know each class's own block of the Hessian at the optimum.

        The same bias for every class is a direction without curvature, in which no probability moves, nor `right`.
        """
        found, rest, single = np.zeros_like(right), right.copy(), p.astype(np.float32)
        step = made = self._eased(rest)
        product, enough = float((rest * made).sum()), residual * float(np.linalg.norm(right))
        for _ in range(_PASSES):
            if float(np.linalg.norm(rest)) <= enough:
                break
            bent = self.curved(single, step)
            length = product / float((step * bent).sum())
            found, rest = found + length * step, rest - length * bent
            made = self._eased(rest)
            before, product = product, float((rest * made).sum())
            step = made + product / before * step
        return found

    def leverages(self) -> Floats:
        """(n, k) at the optimum: how far a row moves its own logits, from 0 to 1, as if each class stood alone."""
        p, _ = self.residuals(self.theta)
        p *= (1 - p) * np.stack([((self.x @ block) * self.x).sum(axis=1) for block in self._blocks], axis=1)
        return p

    @cached_property
    def _single(self) -> NDArray[np.float32]:
        return self.x.astype(np.float32)

    def _eased(self, direction: Floats) -> Floats:
        return np.stack([block @ part for block, part in zip(self._blocks, direction, strict=True)])

    @cached_property
    def _blocks(self) -> Floats:
        """(k, d + 1, d + 1) the inverse of each class's block of the Hessian at the optimum."""
        p, _ = self.residuals(self.theta)
        held = np.diag([self.penalty] * (self.x.shape[1] - 1) + [1e-9])
        blocks = [(self.x * (q * (1 - q))[:, None]).T @ self.x + held for q in p.T]
        return np.linalg.inv(np.stack(blocks))


def newton_step(head: LinearHead, row: int) -> Floats:
    """Coefficients (k, d + 1) after one Newton step, without a row, from the optimum of all: its one-step estimate."""
    p, over = head.residuals(head.theta, row)
    return head.theta - head.solve(p, head.gradient(head.theta, over), 1e-4)


def refitted(head: LinearHead, row: int, start: Floats) -> Floats:
    """Coefficients (k, d + 1) at the optimum without a row, from others. Raises as `at_optimum`."""
    pull = np.abs(head.gradient(head.theta, head.residuals(head.theta, row)[1])).max()
    return at_optimum(head, start, row, max(OPTIMUM, 1e-5 * float(pull)))


def at_optimum(head: LinearHead, theta: Floats, left_out: int | None = None, enough: float = OPTIMUM) -> Floats:
    """Coefficients at which no entry of the gradient is above `enough`, by Newton steps from others.

    Raises:
        InputError: the optimum is not reached.
    """
    p, over = head.residuals(theta, left_out)
    slope = head.gradient(theta, over)
    for _ in range(_STEPS):
        if np.abs(slope).max() <= enough:
            return theta
        step, size, steepness = head.solve(p, slope, _RESIDUAL), 1.0, float(np.linalg.norm(slope))
        while True:
            further = theta - size * step
            p, over = head.residuals(further, left_out)
            slope = head.gradient(further, over)
            if float(np.linalg.norm(slope)) < steepness or size < 1e-3:
                break
            size /= 2
        theta = further
    raise InputError("The linear head did not come to its optimum.", fix="bring other training rows.")


def fit_head(vectors: NDArray[Any], target: NDArray[Any], on_progress: Progress) -> LinearHead:
    """Fit a head on finite vectors (n, D) and class numbers (n,).

    Raises:
        InputError: one class alone, or no optimum.
    """
    from sklearn.linear_model import LogisticRegression

    seen, places = np.unique(target, return_inverse=True)
    if len(seen) < 2:
        raise InputError("The training rows have one class alone: no head can be fitted.", fix="bring more of them.")
    on_progress(0.0, "standardising")
    made = np.asarray(vectors, np.float64)
    mean, scale = made.mean(axis=0), made.std(axis=0)
    scale[scale == 0] = 1.0
    made = (made - mean) / scale
    axes, kept = _directions(made)
    made = made if axes is None else made @ axes
    on_progress(0.1, f"fitting a head on {len(made):,} rows")
    start = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3).fit(made, places)
    theta = np.concatenate([start.coef_, start.intercept_[:, None]], axis=1)
    if len(seen) == 2:
        theta = np.concatenate([-theta, theta]) / 2
    x = np.concatenate([made, np.ones((len(made), 1))], axis=1)
    head = LinearHead(x, places.astype(np.int64), seen.astype(np.int64), theta, mean, scale, axes, kept)
    on_progress(0.6, "to its optimum")
    return replace(head, theta=at_optimum(head, theta))


def _directions(standardised: Floats) -> tuple[Floats | None, float]:
    """(D, d) the principal directions with most variance, and their share of it; None where all fit."""
    if standardised.shape[1] <= DIRECTIONS:
        return None, 1.0
    values, axes = np.linalg.eigh(standardised.T @ standardised)
    return axes[:, ::-1][:, :DIRECTIONS].copy(), float(values[-DIRECTIONS:].sum() / values.sum())
