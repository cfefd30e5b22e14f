"""Points are scikit-learn's principal components, or keep near what is near; what cannot be drawn is said."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from core.errors import InputError
from core.evaluation.text_map import text_map
from core.results.text_map import Projection
from core.tasks.progress import ignore_progress


def blobs(count: int = 120) -> np.ndarray:
    return np.asarray(make_blobs(count, 12, centers=4, random_state=0)[0])


def test_principal_components() -> None:
    x = blobs()
    x[7] = np.nan
    found = text_map(x, Projection.PCA, ignore_progress)
    rows = np.delete(np.arange(120), 7)
    assert found.places.tolist() == rows.tolist()
    pca = PCA(2, svd_solver="full").fit(x[rows])
    assert found.points == pytest.approx(pca.transform(x[rows]), abs=1e-4)
    assert found.explained == pytest.approx(pca.explained_variance_ratio_)
    assert found.of == 119


def test_neighbourhoods_are_kept() -> None:
    x = blobs()
    found = text_map(x, Projection.TSNE, ignore_progress)
    assert found.explained is None
    assert trustworthiness(x, found.points, n_neighbors=10) > 0.9
    assert np.array_equal(found.points, text_map(x, Projection.TSNE, ignore_progress).points), "the same each time"


def test_of_very_many_some_are_drawn_the_same_each_time() -> None:
    found = text_map(blobs(), Projection.PCA, ignore_progress, most=50)
    assert (len(found.places), found.of) == (50, 120)
    assert found.places.tolist() == sorted(set(found.places.tolist()))
    assert np.array_equal(found.places, text_map(blobs(), Projection.PCA, ignore_progress, most=50).places)


@pytest.mark.parametrize("projection", Projection)
def test_vectors_of_one_number_and_vectors_that_are_all_alike(projection: Projection) -> None:
    for x in (np.arange(20.0)[:, None], np.ones((20, 3))):
        found = text_map(x, projection, ignore_progress)
        assert np.isfinite(found.points).all()
        assert found.points.shape == (20, 2)


def test_too_few_are_refused() -> None:
    with pytest.raises(InputError, match="4 texts: too few for a map"):
        text_map(np.eye(4), Projection.PCA, ignore_progress)
