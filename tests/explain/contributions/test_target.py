"""What is split, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit, softmax
from scipy.stats import entropy

from core.errors import NotFoundError
from core.explain.contributions.target import target_of
from core.results import ContributionOptions

SINGLE = "single_label_classification"


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=6))
def test_log_odds_are_the_logit_of_the_probability(logits: list[float]) -> None:
    labels = tuple("abcdef"[: len(logits)])
    target = target_of(np.array(logits), labels, SINGLE, ContributionOptions("a"))
    probabilities = softmax(logits)
    rest = probabilities[1:] / probabilities[1:].sum()
    if 1e-9 < probabilities[0] < 1 - 1e-9:
        assert target.value == pytest.approx(float(logit(probabilities[0])), abs=1e-5)
    assert target.others == pytest.approx(-float(entropy(rest)), abs=1e-9)
    np.testing.assert_allclose(target.weights, [1.0, *-rest], atol=1e-12)


def test_other_targets_and_problems() -> None:
    logits, labels = np.array([3.0, 1.0, -2.0]), ("a", "b", "c")
    lead = target_of(logits, labels, SINGLE, ContributionOptions("a", "lead", "c"))
    assert (lead.quantity, lead.value, lead.others, lead.weights.tolist()) == ("lead", 5.0, 0.0, [1.0, 0.0, -1.0])
    assert target_of(logits, labels, SINGLE, ContributionOptions("b", "logit")).value == 1.0
    several = target_of(logits, labels, "multi_label_classification", ContributionOptions("a"))
    assert (several.quantity, several.value, several.others) == ("log-odds", 3.0, 0.0)
    assert target_of(logits, labels, "regression", ContributionOptions("c")).quantity == "output"
    assert target_of(logits[:1], labels[:1], SINGLE, ContributionOptions("a")).quantity == "logit"


@pytest.mark.parametrize("options", [ContributionOptions("d"), ContributionOptions("a", "lead", "d")])
def test_a_class_that_is_not_there_is_told(options: ContributionOptions) -> None:
    with pytest.raises(NotFoundError, match="no class 'd'"):
        target_of(np.zeros(2), ("a", "b"), SINGLE, options)
