"""A test file beside a training file: nearest rows of usable ones, rows of no class, and what cannot be compared."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.metrics.pairwise import cosine_similarity

from core.errors import InputError
from core.evaluation.training_rows import Represented, training_rows
from core.metrics.probabilities import softmax
from core.results.dataset_evaluation import NO_CLASS
from core.results.training_rows import NEIGHBOURS, TrainingRows
from core.tasks.progress import ignore_progress
from tests.evaluation.test_classes import evaluation


def represented(count: int, seed: int, strange: int = 0) -> Represented:
    """Rows of five classes; the last ones are labelled with none, and lie elsewhere."""
    chance = np.random.default_rng(seed)
    actual = chance.integers(0, 5, count).astype(np.int32)
    vectors = (3 * np.eye(8)[actual] + chance.normal(size=(count, 8))).astype(np.float32)
    outside = np.arange(count) >= count - strange
    vectors[outside], actual[outside] = chance.normal(size=(strange, 8)) + 3 * np.eye(8)[6], NO_CLASS
    logits = np.pad(vectors[:, :5], ((0, 0), (0, 1))).astype(np.float64)
    texts = [f"text {chance.integers(10**9)} of row {i}" for i in range(count)]
    return Represented(evaluation(logits, actual), texts, logits, vectors, outside)


def other_file(made: Represented) -> Represented:
    summary = dataclasses.replace(made.result.dataset, id="1" * 16)
    return dataclasses.replace(made, result=dataclasses.replace(made.result, dataset=summary))


@pytest.fixture(scope="module")
def both() -> tuple[Represented, Represented, TrainingRows]:
    test, training = represented(90, 0, 20), other_file(represented(150, 1, 10))
    test.vectors[3] = np.nan
    training.vectors[5] = np.nan
    told: list[float] = []
    report = training_rows(test, training, lambda done, _: told.append(done))
    assert told == sorted(told)
    return test, training, report


def test_the_nearest_rows_are_usable_ones(both: tuple[Represented, Represented, TrainingRows]) -> None:
    test, training, report = both
    usable = [i for i in range(140) if i != 5]
    assert report.places.tolist() == usable
    assert report.left_out == 11
    cosines = cosine_similarity(np.nan_to_num(test.vectors), training.vectors[usable])
    expected = np.sort(cosines, axis=1)[:, ::-1][:, :NEIGHBOURS]
    rows = np.arange(90) != 3
    np.testing.assert_allclose(report.similarity[rows], expected[rows], atol=1e-5)
    assert np.isnan(report.similarity[3]).all()
    assert (report.neighbours[rows, 0] == np.array(usable)[cosines.argmax(axis=1)][rows]).all()


def test_rows_of_no_class_are_told_by_their_distance(both: tuple[Represented, Represented, TrainingRows]) -> None:
    test, _, report = both
    found, rows = report.detection, np.arange(90) != 3
    assert found is not None
    assert (found.inside, found.outside) == (69, 20)
    truth = ~test.strange[rows]
    assert found.cosine.value == pytest.approx(roc_auc_score(truth, report.similarity[rows, 0]))
    probability = softmax(test.logits).max(axis=1)
    assert found.probability.value == pytest.approx(roc_auc_score(truth, probability[rows]))
    assert found.difference.value == pytest.approx(found.cosine.value - found.probability.value)


def test_one_file_beside_itself_overlaps() -> None:
    made = represented(40, 2)
    report = training_rows(made, made, ignore_progress)
    assert report.same_file
    assert report.overlap.exact.all()
    assert report.neighbours[:, 0].tolist() == list(range(40))
    assert report.detection is None


def test_a_training_file_without_a_class_is_refused() -> None:
    with pytest.raises(InputError, match="No training row has a label"):
        training_rows(represented(20, 3), represented(20, 4, 20), ignore_progress)


def test_test_rows_without_labels_are_compared_all_the_same() -> None:
    test, training = represented(20, 3, 20), represented(40, 2)
    report = training_rows(test, training, ignore_progress)
    assert report.shift.labels is None
    assert (report.overlap.inside_rows, report.overlap.outside_rows) == (0, 0)
    assert np.isfinite(report.similarity).all()
