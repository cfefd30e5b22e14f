"""Weak slices: figures against SciPy, planted ones found, none found where there is none."""

from __future__ import annotations

import csv
import io
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, false_discovery_control, fisher_exact

from core.evaluation.dataset_service import SAMPLE
from core.evaluation.slices import SAME, slice_of, slice_report
from core.metrics.intervals import wilson
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.slices import Condition, Slice, SliceKind, SliceReport
from tests.evaluation.test_classes import evaluation

WORDS = np.array([f"{a}{b}" for a in ("ca", "re", "pi", "lo", "te") for b in ("rd", "fund", "n", "an", "rm", "ller")])
MONTHS = ("2025-01", "2025-02", "2025-03")


def answered(right: np.ndarray, seed: int = 0) -> DatasetEvaluation:
    """Rows whose verdict is their label just where this says so."""
    chance = np.random.default_rng(seed)
    actual = chance.integers(0, 6, len(right)).astype(np.int32)
    said = np.where(right, actual, (actual + 1) % 6)
    return evaluation(3 * np.eye(6)[said] + chance.normal(size=(len(right), 6)) / 10, actual)


def dataset(count: int, seed: int) -> tuple[list[str], dict[str, list[str]]]:
    chance = np.random.default_rng(seed)
    texts = [" ".join(chance.choice(WORDS, n)) for n in chance.integers(2, 12, count)]
    channel, month = (chance.choice(values, count).tolist() for values in (("app", "letter", "chat"), MONTHS))
    return texts, {"channel": channel, "month": month}


def made(share: float, seed: int = 0, count: int = 600) -> tuple[DatasetEvaluation, SliceReport]:
    """Letters are right this often, all others in 8 of 10."""
    texts, cells = dataset(count, seed)
    chance = np.random.default_rng(seed + 1000)
    right = chance.random(count) < np.where(np.array(cells["channel"]) == "letter", share, 0.8)
    result = answered(right, seed)
    return result, slice_report(result, texts, cells)


def test_a_planted_slice_is_found_first() -> None:
    for seed in range(5):
        _, report = made(0.4, seed)
        first = report.slices[0]
        assert (first.kind, [c.value for c in first.conditions]) == (SliceKind.COLUMN, ["letter"])
        assert first.weak
        assert report.weak == sum(found.weak for found in report.slices) <= 3


def test_where_there_is_none_nearly_none_is_found() -> None:
    """Benjamini and Hochberg promise 1 dataset of 20 with a false alarm where no slice is weak."""
    alarms = [made(0.8, seed, 300)[1].weak for seed in range(40)]
    assert sum(n > 0 for n in alarms) <= 4


def test_figures_are_those_of_scipy() -> None:
    result, report = made(0.5)
    right, total = result.right, len(result.rows)
    tested = [found for found in report.slices if found.p is not None]
    assert {found.kind for found in tested} >= {SliceKind.COLUMN, SliceKind.LENGTH, SliceKind.LABEL, SliceKind.KEYWORD}
    for found in tested:
        inside = np.zeros(total, bool)
        inside[found.places] = True
        table = np.array([[(right & s).sum(), (~right & s).sum()] for s in (inside, ~inside)])
        expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
        test = fisher_exact(table) if expected.min() < 5 else chi2_contingency(table, correction=False)
        assert found.p == pytest.approx(test.pvalue, rel=1e-6)
        assert (found.count, found.right) == (inside.sum(), table[0, 0])
        assert found.elsewhere == pytest.approx(right[~inside].mean())
        interval = wilson(found.right, found.count)
        assert (found.low, found.high) == (interval.low, interval.high)
        assert found.count >= report.least


def test_adjusted_p_values_are_over_all_that_were_tried() -> None:
    result, report = made(0.5)
    only = slice_report(result, ["same"] * 600, {"channel": dataset(600, 0)[1]["channel"]})
    tested = [found for found in only.slices if found.p is not None]
    assert len(tested) == only.tried
    assert [s.adjusted for s in tested] == pytest.approx(false_discovery_control([float(s.p or 0) for s in tested]))
    letter = next(s for s in tested if s.conditions[0].value == "letter")
    assert letter.adjusted is not None
    assert next(s for s in report.slices if s.key == letter.key).adjusted != letter.adjusted
    assert report.tried > only.tried


