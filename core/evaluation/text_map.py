"""Pooled vectors in two dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation.drawn_rows import some_of
from core.results.text_map import MOST_POINTS, Projection, TextMap
from core.tasks.progress import Progress
from core.words.dataset import count

#: Dimensions that t-SNE starts from, as its authors advise; texts that count as near each other.
_DIMENSIONS, _PERPLEXITY = 50, 30.0
#: Fewer points than this say nothing by where they lie.
_FEWEST = 5


def text_map(vectors: NDArray[Any], projection: Projection, on_progress: Progress, most: int = MOST_POINTS) -> TextMap:
    """Of pooled vectors (N, D): principal components (Pearson 1901), or t-SNE (van der Maaten and Hinton 2008).

    PCA shows the two directions of largest variance; t-SNE keeps near what is near and no distance beyond that. The
    same seed draws the same points.

    Raises:
        InputError: fewer than five vectors that are finite.
    """
    from sklearn.decomposition import PCA

    finite = np.flatnonzero(np.isfinite(vectors).all(axis=1))
    if len(finite) < _FEWEST:
        raise InputError(f"{count(len(finite), 'text')}: too few for a map.", fix="bring more rows.")
    places = some_of(finite, most)
    x = np.asarray(vectors[places], np.float64)
    on_progress(0.1, "projecting")
    if not np.ptp(x, axis=0).any():  # all in one point: there is nothing to spread out
        nothing = (0.0, 0.0) if projection is Projection.PCA else None
        return TextMap(projection, len(finite), nothing, places, np.zeros((len(x), 2), np.float32))
    if projection is Projection.PCA:
        pca = PCA(2 if x.shape[1] > 1 else 1, svd_solver="full").fit(x)
        points = np.zeros((len(x), 2))
        points[:, : pca.n_components_] = pca.transform(x)
        share = [*pca.explained_variance_ratio_, 0.0]
        return TextMap(projection, len(finite), (float(share[0]), float(share[1])), places, points.astype(np.float32))
    return TextMap(projection, len(finite), None, places, _tsne(x))


def _tsne(x: NDArray[Any]) -> NDArray[np.float32]:
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    start = PCA(min(_DIMENSIONS, *x.shape), svd_solver="full").fit_transform(x)
    near = min(_PERPLEXITY, (len(x) - 1) / 3)
    made = TSNE(2, perplexity=near, init="pca" if start.shape[1] > 1 else "random", random_state=0, n_jobs=1)
    points: NDArray[np.float32] = np.asarray(made.fit_transform(start), np.float32)
    return points
