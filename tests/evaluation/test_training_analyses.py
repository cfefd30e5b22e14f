"""A loaded pair on two files: vectors are stored and not asked for again, and one row's influence is found."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.evaluation.dataset_service import DatasetService
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import DatasetEvaluation
from tests.evaluation.test_pair_analyses import FIRST, rows
from tests.evaluation.test_pair_analyses import service as service


def evaluated(service: DatasetService, *lines: str) -> DatasetEvaluation:
    dataset = service.receive("a.csv", "\n".join([*lines, ""]).encode()).id
    return service.evaluate(FIRST, DatasetRequest(dataset, "text", "label")).result()


def test_two_files_of_one_pair(service: DatasetService) -> None:
    test = evaluated(service, *rows(service, 20), "Rain?,weather")
    training = evaluated(service, *rows(service, 40)[:1], *rows(service, 40)[11:], "Where is it,weather")
    task = service.training_rows(test, training)
    report = task.result()
    assert report.overlap.exact.tolist() == [False] * 10 + [True] * 10 + [False]
    assert report.left_out == 1
    assert report.similarity[10:20, 0] == pytest.approx(np.ones(10), abs=1e-5)
    assert report.neighbours.shape == (21, 10)
    assert report.detection is not None
    assert report.detection.outside == 1
    assert service.training_rows(test, training).id == task.id
    assert service.training_rows(training, test).id != task.id
    file = service.training_file(FIRST)
    assert file is None or file.path is None


def test_vectors_that_are_not_there_are_computed_and_the_head_is_kept(service: DatasetService) -> None:
    test, training = evaluated(service, *rows(service, 12)), evaluated(service, *rows(service, 40))
    stored = service._answers.vectors(FIRST, training.request)
    assert stored is not None
    before = stored.rows().copy()
    stored.path.unlink()
    first = service.influence(test, training, 0).result()
    np.testing.assert_allclose(stored.rows(), before, atol=1e-5)
    assert (first.rows, first.subject) == (40, int(test.predicted[0]))
    assert len(service._heads) == 1
    service.influence(test, training, 1).result()
    assert len(service._heads) == 1
    assert service.influence(test, training, 1).id != service.influence(test, training, 0).id


def test_a_row_without_a_verdict_has_no_reasons(service: DatasetService) -> None:
    test = evaluated(service, *rows(service, 12))
    test.predicted.setflags(write=True)
    test.predicted[0] = -1
    with pytest.raises(InputError, match="no verdict"):
        service.influence(test, test, 0)
