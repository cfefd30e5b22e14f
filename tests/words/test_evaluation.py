"""The measures of an evaluation have names for people."""

from __future__ import annotations

import pytest

from core.results import Evaluation
from core.training.config import METRICS
from core.words.evaluation import MEASURES, measure_name, measured, without_verdict


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
    assert measured("macro_f1", 0.9) == "0.900"
    assert measured("r2", None) == "–"
