"""What quantisation did to a text, in words."""

from __future__ import annotations

from typing import Any

from core.results import Prediction, QuantisationEffect
from core.words.quantisation_effect import effect


def prediction(*logits: float, problem: str = "single_label_classification") -> Prediction:
    labels = ("a", "b")[: len(logits)]
    label = labels[max(range(len(logits)), key=logits.__getitem__)]
    return Prediction("text", label, problem, labels, logits, logits, (), None, 4, 1)


def made(quantised: Prediction, whole: Prediction) -> Any:
    return QuantisationEffect("nf4", "float32", quantised, whole)


def test_the_same_verdict_another_one_and_a_value() -> None:
    same = made(prediction(1.0, 2.0), prediction(1.25, 2.0))
    assert same.differences == (-0.25, 0.0)
    assert effect(same) == "Whole weights (float32) say 'B' too. The largest difference of a logit is 0.250."
    other = effect(made(prediction(3.0, 2.0), prediction(1.0, 2.0)))
    assert other.startswith("With nf4 it says 'A', and with whole weights (float32) 'B'.")
    value = effect(made(prediction(1.0, problem="regression"), prediction(1.5, problem="regression")))
    assert value == "The largest difference of a value is 0.500: nf4 against the whole weights in float32."
