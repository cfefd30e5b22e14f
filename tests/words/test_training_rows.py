"""What is said of a test file beside its training file, by the numbers that stand in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.results.figure import Figure
from core.results.training_rows import ClassMixing, Detection, Overlap, Shift, TrainingRows
from core.words import training_rows as words

CLASSES = ("card_arrival", "top_up", "exchange_rate")
INSIDE, OUTSIDE = Figure(1.0, 0.5, 1.0), Figure(0.9, 0.8, 0.95)
OVERLAP = Overlap(
    match=np.array([-1, 4, 7, -1]),
    jaccard=np.array([0, 1, 0.81, 0]),
    exact=np.array([False, True, False, False]),
    inside=INSIDE,
    outside=OUTSIDE,
    inside_rows=2,
    outside_rows=2,
    relabelled=1,
    compared=10,
    distinct=10,
    complete=True,
)
SHIFT = Shift(11, 12.5, 0.25, 0.001, 0.03, 2, 40, (("swift", 3), ("iban", 1)), (("top_up", 2),), 0.2)
REPORT = TrainingRows(
    classes=CLASSES,
    places=np.arange(8),
    left_out=0,
    same_file=False,
    overlap=OVERLAP,
    shift=SHIFT,
    neighbours=np.zeros((4, 3), int),
    similarity=np.ones((4, 3)),
    far=0.5,
    mixing=(ClassMixing("card_arrival", 5, 5, 0.4, "top_up", 0.3), ClassMixing("top_up", 3, 3, 0.0, None, 0.0)),
    mixed=("card_arrival", "top_up", 0.25),
    detection=None,
)


def overlapping(**changed: object) -> str:
    return words.lead(replace(REPORT, overlap=replace(OVERLAP, **changed)))  # type: ignore[arg-type]


def test_the_lead_says_how_many_and_what_accuracy_is_without_them() -> None:
    said = words.lead(REPORT).replace("\u00a0", " ")
    assert said.startswith("2 of 4 test rows stand in the training file (1 word for word, 1 nearly): accuracy without")
    assert "is 90.0 % (95 % interval 80.0 % to 95.0 %) of 2 rows; on them it is 100.0 %" in said
    assert "(word for word)" in overlapping(exact=np.array([False, True, True, False]))
    assert "(nearly, none word for word)" in overlapping(exact=np.zeros(4, bool))
    assert "on them" not in overlapping(inside_rows=0, inside=Figure(float("nan")))
    assert "no labelled row is new to it" in overlapping(outside_rows=0, outside=Figure(float("nan")))
    assert overlapping(match=np.full(4, -1)).startswith("No text of 4 test rows stands in the training file")
    assert "same file" in words.lead(replace(REPORT, same_file=True))


def test_what_is_left_out_is_said() -> None:
    assert words.basis(REPORT).startswith("1 test row with the very text of a training row has another label")
    assert words.basis(replace(REPORT, overlap=replace(OVERLAP, relabelled=0))) == ""
    cut = words.basis(replace(REPORT, left_out=3, overlap=replace(OVERLAP, compared=8, complete=False)))
    assert "3 training rows without a class" in cut
    assert "first 8 of 10 texts" in cut
    assert "not every pair" in cut


def test_how_a_row_stands_there() -> None:
    assert [words.kind(OVERLAP, i) for i in range(4)] == ["", "word for word", "nearly (0.810)", ""]


def test_shift_in_lengths_words_and_labels() -> None:
    length, seen, labels = words.shifts(SHIFT, CLASSES)
    assert "11 words in the median, training texts 12.5. Lengths differ by more than chance" in length
    assert "2 of 40 different ones. The most frequent: swift (3), iban (1)." in seen
    assert "1 class of test rows has no training row: 'Top up' (2)." in labels
    length, seen, labels = words.shifts(replace(SHIFT, p=0.5, unseen_words=0, missing=()), CLASSES)
    assert "no more than chance allows" in length
    assert "every word" in seen
    assert "every class" in labels


def test_classes_that_mix() -> None:
    assert words.mixing(REPORT).startswith("'Card arrival' and 'Top up' mix most: 25.0")
    assert "No training row" in words.mixing(replace(REPORT, mixed=None))
    assert words.of_class(REPORT.mixing[0], CLASSES)["Most often"] == "Top up"
    assert words.of_class(REPORT.mixing[1], CLASSES)["Most often"] == "–"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.01, 0.2, "The distance to the training rows tells them better"),
        (-0.2, -0.01, "The largest probability tells them better"),
        (-0.1, 0.1, "may be chance"),
    ],
)
def test_which_number_tells_rows_of_no_class(low: float, high: float, said: str) -> None:
    found = Detection(9, 4, Figure(0.9, 0.8, 1.0), Figure(0.8, 0.7, 0.9), Figure(0.1, low, high))
    assert said in words.detection(found)
    few = Detection(9, 1, Figure(0.9), Figure(0.8), Figure(0.1))
    assert words.detection(few).endswith("by the largest probability: 0.800.")


def test_test_rows_without_labels_have_no_accuracy() -> None:
    nothing = {"inside_rows": 0, "outside_rows": 0, "inside": Figure(float("nan")), "outside": Figure(float("nan"))}
    assert overlapping(**nothing) == "2 of 4 test rows stand in the training file (1 word for word, 1 nearly)."
    assert overlapping(**nothing, match=np.full(4, -1)).endswith("neither word for word nor nearly.")
    *_, labels = words.shifts(replace(SHIFT, labels=None, missing=()), CLASSES)
    assert labels == "Labels: no test row has a label that is a class of this model."
