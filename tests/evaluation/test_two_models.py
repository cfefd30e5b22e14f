"""Two models on the same rows: counts, measures and divergences against scikit-learn and SciPy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import binomtest, entropy
from sklearn.metrics import cohen_kappa_score, confusion_matrix, f1_score, log_loss

from core.errors import InputError
from core.evaluation.class_alignment import align
from core.evaluation.measuring import measured
from core.evaluation.two_models import compare
from core.metrics.probabilities import softmax
from core.results import Selection
from core.results.calibration import Calibration
from core.results.dataset import DatasetRequest, DatasetSummary
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.two_models import CommonClasses, TwoModels

NAMES = ("a", "b", "c", "d", "e", "f")
#: The second model's: in another order, one written otherwise, without "f", with "z".
OTHERS = ("z", "E", "d", "c", "b", "a")
#: The number of each of the second's classes among the first's; "z" is behind them.
TO_FIRST = np.array([6, 4, 3, 2, 1, 0])


def evaluation(logits: np.ndarray, actual: np.ndarray, names: tuple[str, ...]) -> DatasetEvaluation:
    summary = DatasetSummary("0" * 16, "a.csv", len(logits), ("text",), "utf-8", (), "text", None)
    model: Any = type("Model", (), {"labels": names, "untrained_head": ""})()
    request = DatasetRequest(summary.id, "text", "label")
    rows = np.arange(len(logits))
    return measured(Selection(names[0]), model, summary, request, rows, logits, actual.astype(np.int32), 0.8)


class Made:
    """500 rows with labels a to e, f, or none that is a class of both."""

    def __init__(self, seed: int = 0, share: float = 2.0, count: int = 500) -> None:
        chance = np.random.default_rng(seed)
        self.label = chance.integers(0, 6, count)
        self.z = chance.normal(size=(count, 6)) + 2 * np.eye(6)[self.label]
        places = np.argsort(TO_FIRST)  # of a class of the first, its column in the second
        self.y = chance.normal(size=(count, 6)) + share * np.eye(6)[np.where(self.label < 5, places[self.label], 0)]
        self.label[::50], self.z[7], self.y[11] = NO_CLASS, np.nan, np.inf
        shared = (self.label != NO_CLASS) & (self.label < 5)
        other = np.where(shared, places[self.label], NO_CLASS)
        self.first, self.second = evaluation(self.z, self.label, NAMES), evaluation(self.y, other, OTHERS)
        self.known = np.flatnonzero(shared)
        self.said = np.where(np.isfinite(self.z).all(axis=1), self.z.argmax(axis=1), NO_CLASS)
        self.other = np.where(np.isfinite(self.y).all(axis=1), TO_FIRST[self.y.argmax(axis=1)], NO_CLASS)

    def report(self) -> TwoModels:
        return compare(self.first, self.second, (self.z, self.y), lambda *_: None)


@pytest.fixture(scope="module")
def made() -> Made:
    return Made()


@pytest.fixture(scope="module")
def report(made: Made) -> TwoModels:
    return made.report()


def test_classes_are_aligned_by_name() -> None:
    found = align(NAMES, OTHERS)
    assert found.classes == (*NAMES, "z")
    assert found.common == CommonClasses(5, 6, 6)
    assert found.second.tolist() == TO_FIRST.tolist()
    assert sorted(found.columns.tolist()) == [[0, 5], [1, 4], [2, 3], [3, 2], [4, 1]]
    with pytest.raises(InputError, match="no class in common: one has 'A' and 5 more, the other 'X' and 1 more"):
        align(NAMES, ("x", "y"))


def test_rows_by_who_is_right(made: Made, report: TwoModels) -> None:
    right, other = (v[made.known] == made.label[made.known] for v in (made.said, made.other))
    cells = confusion_matrix(right, other).ravel().tolist()
    assert [report.neither, report.second_only, report.first_only, report.both] == cells
    assert report.compared == len(made.known)
    assert report.known.nonzero()[0].tolist() == made.known.tolist()
    accuracy = report.measures[0]
    assert accuracy.name == "accuracy"
    assert (accuracy.first, accuracy.second) == (right.mean(), other.mean())
    assert accuracy.p == pytest.approx(binomtest(cells[1], cells[1] + cells[2]).pvalue)
    assert all(m.p <= m.adjusted <= 1 for m in report.measures)


def test_measures_are_those_of_scikit_learn(made: Made, report: TwoModels) -> None:
    found = {m.name: m for m in report.measures}
    label = made.label[made.known]
    for verdicts, value in ((made.said, found["macro_f1"].first), (made.other, found["macro_f1"].second)):
        seen = np.setdiff1d(np.union1d(label, verdicts[made.known]), [NO_CLASS])
        f1 = f1_score(label, verdicts[made.known], labels=seen, average="macro", zero_division=0)
        assert value == pytest.approx(f1)
    both = made.known[(made.said != NO_CLASS)[made.known] & (made.other != NO_CLASS)[made.known]]
    p, q = softmax(made.z[both]), softmax(made.y[both])
    expected = [
        log_loss(made.label[both], p, labels=range(6)),
        log_loss(made.second.actual[both], q, labels=range(6)),
    ]
    assert (found["log_loss"].first, found["log_loss"].second) == pytest.approx(expected, rel=1e-5)
    brier = ((p - np.eye(6)[made.label[both]]) ** 2).sum(axis=1).mean()
    assert found["brier"].first == pytest.approx(brier)
    for m in report.measures:
        assert m.difference.value == pytest.approx(m.first - m.second)
        assert m.difference.low is not None
        assert m.difference.high is not None
        assert m.difference.low < m.difference.value < m.difference.high


def test_agreement_is_over_all_rows_with_two_verdicts(made: Made, report: TwoModels) -> None:
    both = (made.said != NO_CLASS) & (made.other != NO_CLASS)
    assert report.answered == both.sum() == len(made.label) - 2
    assert report.alike == (made.said == made.other)[both].sum()
    assert report.kappa == pytest.approx(cohen_kappa_score(made.said[both], made.other[both]))
    p, q = softmax(made.z[both][:, :5]), softmax(made.y[both][:, [5, 4, 3, 2, 1]])
    assert report.divergence == pytest.approx(entropy(p, q, axis=1).mean())
    assert report.back == pytest.approx(entropy(q, p, axis=1).mean())
    distances = jensenshannon(p, q, axis=1) ** 2
    assert report.distance == pytest.approx(distances.mean())
    np.testing.assert_allclose(report.distances[both], distances, rtol=1e-4)
    assert np.isnan(report.distances[~both]).all()


def test_classes_and_confusions_are_counted(made: Made, report: TwoModels) -> None:
    label, said, other = (v[made.known] for v in (made.label, made.said, made.other))
    assert {c.name for c in report.per_class} == set("abcde")
    for found in report.per_class:
        k = NAMES.index(found.name)
        assert found.count == (label == k).sum()
        assert (found.first, found.second) == tuple((v[label == k] == k).sum() for v in (said, other))
        assert found.low < found.difference < found.high
    tables = [confusion_matrix(label, np.where(v < 0, 7, v), labels=range(8))[:, :7] for v in (said, other)]
    differ = tables[0] != tables[1]
    np.fill_diagonal(differ, False)
    assert len(report.confusions) == differ.sum()
    for pair in report.confusions:
        i, j = (report.classes.index(name) for name in (pair.label, pair.verdict))
        assert (pair.first, pair.second, pair.of) == (tables[0][i, j], tables[1][i, j], (label == i).sum())
    sizes = [abs(pair.first - pair.second) for pair in report.confusions]
    assert sizes == sorted(sizes, reverse=True)


def test_probabilities_of_the_label(made: Made, report: TwoModels) -> None:
    row = int(made.known[0])
    assert report.first_probability[row] == pytest.approx(softmax(made.z[[row]])[0, made.label[row]], rel=1e-5)
    assert report.second_probability[row] == pytest.approx(softmax(made.y[[row]])[0, made.second.actual[row]], rel=1e-5)
    assert np.isnan(report.first_probability[~report.known]).all()


def test_the_other_way_round(made: Made, report: TwoModels) -> None:
    turned = compare(made.second, made.first, (made.y, made.z), lambda *_: None)
    assert (turned.first_only, turned.second_only) == (report.second_only, report.first_only)
    assert (turned.divergence, turned.back) == pytest.approx((report.back, report.divergence))
    assert [m.difference.value for m in turned.measures] == pytest.approx(
        [-m.difference.value for m in report.measures]
    )
    assert turned.measures[0].p == report.measures[0].p


def test_a_model_and_itself(made: Made) -> None:
    same = compare(made.first, made.first, (made.z, made.z), lambda *_: None)
    assert (same.first_only, same.second_only, same.kappa, same.confusions) == (0, 0, 1, ())
    assert (same.divergence, same.distance) == pytest.approx((0, 0), abs=1e-12)
    assert all((m.difference.value, m.p, m.adjusted) == (0, 1, 1) for m in same.measures)


def test_a_clear_difference_is_significant_and_a_temperature_changes_no_verdict(made: Made) -> None:
    weaker = Made(share=0.5)
    report = weaker.report()
    assert all(m.adjusted <= 0.01 for m in report.measures)
    hot = replace(weaker.second, calibration=Calibration(3.0, None, 0.95, "some rows", 9))
    other = compare(weaker.first, hot, (weaker.z, weaker.y), lambda *_: None)
    assert (other.both, other.first_only, other.kappa) == (report.both, report.first_only, report.kappa)
    assert other.divergence != report.divergence


def test_no_row_with_a_common_label(made: Made) -> None:
    bare = evaluation(made.y, np.full(len(made.y), NO_CLASS), OTHERS)
    with pytest.raises(InputError, match="No row has a label that is a class of both"):
        compare(made.first, bare, (made.z, made.y), lambda *_: None)


def test_one_common_class_says_nothing_about_probabilities() -> None:
    z = np.random.default_rng(0).normal(size=(40, 2))
    first, second = evaluation(z, np.zeros(40), ("a", "b")), evaluation(z, np.ones(40), ("z", "a"))
    report = compare(first, second, (z, z), lambda *_: None)
    assert (report.common.common, report.divergence, report.distance) == (1, None, None)
    assert report.per_class[0].divergence is None