def test_no_two_slices_have_the_same_rows() -> None:
    result, _ = made(0.5)
    texts, cells = dataset(600, 0)
    twice = {**cells, "again": cells["channel"], "nearly": [*cells["channel"][:-5], *["app"] * 5]}
    report = slice_report(result, texts, twice)
    assert report.same >= 6
    rows = [set(found.places.tolist()) for found in report.slices if found.p is not None]
    assert all(len(a & b) <= SAME * len(a | b) for a, b in combinations(rows, 2))


def test_two_conditions_are_weak_where_neither_is_alone() -> None:
    texts, cells = dataset(1500, 3)
    letter, march = (np.array(cells[name]) == value for name, value in (("channel", "letter"), ("month", MONTHS[2])))
    right = np.random.default_rng(0).random(1500) < np.where(letter & march, 0.3, 0.85)
    report = slice_report(answered(right), texts, cells)
    first = report.slices[0]
    assert {c.value for c in first.conditions} == {"letter", MONTHS[2]}
    assert first.places.tolist() == np.flatnonzero(letter & march).tolist()


def test_a_pair_is_not_weak_for_one_of_its_parts_alone() -> None:
    _, report = made(0.3, 0, 1500)
    assert report.slices[0].weak
    pairs: list[Slice] = [s for s in report.slices if s.kind == SliceKind.PAIR]
    assert any((s.adjusted or 1) <= 0.05 and (s.difference or 0) < 0 for s in pairs)
    assert sum(s.weak for s in pairs) <= 1


def test_verdicts_and_probabilities_are_shown_and_not_tested() -> None:
    _, report = made(0.5)
    found = [s for s in report.slices if s.kind in (SliceKind.VERDICT, SliceKind.CONFIDENCE)]
    assert {s.kind for s in found} == {SliceKind.VERDICT, SliceKind.CONFIDENCE}
    assert not any(s.weak or s.p or s.adjusted for s in found)


def test_rows_without_a_label_are_in_no_slice() -> None:
    texts, cells = dataset(200, 0)
    z = np.eye(6)[np.arange(200) % 6] * 3
    actual = (np.arange(200) % 6).astype(np.int32)
    actual[::4] = NO_CLASS
    report = slice_report(evaluation(z, actual), texts, cells)
    assert report.measured == 150
    assert not any((found.places % 4 == 0).any() for found in report.slices)
    assert not report.weak


@pytest.mark.parametrize("least", [5, 200])
def test_too_few_rows_make_no_slice(least: int) -> None:
    texts, cells = dataset(8, 0)
    report = slice_report(answered(np.arange(8) % 2 == 0), texts, cells, least)
    assert (report.tried, report.weak) == (0, 0)


def test_a_slice_of_ones_own_is_tested_alone() -> None:
    result, report = made(0.4)
    known = report.slices[0]
    fulfilled = np.zeros(len(result.rows), bool)
    fulfilled[known.places] = True
    own = slice_of(result, Condition(SliceKind.MATCH, value="x"), fulfilled)
    assert own.p == pytest.approx(known.p)
    assert (own.right, own.elsewhere) == (known.right, known.elsewhere)
    assert (own.adjusted, own.weak) == (None, False)
    none = slice_of(result, Condition(SliceKind.MATCH, value="x"), np.zeros(len(result.rows), bool))
    assert (none.count, none.p, none.difference) == (0, None, None)
    assert slice_of(result, Condition(SliceKind.MATCH, value="x"), np.ones(len(result.rows), bool)).p is None


def test_the_weak_slice_of_the_sample_is_first_for_a_model_that_is_weak_on_it() -> None:
    """A model that is right on 4 of 10 transcripts of speech, and on 8 of 10 of all other messages."""
    rows = list(csv.DictReader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))
    voice = np.array([row["channel"] == "voice" for row in rows])
    right = np.random.default_rng(0).random(len(rows)) < np.where(voice, 0.4, 0.8)
    cells = {name: [row[name] for row in rows] for name in ("id", "channel", "month")}
    report = slice_report(answered(right), [row["text"] for row in rows], cells)
    names = [[c.value for c in found.conditions] for found in report.slices if found.weak]
    assert ["voice"] in names[:3]
