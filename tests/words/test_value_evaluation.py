"""Sentences on values: how far off, what is explained, what is not measured."""

from __future__ import annotations

import numpy as np

from core.words import value_evaluation as words
from tests.evaluation.of_other_problems import values_result

ACTUAL = np.arange(20.0)[:, None]


def test_the_sentence() -> None:
    off = np.where(np.arange(20) % 2, 1.0, -1.0)[:, None]
    result = values_result(ACTUAL + off, ACTUAL)
    said = words.headline(result).replace("\u00a0", " ")
    assert said.startswith(
        "Off by 1.00 on average over 20 rows (mean absolute error, 95 % interval 1.00 to 1.00). R² 0.970 ("
    )
    assert said.endswith(
        "): 1 is exact, 0 always giving the mean. The worst 5 % are off by 1.00 (1.00 to 1.00) or more."
    )
    assert [name for name, _, _ in words.figures(result)] == list(words.FIGURES.values())
    assert words.drawn(result, 0, 20) == "Given and actual values of 'Class 00'. On the line: exact."
    assert "7 of 20 rows, evenly picked" in words.drawn(result, 0, 7)


def test_what_explains_nothing_and_several_outputs() -> None:
    assert "no better than always giving the mean" in words.headline(values_result(-ACTUAL, ACTUAL))
    constant = words.headline(values_result(ACTUAL, np.ones((20, 1))))
    assert "The values of all rows are alike, so R² says nothing." in constant
    two = values_result(np.hstack([ACTUAL, ACTUAL]), np.hstack([ACTUAL, np.ones((20, 1))]))
    assert ", mean over 2 outputs. R² 1.00" in words.headline(two)
    first, second = (words.output(found) for found in two.outputs)
    assert first["R²"] == 1
    assert np.isnan(second["R²"])


def test_what_is_left_out() -> None:
    given, actual = ACTUAL.copy(), ACTUAL.copy()
    given[0], actual[1:4] = np.inf, np.nan
    assert words.not_measured(values_result(given, actual, (2, "m" * 60))) == (
        f"2 rows with a label that is not a number (the first: '{'m' * 40}…'): in no figure. "
        "1 row without a value: answered, and in no figure. 1 row whose value is not finite: in no figure."
    )
    nothing = values_result(given, np.full((20, 1), np.nan))
    assert words.headline(nothing) == "20 rows answered. None has a value to compare with, so nothing is measured."
