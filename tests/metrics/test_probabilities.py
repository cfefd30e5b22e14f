"""Softmax and sigmoid against scipy's, where numbers are large too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit
from scipy.special import softmax as scipy_softmax

from core.metrics.probabilities import Floats, sigmoid, softmax

LOGITS = arrays(np.float64, (5, 3), elements=st.floats(-1e4, 1e4))


@given(LOGITS)
def test_they_equal_scipys(logits: Floats) -> None:
    assert softmax(logits) == pytest.approx(scipy_softmax(logits, axis=1), rel=1e-12, abs=1e-300)
    assert sigmoid(logits) == pytest.approx(expit(logits), rel=1e-12, abs=1e-300)


def test_a_class_that_is_ruled_out_has_probability_0() -> None:
    assert softmax(np.array([[-np.inf, 0.0, 0.0]])).tolist() == [[0, 0.5, 0.5]]
    assert sigmoid(np.array([-np.inf, np.inf])).tolist() == [0, 1]
