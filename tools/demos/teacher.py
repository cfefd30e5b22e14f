"""The teacher: a linear model whose probabilities the students learn from.

TF-IDF over words (1 and 2) and over characters inside words (2 to 5), a linear support vector machine a class.
Its word for a training row always comes from a fit without that row (5 folds), so that it is no echo of the
label. Decision values become probabilities by a softmax at the temperature with the least loss on those rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.probabilities import softmax

FOLDS = 5
REGULARISATION = 0.5
WORD = r"(?u)\b\w+\b|\?"
SCALES = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)

Array = NDArray[Any]


def out_of_fold(texts: Sequence[str], labels: Sequence[int], seed: int) -> NDArray[np.float32]:
    """Probabilities (N, K) of each text by a teacher that did not see it."""
    from sklearn.model_selection import StratifiedKFold

    targets = np.asarray(labels)
    rows: Array = np.asarray(texts, dtype=object)
    values = np.zeros((len(rows), int(targets.max()) + 1))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for seen, unseen in folds.split(rows, targets):
        values[unseen] = _decisions(rows[seen], targets[seen], rows[unseen], seed)
    scale = min(SCALES, key=lambda s: _loss(softmax(values * s), targets))
    return softmax(values * scale).astype(np.float32)


def _decisions(texts: Array, targets: Array, request: Array, seed: int) -> Array:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=WORD)
    characters = TfidfVectorizer(sublinear_tf=True, ngram_range=(2, 5), analyzer="char_wb")
    model = make_pipeline(make_union(words, characters), LinearSVC(C=REGULARISATION, random_state=seed))
    result: Array = model.fit(texts, targets).decision_function(request)
    return result


def _loss(p: Array, targets: Array) -> float:
    return float(-np.log(p[np.arange(len(targets)), targets]).mean())
