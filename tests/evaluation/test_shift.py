"""Lengths by scipy's test, words that no training text has, classes without training rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from core.evaluation.shift import shift, words

CLASSES = ("a", "b", "c")
NONE = np.zeros(0, np.int32)


def test_lengths_words_and_labels() -> None:
    texts = ["the Card was lost", "a card's number, again and again", "lost"]
    training = ["The card", "was it a card?", "number", "and so on"]
    found = shift(texts, training, np.array([0, 2, 2]), np.array([0, 0, 1, 1]), CLASSES)
    peer = ks_2samp([4, 6, 1], [2, 4, 1, 3])
    assert (found.distance, found.p) == pytest.approx((peer.statistic, peer.pvalue))
    assert (found.test_median, found.training_median) == (4, 2.5)
    assert found.frequent == (("again", 2), ("lost", 2), ("card's", 1))
    assert found.unseen == pytest.approx(5 / 11)
    assert (found.unseen_words, found.words) == (3, 9)
    assert found.missing == (("c", 2),)
    assert found.labels == pytest.approx((abs(1 / 3 - 1 / 2) + 1 / 2 + 2 / 3) / 2)


@settings(max_examples=25)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_a_file_is_like_itself(texts: list[str]) -> None:
    found = shift(texts, texts, NONE, NONE, CLASSES)
    assert (found.distance, found.p, found.unseen, found.labels or 0) == (0, 1, 0, 0)
    assert not found.frequent
    assert not found.missing


def test_words_are_compared_without_case_and_width() -> None:
    assert [*words(["Don’t  pay-out ＡＢＣ, 5%!"])] == ["don’t", "pay-out", "abc", "5"]
