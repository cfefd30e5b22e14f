"""The nearest rows are those of scikit-learn, with and without the row itself."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.evaluation.nearest import nearest, unit_rows


def made(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 6)).astype(np.float32)


def test_the_nearest_of_others() -> None:
    queries, others = made(300, 0), made(500, 1)
    expected = NearestNeighbors(n_neighbors=4, metric="cosine").fit(others)
    distances, places = expected.kneighbors(queries)
    told: list[float] = []
    found, cosines = nearest(unit_rows(queries), unit_rows(others), 4, on_progress=lambda done, _: told.append(done))
    assert found.tolist() == places.tolist()
    np.testing.assert_allclose(cosines, 1 - distances, atol=1e-5)
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_row_is_not_its_own_neighbour() -> None:
    rows = unit_rows(made(200, 2))
    some = np.arange(0, 200, 7)
    found, _ = nearest(rows[some], rows, 3, some)
    _, places = NearestNeighbors(n_neighbors=4, metric="cosine").fit(rows).kneighbors(rows[some])
    assert found.tolist() == [[i for i in near if i != own][:3] for near, own in zip(places, some, strict=True)]


@pytest.mark.parametrize(("others", "own", "count"), [(2, False, 2), (2, True, 1), (1, True, 0), (0, False, 0)])
def test_there_are_as_many_as_there_are(others: int, own: bool, count: int) -> None:
    rows = unit_rows(made(2, 3))
    found, cosines = nearest(rows[:1], rows[:others], 5, np.array([0]) if own else None)
    assert found.shape == cosines.shape == (1, count)


def test_a_vector_of_zeros_is_like_nothing() -> None:
    assert not unit_rows(np.zeros((1, 3))).any()
