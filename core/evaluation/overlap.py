"""Test texts that stand in a training file, too, word for word or nearly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.evaluation import with_intervals
from core.evaluation.near_duplicates import near_duplicates, normalised
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.training_rows import Overlap


def overlap(
    result: DatasetEvaluation, texts: Sequence[str], training: Sequence[str], labels: NDArray[np.int32]
) -> Overlap:
    """Of an evaluation with its N texts, and M training texts with their class numbers (M,)."""
    first: dict[str, int] = {}
    meant: dict[str, set[int]] = {}
    for i, text in enumerate(training):
        key = normalised(text)
        first.setdefault(key, i)
        meant.setdefault(key, set()).add(int(labels[i]))
    keys = [normalised(text) for text in texts]
    match = np.array([first.get(key, -1) for key in keys], np.int64)
    exact = match >= 0
    jaccard = exact.astype(np.float64)
    distinct = [*dict.fromkeys([*keys, *first])]  # the test file's first: it is compared as a whole
    near = near_duplicates(distinct)
    alike = _most_alike(near.pairs, near.jaccard, [first.get(key, -1) for key in distinct])
    number = {key: i for i, key in enumerate(distinct)}
    for place in np.flatnonzero(~exact).tolist():
        if (pair := alike.get(number[keys[place]])) is not None:
            match[place], jaccard[place] = pair
    has = match >= 0
    known = result.labelled
    other = [
        bool(exact[i] and known[i] and meant[keys[i]] - {NO_CLASS} and int(result.actual[i]) not in meant[keys[i]])
        for i in range(len(keys))
    ]
    return Overlap(
        match=match,
        jaccard=jaccard,
        exact=exact,
        inside=with_intervals.share(result.right[known & has]),
        outside=with_intervals.share(result.right[known & ~has]),
        inside_rows=int((known & has).sum()),
        outside_rows=int((known & ~has).sum()),
        relabelled=sum(other),
        compared=near.compared,
        distinct=len(distinct),
        complete=near.complete,
    )


def _most_alike(
    pairs: NDArray[np.int64], jaccard: NDArray[np.float64], trained: Sequence[int]
) -> dict[int, tuple[int, float]]:
    """For each of the distinct texts the training row (`trained`, -1: none) most like it, of pairs by falling index."""
    found: dict[int, tuple[int, float]] = {}
    for (a, b), index in zip(pairs.tolist(), jaccard.tolist(), strict=True):
        for one, other in ((a, b), (b, a)):
            if trained[other] >= 0:
                found.setdefault(one, (trained[other], index))
    return found
