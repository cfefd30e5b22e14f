"""Areas against scikit-learn's, with ties and classes that never occur."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from core.metrics.ranking import average_precisions, roc_aucs


@hypothesis_settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 2), st.integers(0, 2**32 - 1))
def test_areas_are_those_of_one_class_against_all_others(count: int, digits: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    p, targets = np.round(chance.random((count, 4)), digits), chance.integers(0, 3, count)
    for k, (auc, average) in enumerate(zip(roc_aucs(p, targets), average_precisions(p, targets), strict=True)):
        mine = targets == k
        if mine.any():
            assert average == pytest.approx(average_precision_score(mine, p[:, k]))
        else:
            assert (auc, average) == (None, None)
        if mine.any() and not mine.all():
            assert auc == pytest.approx(roc_auc_score(mine, p[:, k]))
        else:
            assert auc is None
