"""Test texts that stand in a training file: word for word, nearly, and what accuracy is without them."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.overlap import overlap
from core.results.dataset_evaluation import NO_CLASS
from tests.evaluation.test_classes import evaluation

TRAINING = [
    "Where is my new card, it should be here by now?",
    "How do I top up?",
    "how do I  TOP UP?",
    "Please tell me the rate for dollars",
]
TEXTS = [
    "how do i top up?",  # the second and third
    "Where is my new card, it should be here by now!",  # nearly the first
    "I lost my phone yesterday",
    "please tell me the rate for dollars",
    "Nothing like this stands there",
]


def test_same_nearly_the_same_and_other_texts() -> None:
    actual = np.array([0, 1, 2, 3, NO_CLASS], np.int32)
    logits = np.eye(6)[[0, 1, 0, 0, 0]]  # right, right, wrong, wrong, without a label
    found = overlap(evaluation(logits, actual), TEXTS, TRAINING, np.array([1, 0, 0, 5], np.int32))
    assert found.match.tolist() == [1, 0, -1, 3, -1]
    assert found.exact.tolist() == [True, False, False, True, False]
    first, second = ({text.casefold()[i : i + 5] for i in range(len(text) - 4)} for text in (TEXTS[1], TRAINING[0]))
    assert found.jaccard.tolist() == pytest.approx([1, len(first & second) / len(first | second), 0, 1, 0])
    assert (found.inside_rows, found.outside_rows, found.outside.value) == (3, 1, 0)
    assert found.inside.value == pytest.approx(2 / 3)
    assert found.relabelled == 1  # the last: 3 here, 5 there
    assert (found.compared, found.distinct, found.complete) == (6, 6, True)


def test_a_test_text_that_is_like_one_that_stands_there_does_so_too() -> None:
    logits, actual = np.eye(6)[:2], np.zeros(2, np.int32)
    found = overlap(evaluation(logits, actual), [TRAINING[0], TEXTS[1]], TRAINING, np.zeros(4, np.int32))
    assert found.match.tolist() == [0, 0]
    assert found.exact.tolist() == [True, False]


def test_without_a_common_text_no_share_is_known() -> None:
    found = overlap(
        evaluation(np.eye(6)[:1], np.zeros(1, np.int32)), ["a b c d e"], ["v w x y z"], np.zeros(1, np.int32)
    )
    assert not found.exact.any()
    assert found.inside_rows == 0
    assert np.isnan(found.inside.value)
