"""Figures of every class against scikit-learn, and the order of the matrix."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

from core.evaluation.classes import class_report, confusion_order
from core.evaluation.measuring import measured
from core.metrics.probabilities import softmax
from core.results import Selection
from core.results.calibration import Calibration
from core.results.classes import ClassReport
from core.results.dataset import DatasetRequest, DatasetSummary
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation

NAMES = tuple("abcdef")


def evaluation(logits: np.ndarray, actual: np.ndarray) -> DatasetEvaluation:
    summary = DatasetSummary("0" * 16, "a.csv", len(logits), ("text",), "utf-8", (), "text", None)
    model: Any = type("Model", (), {"labels": NAMES, "untrained_head": ""})()
    request = DatasetRequest(summary.id, "text", "label")
    return measured(Selection("c"), model, summary, request, np.arange(len(logits)), logits, actual, 0.8)


def made(count: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray, ClassReport]:
    chance = np.random.default_rng(seed)
    actual = chance.integers(0, 5, count).astype(np.int32)  # the last class has no row
    z = chance.normal(size=(count, 6)) + 2 * np.eye(6)[actual]
    actual[::50], z[7] = NO_CLASS, np.nan
    return z, actual, class_report(evaluation(z, actual), z)


def test_figures_are_those_of_scikit_learn() -> None:
    z, actual, report = made()
    known = actual != NO_CLASS
    said = np.where(np.isfinite(z).all(axis=1), z.argmax(axis=1), 6)[known]
    expected = precision_recall_fscore_support(actual[known], said, labels=range(6), zero_division=0)
    found = [(c.precision, c.recall, c.f1, c.support) for c in report.classes]
    np.testing.assert_allclose(np.array(found).T, np.array(expected))
    finite = known & np.isfinite(z).all(axis=1)
    p = softmax(z[finite])
    for k, figures in enumerate(report.classes[:5]):
        assert figures.roc_auc == pytest.approx(roc_auc_score(actual[finite] == k, p[:, k]))
        assert figures.low < figures.recall < figures.high
        assert figures.taken_for is not None
        off = np.bincount(said[actual[known] == k], minlength=7)[:6]
        off[k] = 0
        assert figures.taken_for[1] == off.max()
    assert (report.classes[5].support, report.classes[5].roc_auc) == (0, None)


def test_a_temperature_changes_areas_at_most() -> None:
    z, actual, report = made()
    calibration = Calibration(3.0, None, 0.95, "some rows", 9)
    cooler = class_report(replace(evaluation(z, actual), calibration=calibration), z)
    assert [c.f1 for c in cooler.classes] == [c.f1 for c in report.classes]


def test_classes_that_are_confused_stand_side_by_side() -> None:
    confusion = np.diag([5] * 8)
    for a, b in ((0, 7), (7, 3), (1, 6)):
        confusion[a, b] = 2
    order = confusion_order(confusion)
    assert sorted(order) == list(range(8))
    where = {int(k): place for place, k in enumerate(order)}
    assert abs(where[0] - where[7]) == abs(where[7] - where[3]) == abs(where[1] - where[6]) == 1


def test_groups_are_the_classes_that_are_confused_among_themselves() -> None:
    z = np.eye(6)[[0, 1, 2, 3, 1, 0]] * 9
    actual = np.array([0, 1, 2, 3, 0, 1], np.int32)
    assert class_report(evaluation(z, actual), z).groups == ((0, 1),)


def test_very_many_rows_are_drawn_for_the_areas_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    z, actual, report = made()
    monkeypatch.setattr("core.evaluation.classes.MOST_ROWS", 300)
    drawn = class_report(evaluation(z, actual), z)
    assert [c.support for c in drawn.classes] == [c.support for c in report.classes]
    assert drawn.classes[0].roc_auc == pytest.approx(report.classes[0].roc_auc, abs=0.05)
    assert drawn.classes[0].roc_auc != report.classes[0].roc_auc


def test_no_row_that_can_be_ranked() -> None:
    z, actual = np.full((3, 6), np.nan), np.zeros(3, np.int32)
    report = class_report(evaluation(z, actual), z)
    assert all(c.roc_auc is None for c in report.classes)
