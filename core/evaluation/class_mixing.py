"""Which classes' training rows lie among one another in pooled space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.evaluation.drawn_rows import some_of
from core.evaluation.nearest import nearest
from core.metrics.probabilities import Floats
from core.results.training_rows import NEIGHBOURS, ClassMixing
from core.tasks.progress import Progress

#: Rows whose neighbours are looked for, drawn at random where there are more; all are there to be found.
MOST_ROWS = 20_000


def class_mixing(
    units: NDArray[np.float32], target: NDArray[np.int64], classes: Sequence[str], on_progress: Progress
) -> tuple[tuple[ClassMixing, ...], tuple[str, str, float] | None, Floats]:
    """By vectors of length 1 (M, D) and class numbers (M,) of training rows.

    Of each class the share of its rows' nearest other rows that have another class, the largest first; and the two
    classes whose rows are most often each other's nearest, by the share of both classes' nearest rows;
    and each looked-at row's cosine to the nearest other row.
    """
    rows = some_of(np.arange(len(target)), MOST_ROWS)
    places, cosines = nearest(units[rows], units, NEIGHBOURS, rows, on_progress)
    counts = np.zeros((len(classes), len(classes)), np.int64)
    np.add.at(counts, (np.repeat(target[rows], places.shape[1]), target[places].ravel()), 1)
    looked_at = np.bincount(target[rows], minlength=len(classes))
    support, totals = np.bincount(target, minlength=len(classes)), counts.sum(axis=1)
    off = counts.copy()
    np.fill_diagonal(off, 0)
    found = []
    for k in np.flatnonzero(totals).tolist():
        other = int(off[k].argmax())
        most = int(off[k, other])
        found.append(
            ClassMixing(
                name=classes[k],
                rows=int(support[k]),
                looked_at=int(looked_at[k]),
                elsewhere=float(off[k].sum() / totals[k]),
                other=classes[other] if most else None,
                other_share=float(most / totals[k]),
            )
        )
    both = (off + off.T) / np.maximum(1, totals[:, None] + totals[None])
    a, b = divmod(int(both.argmax()), len(classes))
    pair = (classes[a], classes[b], float(both[a, b])) if both[a, b] > 0 else None
    return tuple(sorted(found, key=lambda c: (-c.elsewhere, c.name))), pair, cosines[:, :1].ravel()
