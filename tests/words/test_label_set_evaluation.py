"""Sentences on sets of labels: what is most often wrong, what is not measured, what an empty set counts."""

from __future__ import annotations

import numpy as np

from core.words import label_set_evaluation as words
from tests.evaluation.of_other_problems import sets_result

LOGITS = np.array([[1, -1], [1, 1], [-1, 1], [-1, -1], [-1, -1]], float)
ACTUAL = np.array([[1, 0], [1, 0], [1, 1], [0, 0], [1, 1]], bool)


def test_the_sentence() -> None:
    result = sets_result(LOGITS, ACTUAL)
    said = words.headline(result).replace("\u00a0", " ")
    assert said.startswith(
        "Every label right on 40.0 % of 5 rows (subset accuracy, 95 % interval 11.8 to 76.9 %); micro-F1 60.0"
    )
    assert "Most often missed: 'Class 00' (2 of the 4 rows that have it); " in said
    assert said.endswith("most often too many: 'Class 01' (1 of the 2 rows that are given it).")
    note = words.commonest(result).replace("\u00a0", " ")
    assert "(Class 00) would be right on 40.0 %" in note or "(Class 00, Class 01) would be right on 40.0 %" in note
    assert note.endswith("1 row has an empty set, which is right if no label is given.")
    assert [name for name, _, _ in words.figures(result)] == list(words.FIGURES.values())


def test_all_right_nothing_measured_and_what_is_left_out() -> None:
    right = sets_result(np.where(ACTUAL, 1.0, -1.0), ACTUAL)
    assert words.headline(right).endswith("No label is missed, and none is too many.")
    silent = LOGITS.copy()
    silent[0] = np.nan
    part = sets_result(silent, ACTUAL, np.array([True, True, False, False, True]))
    assert words.not_measured(part) == (
        "2 rows with a label that this model does not have: answered, and in no figure. "
        "1 row with logits that are not finite: they count as wrong."
    )
    nothing = sets_result(LOGITS, ACTUAL, np.zeros(5, bool))
    assert words.headline(nothing) == "5 rows answered. None has labels of this model's, so nothing is measured."
    assert words.commonest(nothing) == words.not_measured(nothing) == ""
    assert words.labels((), ("a", "b")) == "none of the labels"
