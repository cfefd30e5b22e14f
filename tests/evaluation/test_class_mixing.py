"""Classes whose rows lie among each other, by scikit-learn's neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.evaluation import class_mixing as module
from core.evaluation.class_mixing import class_mixing
from core.evaluation.nearest import unit_rows
from core.results.training_rows import NEIGHBOURS
from core.tasks.progress import ignore_progress

CLASSES = ("a", "b", "c", "empty", "d")


def made() -> tuple[np.ndarray, np.ndarray]:
    """a and b lie on one another, c and d apart."""
    chance = np.random.default_rng(0)
    target = np.repeat([0, 1, 2, 4], 30)
    centres = np.eye(5)[[0, 0, 1, 2, 3]]
    return unit_rows(4 * centres[target] + chance.normal(size=(120, 5))), target


def test_shares_are_those_of_scikit_learns_neighbours() -> None:
    units, target = made()
    found, pair, own = class_mixing(units, target, CLASSES, ignore_progress)
    distances, places = NearestNeighbors(n_neighbors=NEIGHBOURS + 1, metric="cosine").fit(units).kneighbors(units)
    near = target[places[:, 1:]]
    np.testing.assert_allclose(own, 1 - distances[:, 1], atol=1e-6)
    assert {c.name for c in found} == {"a", "b", "c", "d"}
    assert [c.elsewhere for c in found] == sorted((c.elsewhere for c in found), reverse=True)
    for c in found:
        mine = near[target == CLASSES.index(c.name)]
        assert (c.rows, c.looked_at) == (30, 30)
        assert c.elsewhere == pytest.approx((mine != CLASSES.index(c.name)).mean())
        assert c.other is not None
        assert c.other_share == pytest.approx((mine == CLASSES.index(c.other)).mean())
    assert pair is not None
    assert pair[:2] == ("a", "b")
    assert pair[2] == pytest.approx(((near[target == 0] == 1).mean() + (near[target == 1] == 0).mean()) / 2)


def test_of_many_rows_some_are_drawn_and_all_can_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    units, target = made()
    monkeypatch.setattr(module, "MOST_ROWS", 60)
    found, _, own = class_mixing(units, target, CLASSES, ignore_progress)
    assert sum(c.looked_at for c in found) == len(own) == 60
    assert all(c.rows == 30 for c in found)


def test_classes_apart_do_not_mix() -> None:
    units = unit_rows(np.repeat(np.eye(3), 12, axis=0))
    found, pair, own = class_mixing(units, np.repeat([0, 1, 2], 12), CLASSES, ignore_progress)
    assert pair is None
    assert all((c.elsewhere, c.other, c.other_share) == (0, None, 0) for c in found)
    assert own == pytest.approx(1)
    found, pair, own = class_mixing(units[:1], np.zeros(1, int), CLASSES, ignore_progress)
    assert (found, pair, len(own)) == ((), None, 0)
