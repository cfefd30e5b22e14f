"""How good a classifier is by its card, in words."""

from __future__ import annotations

from core.results.stated_results import StatedResult
from core.words.stated_results import NOTHING, leading, plain, stated

MEASURES = {"accuracy": 0.9156, "macro_f1": 0.91, "calibration_error": 0.0494}
RESULT = StatedResult("BANKING77", "test", 3080, "2026-11-24", MEASURES)


def test_all_that_is_stated_is_said_with_what_it_counts() -> None:
    assert stated([RESULT]) == (
        "Accuracy 91.6 %, macro-F1 91.0 %, calibration error 4.9 points on 3,080 test texts of BANKING77 (2026-11-24), "
        "as its model card states."
    )


def test_what_a_card_leaves_out_is_left_out() -> None:
    assert stated([StatedResult(measures={"f1": 0.5})]) == "F1 50.0 %, as its model card states."
    assert stated([StatedResult("IMDb", measures={"r2": 0.5})]) == "R² 0.500 on IMDb, as its model card states."
    assert (
        stated([StatedResult("IMDb", "test", measures={"mean_squared_error": 12.5})])
        == "Mean squared error 12.5 on the test texts of IMDb, as its model card states."
    )


def test_accuracy_in_plain_words() -> None:
    assert plain([RESULT]) == "Right on 91.6\u00a0% of 3,080 test texts (its model card)."
    assert plain([StatedResult(measures={"accuracy": 0.5})]) == "Right on 50.0\u00a0% of the texts (its model card)."
    assert plain([StatedResult(measures={"f1": 0.5})]) == stated([StatedResult(measures={"f1": 0.5})])


def test_nothing_stated_is_said() -> None:
    assert stated([]) == NOTHING
    assert leading([]) == ""


def test_one_measure_leads() -> None:
    assert leading([RESULT]) == "accuracy 91.6 %"
    assert leading([StatedResult(measures={"mean_squared_error": 1.0})]) == ""
    assert leading([StatedResult(measures={"mean_squared_error": 1.0, "r2": 0.9})]) == "R² 0.900"
