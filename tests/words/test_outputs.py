"""What answers are called: classes, labels, outputs."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from core.results import Prediction
from core.results.sureness import Sureness
from core.words import outputs, verdict
from tests.words.made import prediction

SINGLE, SEVERAL, VALUES = "single_label_classification", "multi_label_classification", "regression"


def made(problem: str, **changes: object) -> Prediction:
    return replace(prediction(), problem_type=problem, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("problem", "one", "many", "a", "measure", "title"),
    [
        (SINGLE, "class", "classes", "a class", "logit", "Verdict"),
        (SEVERAL, "label", "labels", "a label", "logit", "Labels"),
        (VALUES, "output", "outputs", "an output", "value", "Value"),
    ],
)
def test_each_kind_has_its_words(problem: str, one: str, many: str, a: str, measure: str, title: str) -> None:
    assert (outputs.noun(problem), outputs.noun(problem, 2), outputs.indefinite(problem)) == (one, many, a)
    assert (outputs.measure(problem), outputs.title(made(problem))) == (measure, title)
    assert outputs.all_of(made(problem)) == f"All 2 {many}"


def test_a_lone_output_is_not_counted() -> None:
    lone = made(VALUES, labels=("stars",), logits=(1.5,), probabilities=(math.nan,))
    assert outputs.all_of(lone) == "The output"
    assert outputs.first_of(lone) == "the value"
    assert verdict.answer(lone) == verdict.number(lone) == "1.50"


def test_several_outputs_are_told_with_their_values() -> None:
    values = made(VALUES, labels=("tone", "length_of_it"), logits=(0.5, 2.0), probabilities=(math.nan,) * 2)
    assert outputs.first_of(values) == "the largest"
    assert verdict.answer(values) == "Length of it 2.00, Tone 0.500"


def test_the_first_of_the_ranked() -> None:
    assert outputs.first_of(made(SINGLE)) == "first class"
    vague = prediction(probabilities=(0.4, 0.3, 0.3))
    assert vague.sureness is Sureness.NOT_SURE
    assert outputs.first_of(vague) == "first class", "the same words for every text"
    assert outputs.first_of(made(SEVERAL)) == "most probable"
    assert outputs.first_of(made(SINGLE, untrained_head=True)) == "random"


def test_several_labels_are_judged_by_their_threshold() -> None:
    assert verdict.chosen(made(SEVERAL)) == (
        "1 of 2 labels hold: each is judged alone, and holds at 50.0\u00a0% or more."
    )
    assert verdict.number(made(SEVERAL)) == ""
    assert verdict.answer(made(SEVERAL, label="none")) == "none of the labels"
