"""Heads refitted on pooled vectors, each without the rows that it then answers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.metrics.probabilities import Floats, Indicators
from core.tasks.progress import Progress
from core.words.dataset import count

FOLDS = 5
#: Weight of the data against that of small coefficients, of standardised vectors.
STRENGTH = 1.0


def cross_fitted(
    vectors: NDArray[Any],
    target: NDArray[Any],
    classes: int,
    on_progress: Progress,
    seed: int = 0,
    learnt: Indicators | None = None,
) -> Floats:
    """Probabilities (N, K) of a linear head (multinomial logistic regression) that has not seen the row.

    Args:
        vectors: (N, D) finite pooled vectors; they are standardised by the rows that a head is fitted on.
        target: (N,) class numbers; whatever stands at rows that nothing is learnt from.
        classes: K; a class that a head has seen no row of has probability 0 there.
        on_progress: told after each of `FOLDS` heads.
        seed: the same seed draws the same folds of as many rows.
        learnt: (N,) rows that heads are fitted on; None: all. The others are answered, too.

    Raises:
        InputError: fewer rows than folds, or one class alone.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import KFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    learnt = np.ones(len(target), bool) if learnt is None else learnt
    rows, kinds = int(learnt.sum()), len(np.unique(target[learnt]))
    if rows < FOLDS or kinds < 2:
        raise InputError(
            f"{count(rows, 'row')} of {count(kinds, 'class', 'classes')}: too few to refit a head.",
            fix="bring more labelled rows.",
        )
    probabilities = np.zeros((len(target), classes))
    for done, (fit, held) in enumerate(KFold(FOLDS, shuffle=True, random_state=seed).split(vectors), 1):
        fit = fit[learnt[fit]]
        seen = np.unique(target[fit])
        if len(seen) < 2:
            probabilities[np.ix_(held, seen)] = 1.0
            continue
        head = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3))
        head.fit(vectors[fit], target[fit])
        probabilities[np.ix_(held, seen)] = head.predict_proba(vectors[held])
        on_progress(done / FOLDS, f"{done} of {FOLDS} heads refitted")
    return probabilities
