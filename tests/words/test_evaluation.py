"""The measures of an evaluation have names for people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.results import Evaluation
from core.results.dataset_evaluation import Outcomes
from core.results.figure import Figure
from core.results.stated_results import StatedResult
from core.training.config import METRICS
from core.words.evaluation import (
    MEASURES,
    beside_card,
    counted,
    figure,
    headline,
    measure_name,
    measured,
    not_measured,
    rejecting,
    without_verdict,
)
from tests.evaluation.test_classes import evaluation as made
from tests.evaluation.test_measuring import evaluation


def test_every_measure_has_a_name() -> None:
    assert {metric for metrics in METRICS.values() for metric in metrics} <= set(MEASURES)


@pytest.mark.parametrize(("problem", "counted"), [("single_label_classification", "wrong"), ("regression", "no error")])
def test_texts_without_a_verdict_are_counted_and_it_is_said_how(problem: str, counted: str) -> None:
    result = Evaluation(problem, 1200, 1.0, not_finite=7)
    assert without_verdict(result).startswith("7 of 1,200 texts have logits that are not finite")
    assert counted in without_verdict(result)
    assert without_verdict(Evaluation(problem, 1200, 1.0)) == ""


def test_accuracy_of_several_labels_is_that_of_whole_sets() -> None:
    assert measure_name("accuracy", "single_label_classification") == "Accuracy"
    assert measure_name("accuracy", "multi_label_classification").startswith("Subset accuracy")
    assert measure_name("macro_f1", "multi_label_classification") == "Macro-F1"


def test_measures_have_their_unit() -> None:
    assert measured("accuracy", 0.934) == "93.4\u00a0%"
    assert measured("calibration_error", 0.0312) == "3.12 points"
    assert measured("macro_f1", 0.9) == "90.0\u00a0%"
    assert measured("r2", None) == "–"


def test_a_dataset_in_a_sentence() -> None:
    result = evaluation([0, 0, 1, 1, 2], [0, 1, 1, 0, 2], [0.9, 0.9, 0.9, 0.3, 0.9])
    measured_ = replace(result, figures={"accuracy": Figure(0.6, 0.2, 0.9), "sure_and_wrong": Figure(0.2, 0.0, 0.6)})
    assert headline(measured_) == (
        "Right on 60.0\u00a0% of 5 rows (95\u00a0% interval 20.0 to 90.0\u00a0%). Most often wrong: 'A' taken for 'B' "
        "(1 of 2 rows, as often as 1 other pair). Sure (80.0\u00a0% or more) and wrong: 20.0\u00a0% of these rows."
    )
    assert headline(result) == "5 rows answered. None has a label of this model's, so nothing is measured."
    right = replace(measured_, confusion=np.diag([1, 2, 2]))
    assert "Most often" not in headline(right)


def test_what_is_in_no_figure_is_said() -> None:
    assert not_measured(evaluation([0, 1], [0, 1], [0.5, 0.5])) == ""
    result = replace(evaluation([0, -1, 1], [0, 1, -1], [0.5, 0.5, np.nan]), not_answered=2)
    assert not_measured(result) == (
        "1 row without a label of this model's: answered, and in no figure. 2 rows without a text, or with one too "
        "long: not answered. 1 row without a verdict (logits that are not finite): they count as wrong."
    )


def test_figures_have_their_interval_in_their_unit() -> None:
    assert figure("accuracy", Figure(0.916, 0.906, 0.925)) == ("91.6\u00a0%", "90.6 to 92.5\u00a0%")
    assert figure("macro_f1", Figure(0.912, 0.9, 0.92)) == ("91.2\u00a0%", "90.0 to 92.0\u00a0%")
    assert figure("calibration_error", Figure(0.021)) == ("2.10 points", "")


def test_what_rejecting_does() -> None:
    assert rejecting(Outcomes(40, 10, 30, 20), 0.8) == (
        "Verdicts below 80.0\u00a0% are rejected: 60.0\u00a0% are kept, and 66.7\u00a0% of those are right; "
        "75.0\u00a0% of the rejected ones are wrong."
    )
    assert rejecting(Outcomes(3, 0, 0, 1), 0.0) == "Every verdict is kept, and 75.0\u00a0% of them are right."
    assert rejecting(Outcomes(0, 3, 1, 0), 1.0) == "At 100.0\u00a0% every verdict is rejected."


@pytest.mark.parametrize(
    ("stated", "says"),
    [(0.99, "harder, or more of their labels wrong"), (0.01, "easier, or known from training"), (None, "")],
)
def test_a_card_that_says_otherwise_is_named(stated: float | None, says: str) -> None:
    result = made(5.0 * np.eye(3)[[0, 1, 2] * 20], np.array([0, 1, 1] * 20, np.int32))
    card = [] if stated is None else [StatedResult("BANKING77", "test", 3080, measures={"accuracy": stated})]
    said = beside_card(result, card)
    assert says in said
    assert bool(said) == bool(card)
    assert not card or "of 3,080 test texts of BANKING77: other rows" in said
    inside = result.figures["accuracy"].value
    assert beside_card(result, [StatedResult(measures={"accuracy": inside})]) == ""


def test_a_report_says_what_is_in_no_figure() -> None:
    result = made(5.0 * np.eye(3)[[0, 1, 2]], np.array([0, 1, -1], np.int32))
    assert counted(result).startswith("Every label counts as right, also one that is wrong. 1 row without a label")
