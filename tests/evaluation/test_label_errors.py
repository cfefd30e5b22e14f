"""Planted wrong labels are found, by the model's own probabilities and by refitted heads, with their nearest rows."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from core.engine.engine import Engine
from core.evaluation.answers import Answers
from core.evaluation.dataset_service import SAMPLE, DatasetService
from core.evaluation.label_errors import label_error_report
from core.results import Selection
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import NO_CLASS
from core.results.label_errors import NEIGHBOURS
from core.settings import ROOT, Settings
from core.tasks.progress import ignore_progress
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.evaluation.test_classes import evaluation

PLANTED = json.loads((ROOT / "tests" / "samples" / "bank_messages.json").read_text(encoding="utf-8"))["wrong_labels"]
ROWS = list(csv.DictReader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("candidate", ["demo-llama", "demo-gemma2", "demo-mistral"])
def test_of_the_planted_labels_of_the_sample_four_fifths_are_found(candidate: str, tmp_path: Path) -> None:
    """Of 24; 10 to 17 right labels are listed besides, on a sample of which the demos get 28 % wrong."""
    engine, selection = Engine(Settings(device="cpu", evaluations=tmp_path)), Selection(candidate, "banking77")
    engine.load(selection)
    service = DatasetService(Answers(engine), TaskRunner(1))
    request = DatasetRequest(service.sample().id, "text", "label")
    report = service.label_errors(service.evaluate(selection, request).result(), refit=False).result()
    result = service.evaluate(selection, request).result()
    found = [ROWS[int(row)] for row in result.rows[report.places]]
    hits = [row for row in found if row["id"] in PLANTED]
    assert len(hits) >= 0.8 * len(PLANTED)
    assert len(found) - len(hits) <= 20
    assert [ROWS[int(result.rows[p])]["label"] for p in report.places] == [row["label"] for row in found]
    let_go(engine)


def planted(count: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Logits of a model that learnt every label by heart, vectors that know better, labels, and which are wrong."""
    chance = np.random.default_rng(0)
    truth = (np.arange(count) % 5).astype(np.int32)
    wrong = np.arange(0, count, 31)
    labels = truth.copy()
    labels[wrong] = (truth[wrong] + 1) % 5
    vectors = chance.normal(size=(count, 8)) + 4 * np.eye(8)[truth]
    return 9 * np.eye(6)[labels], vectors, labels, wrong


def test_a_model_that_learnt_the_labels_finds_nothing_and_refitted_heads_do() -> None:
    logits, vectors, labels, wrong = planted()
    result = evaluation(logits, labels)
    by_heart = label_error_report(result, logits, vectors, ignore_progress, refit=False)
    assert len(by_heart.places) == 0
    report = label_error_report(result, logits, vectors, ignore_progress, refit=True)
    assert report.cross_fitted
    hits = set(wrong) & set(report.places)
    assert len(hits) >= 0.6 * len(wrong), "the estimate of how many there are is a cautious one"
    assert len(report.places) == len(hits)
    for i, place in enumerate(report.places):
        if place in hits:
            assert report.suggested[i] == place % 5
            assert report.of_suggested[i] > report.of_label[i]


def test_neighbours_are_the_rows_of_the_largest_cosine_without_the_row_itself() -> None:
    logits, vectors, labels, _ = planted()
    labels[5] = NO_CLASS
    logits[9] = np.nan
    vectors[9] = np.nan
    report = label_error_report(evaluation(logits, labels), logits, vectors, ignore_progress, refit=True)
    vectors[9] = 0
    cosines = cosine_similarity(vectors)
    cosines[:, 9] = -2
    for place, nearest, similar in zip(report.places, report.neighbours, report.similarity, strict=True):
        cosines[place, place] = -2
        expected = np.argsort(-cosines[place], kind="stable")[:NEIGHBOURS]
        assert nearest.tolist() == expected.tolist()
        assert similar == pytest.approx(cosines[place][expected], abs=1e-5)
    assert report.looked_at == 298


def test_without_vectors_there_are_no_neighbours() -> None:
    logits, _, labels, _ = planted()
    logits[:10] = np.roll(logits[:10], 1, axis=1)
    report = label_error_report(evaluation(logits, labels), logits, None, ignore_progress, refit=False)
    assert len(report.places)
    assert report.neighbours.shape == (len(report.places), 0)


def test_without_some_of_its_rows_it_says_the_same_of_the_others() -> None:
    actual = (np.arange(60) % 6).astype(np.int32)
    said = np.where(np.arange(60) % 7 == 0, (actual + 1) % 6, actual)
    logits = 6.0 * np.eye(6)[said]
    vectors = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    report = label_error_report(evaluation(logits, actual), logits, vectors, ignore_progress, refit=False)
    out = np.zeros(len(report.places), bool)
    out[[0, 2]] = True
    rest = report.without(out)
    assert rest.places.tolist() == [place for i, place in enumerate(report.places.tolist()) if i not in (0, 2)]
    np.testing.assert_array_equal(rest.neighbours, np.delete(report.neighbours, [0, 2], axis=0))
    assert len(rest.similarity) == len(rest.suggested) == len(rest.of_label) == len(rest.places)
