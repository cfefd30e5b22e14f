"""Pictures of values: every compared row once, evenly picked of many; bars that count all of them."""

from __future__ import annotations

import numpy as np
import pytest

from core.figures.style import Theme
from core.figures.value_evaluation import POINTS, drawn, errors, given_against_actual
from tests.evaluation.of_other_problems import values_result


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_and_bars(theme: Theme) -> None:
    actual = np.array([[1.0, 5], [2, 6], [3, np.nan], [4, 8]])
    result = values_result(actual + np.array([[0.5, -2]]), actual)
    line, marks = given_against_actual(result, 1, theme).data
    assert list(marks.x) == [5, 6, 8]
    assert list(marks.y) == [3, 4, 6]
    assert list(marks.customdata) == [1, 2, 4]
    assert list(line.x) == list(line.y) == [3, 8]
    (bars,) = errors(result, 1, theme).data
    assert sum(bars.y) == 3
    assert bars.x[np.argmax(bars.y)] == pytest.approx(-2, abs=0.2)


def test_many_rows_are_picked_evenly() -> None:
    actual = np.arange(3.0 * POINTS)[:, None]
    result = values_result(actual, actual)
    places = drawn(result)
    assert (len(places), places[0], places[-1]) == (POINTS, 0, 3 * POINTS - 1)
    assert set(np.diff(places)) <= {2, 3, 4}
    assert sum(errors(result, 0, "light").data[0].y) == 3 * POINTS
