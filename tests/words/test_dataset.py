"""What was brought, in words."""

from __future__ import annotations

from core.results.dataset import DatasetSummary, LabelMatch, LabelRule
from core.words import dataset


def test_what_was_brought() -> None:
    summary = DatasetSummary("0" * 16, "a.csv", 3080, ("text",), "cp1252", (), "text", None)
    assert dataset.brought(summary).startswith("a.csv: 3,080 rows, 1 column, read as cp1252. ")


def test_a_sample_for_another_model_says_so() -> None:
    known = LabelMatch("a", 5, "a", LabelRule.NAME)
    lost = [LabelMatch(name, 5, None, LabelRule.NONE) for name in "bcd"]
    assert dataset.unfit_sample([known, lost[0]]) == ""
    assert dataset.unfit_sample([known, *lost[:2]]).startswith("Only 1 of its 3 labels is a class of this model: ")
    assert dataset.unfit_sample(lost).startswith("None of its 3 labels is a class of this model: ")


def test_labels_that_match_and_those_that_do_not() -> None:
    known = LabelMatch("a", 5, "a", LabelRule.NAME)
    spelled = LabelMatch("B", 5, "b", LabelRule.SPELLING)
    lost, gone = LabelMatch("c", 1, None, LabelRule.NONE), LabelMatch("d", 7, None, LabelRule.NONE)
    assert dataset.matched([known, spelled]) == (
        "2 of 2 labels are classes of this model (1 by name, 1 but for case and punctuation)."
    )
    assert dataset.matched([known, lost]).endswith("'c' is not: its 1 row will be answered, not measured.")
    assert dataset.matched([lost, gone]) == (
        "0 of 2 labels are classes of this model. 2 are not: their 8 rows will be answered, not measured."
    )


def test_rows_of_several_unknown_labels_are_not_counted_where_they_may_be_the_same() -> None:
    matches = [LabelMatch(name, 3, None, LabelRule.NONE) for name in ("rain", "snow")]
    assert dataset.matched(matches).endswith("2 are not: their 6 rows will be answered, not measured.")
    assert dataset.matched(matches, sets=True).endswith(
        "2 are not: rows with one of them will be answered, not measured."
    )
    assert dataset.matched(matches[:1], sets=True).endswith("'rain' is not: its 3 rows will be answered, not measured.")
    assert dataset.one_class("regression").endswith("this one gives values.")
