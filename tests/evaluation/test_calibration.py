"""The report against scikit-learn, and promises against what came of them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss

from core.errors import InputError
from core.evaluation.calibration import calibration_report
from core.metrics.probabilities import softmax
from core.results.calibration_report import (
    MARGINAL,
    STATED,
    TEMPERATURE,
    VENN_ABERS,
    CalibrationOptions,
    CalibrationReport,
)

CLASSES = tuple("abcde")
#: Logits are so many times too large.
TOO_SURE = 2.5


def rows(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are too sure, and labels drawn from what they should have said."""
    chance = np.random.default_rng(seed)
    z = chance.normal(size=(count, len(CLASSES))) * 1.5
    target = (z + chance.gumbel(size=z.shape)).argmax(axis=1).astype(np.int32)
    return z * TOO_SURE, target


def report(count: int = 4000, coverage: float = 0.9, right: float = 0.8, outside: int = 0) -> CalibrationReport:
    z, target = rows(count)
    strange = np.random.default_rng(9).normal(size=(outside, len(CLASSES))) * 0.1
    return calibration_report(z, target, CLASSES, CalibrationOptions(coverage, right), strange)


def test_the_temperature_is_by_how_much_it_is_too_sure() -> None:
    made = report()
    assert made.temperature == pytest.approx(TOO_SURE, rel=0.08)
    assert made.temperature_of_all == pytest.approx(TOO_SURE, rel=0.06)
    assert (made.fitted, made.held, made.rows, made.used) == (2000, 2000, 4000, 4000)
    assert made.ways[TEMPERATURE].equal_width < 0.03 < made.ways[STATED].equal_width
    assert made.ways[VENN_ABERS].equal_width < 0.03


def test_the_figures_are_of_the_half_that_nothing_was_fitted_on() -> None:
    """Each row is told by its loss: those of the held-out half make the stated mean, and nobody else's do."""
    z, target = rows(40)
    made = calibration_report(z, target, CLASSES, CalibrationOptions(), z[:0])
    order = np.random.default_rng(0).permutation(40)
    held = np.sort(order)[np.argsort(np.argsort(order))[20:]]
    stated = made.ways[STATED].log_loss
    assert stated is not None
    assert stated.value == pytest.approx(log_loss(target[held], softmax(z[held]), labels=range(5)))
    assert made.accuracy.value == accuracy_score(target[held], z[held].argmax(axis=1))


def test_promises_are_kept() -> None:
    made = report(20_000)
    for found in made.sets.values():
        assert found.coverage.value == pytest.approx(0.9, abs=0.02)
        assert found.worst_class is not None
        assert found.unbounded == 0
    sureness = made.sureness
    assert sureness.sure_right / sureness.sure_rows == pytest.approx(0.8, abs=0.02)
    assert sureness.two_right / sureness.two_rows >= 0.78
    assert sureness.sure is not None
    assert sureness.two is not None
    assert sureness.sure <= sureness.two


def test_the_set_that_is_put_to_use_is_fitted_on_all_rows() -> None:
    z, target = rows(3000)
    made = calibration_report(z, target, CLASSES, CalibrationOptions(0.9), z[:0])
    assert made.set_threshold is not None
    held = 1 - softmax(z) <= made.set_threshold
    assert held[np.arange(3000), target].mean() == pytest.approx(0.9, abs=0.001)


def test_too_few_rows_for_a_promise_and_too_few_at_all() -> None:
    z, target = rows(30)
    made = calibration_report(z, target, CLASSES, CalibrationOptions(0.99), z[:0])
    assert made.set_threshold is None
    assert made.sets[MARGINAL].unbounded == 5
    assert made.sets[MARGINAL].size == 5
    with pytest.raises(InputError, match="19 rows have a label"):
        calibration_report(z[:19], target[:19], CLASSES, CalibrationOptions(), z[:0])


def test_rows_without_a_verdict_are_left_out() -> None:
    z, target = rows(100)
    z[:50, 2] = np.nan
    assert calibration_report(z, target, CLASSES, CalibrationOptions(), z[:0]).rows == 50


def test_very_many_rows_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.evaluation.calibration.MOST_ROWS", 100)
    made = report(1000)
    assert (made.rows, made.used, made.held) == (1000, 100, 50)


def test_rows_of_no_class_are_told_by_their_scores() -> None:
    made = report(outside=200)
    assert made.outside == 200
    assert made.detection["probability"] > 0.9
    assert report().detection == {}


@pytest.mark.parametrize("options", [CalibrationOptions(1.0), CalibrationOptions(0.9, 0.0)])
def test_a_share_that_is_no_promise_is_refused(options: CalibrationOptions) -> None:
    z, target = rows(30)
    with pytest.raises(InputError, match="is no promise"):
        calibration_report(z, target, CLASSES, options, z[:0])


def test_two_and_one_classes() -> None:
    z, target = rows(200)
    two = calibration_report(z[:, :2], target % 2, ("a", "b"), CalibrationOptions(), z[:0, :2])
    assert two.sureness.sure is not None or two.sureness.sure_rows == 0
    one = calibration_report(z[:, :1], np.zeros(200, np.int32), ("a",), CalibrationOptions(), z[:0, :1])
    assert one.accuracy.value == 1
    assert one.temperature == 1
