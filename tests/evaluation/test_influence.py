"""The rows that change an answer most are found, with the change that scikit-learn finds without each of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from core.evaluation.influence import influence_report, influences, log_odds
from core.evaluation.linear_head import LinearHead, fit_head
from core.metrics.probabilities import softmax
from core.results.training_rows import MOST_INFLUENTIAL, InfluenceReport
from core.tasks.progress import ignore_progress
from tests.evaluation.test_linear_head import rows

TEXT = np.array([4.0, 6.0, 5.0, 7.0, 3.0, 5.0], np.float32)


def without(head: LinearHead, x: np.ndarray, subject: int) -> np.ndarray:
    """(n,) changes of the log-odds of a class where scikit-learn fits the head without each row."""

    def odds(fit: np.ndarray) -> float:
        peer = LogisticRegression(tol=1e-8, max_iter=1000, solver="newton-cg").fit(head.x[fit, :-1], head.target[fit])
        p = peer.predict_proba(x[None, :-1])[0]
        return float(np.log(p[subject] / (1 - p[subject])))

    every = np.arange(len(head.x))
    return np.array([odds(np.delete(every, row)) for row in every]) - odds(every)


@pytest.fixture(scope="module")
def found() -> tuple[LinearHead, np.ndarray, InfluenceReport]:
    head = fit_head(*rows(120), ignore_progress)
    x = head.read(TEXT[None])[0]
    report = influence_report(head, 1000 + np.arange(120), TEXT, 5, ignore_progress)
    return head, without(head, x, 2), report


def test_refits_are_those_of_scikit_learn_and_estimates_come_near(
    found: tuple[LinearHead, np.ndarray, InfluenceReport],
) -> None:
    _, changes, report = found
    for row in (*report.supporting, *report.opposing):
        assert row.refitted == pytest.approx(changes[row.place - 1000], abs=1e-4)
        assert row.estimate == pytest.approx(row.refitted, rel=0.3)
        after = 1 / (1 + np.exp(-(report.log_odds + row.refitted)))
        assert row.probability == pytest.approx(after)


def test_they_are_the_largest_of_all_rows(found: tuple[LinearHead, np.ndarray, InfluenceReport]) -> None:
    head, changes, report = found
    order = 1000 + np.argsort(changes)
    for listed, largest in ((report.supporting, order), (report.opposing, order[::-1])):
        places = [row.place for row in listed]
        assert len(places) == MOST_INFLUENTIAL
        assert len(set(places) & set(largest[:MOST_INFLUENTIAL].tolist())) >= MOST_INFLUENTIAL - 1
        assert all(abs(a.refitted) >= abs(b.refitted) for a, b in pairwise(listed))
    scores = influences(head, head.read(TEXT[None])[0], 2)
    assert np.corrcoef(scores, changes)[0, 1] > 0.98


def test_the_class_is_the_verdict_or_the_heads_where_it_knows_no_such(
    found: tuple[LinearHead, np.ndarray, InfluenceReport],
) -> None:
    head, _, report = found
    p = softmax(head.read(TEXT[None]) @ head.theta.T)[0]
    assert (report.subject, report.rows, report.classes) == (5, 120, 4)
    assert report.own == head.seen[p.argmax()]
    assert report.probability == pytest.approx(p[2])
    assert report.log_odds == pytest.approx(np.log(p[2] / (1 - p[2])))
    assert (report.width, report.directions, report.kept) == (6, 6, 1.0)
    unknown = influence_report(head, np.arange(120), TEXT, 4, ignore_progress)
    assert unknown.subject == unknown.own == report.own


def test_log_odds_of_a_certain_class_are_finite() -> None:
    assert log_odds(np.array([800.0, 0.0, 0.0]), 0) == pytest.approx(800 - np.log(2))


def test_the_only_row_of_a_class_is_not_looked_at() -> None:
    vectors = np.array([[0.0, 1.0], [1.0, 0.0], [1.1, 0.2], [5.0, 5.0]])
    head = fit_head(vectors, np.array([0, 1, 1, 2]), ignore_progress)
    report = influence_report(head, np.arange(4), np.array([0.2, 0.1], np.float32), 0, ignore_progress)
    assert report.alone == 2
    assert {row.place for row in (*report.supporting, *report.opposing)} == {1, 2}
    pair = fit_head(vectors[:2], np.array([0, 1]), ignore_progress)
    none = influence_report(pair, np.arange(2), np.array([0.2, 0.1], np.float32), 0, ignore_progress)
    assert not none.supporting
    assert not none.opposing
