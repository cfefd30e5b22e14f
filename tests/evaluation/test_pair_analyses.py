"""Two pairs that are loaded on one dataset; a teacher's probabilities as `train` reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.engine.engine import Engine
from core.errors import InputError, NotFoundError, UntrainedHeadError
from core.evaluation.answers import Answers
from core.evaluation.dataset_service import DatasetService
from core.explain.explainer import Explainer
from core.metrics.probabilities import softmax
from core.results import Selection
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.two_models import CommonClasses
from core.tasks.runner import TaskRunner
from core.training.config import TrainingConfig
from core.training.examples import read_splits
from tests.engine.conftest import let_go
from tests.explain.conftest import of_another_problem

FIRST, SECOND = Selection("llama", "mean"), Selection("mistral", "attention")


@pytest.fixture
def service(explainer: Explainer, tmp_path: Path) -> Iterator[DatasetService]:
    settings = explainer.engine.settings.model_copy(update={"evaluations": tmp_path / "kept"})
    made = Engine(settings)
    made.load(FIRST)
    made.load(SECOND)
    yield DatasetService(Answers(made), TaskRunner(1))
    let_go(made)


def evaluated(service: DatasetService, content: bytes) -> list[DatasetEvaluation]:
    request = DatasetRequest(service.receive("a.csv", content).id, "text", "label")
    return [service.evaluate(selection, request).result() for selection in (FIRST, SECOND)]


def rows(service: DatasetService, count: int = 30) -> list[str]:
    labels = service._engine.load(FIRST).labels
    return ["text,label", *(f"Where is my card number {i}?,{labels[i % len(labels)]}" for i in range(count))]


def test_two_loaded_pairs(service: DatasetService) -> None:
    classes = len(service._engine.load(FIRST).labels)
    assert service.common_classes(FIRST, SECOND) == CommonClasses(classes, classes, classes)
    first, second = evaluated(service, "\n".join([*rows(service), "Rain?,weather", ""]).encode())
    task = service.two_models(first, second)
    report = task.result()
    assert report.compared == 30
    assert report.both + report.first_only == first.right.sum()
    assert report.both + report.second_only == second.right.sum()
    assert service.two_models(first, second).id == task.id
    assert service.two_models(second, first).id != task.id
    with pytest.raises(NotFoundError, match="not loaded"):
        service.common_classes(FIRST, Selection("llama", "attention"))


def test_an_untrained_head_is_refused_before_it_is_asked(service: DatasetService) -> None:
    untrained = Selection("llama")
    service._engine.load(untrained)
    with pytest.raises(UntrainedHeadError):
        service.common_classes(FIRST, untrained)


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression"])
def test_several_labels_and_values_are_refused(problem: str, tmp_path: Path) -> None:
    explainer, selection, _ = of_another_problem(problem, tmp_path / "model")
    explainer.engine.load(selection)
    service = DatasetService(Answers(explainer.engine), TaskRunner(1))
    with pytest.raises(InputError, match="this one gives (several labels|values)"):
        service.common_classes(selection, selection)
    let_go(explainer.engine)


def test_soft_labels_are_what_train_reads(service: DatasetService, tmp_path: Path) -> None:
    content = "\n".join([*rows(service), ""])
    first, _ = evaluated(service, content.encode())
    (tmp_path / "train.csv").write_text(content)
    (tmp_path / "soft.parquet").write_bytes(service.soft_labels(first))
    data: dict[str, object] = {
        "train_file": str(tmp_path / "train.csv"),
        "soft_labels_file": str(tmp_path / "soft.parquet"),
    }
    base = {"pretrained_model_name_or_path": "x", "model_type": "llama"}
    data |= {"labels": list(first.classes), "validation_share": 0}
    fields = {"base_model": base, "adapter": {"r": 2}, "data": data, "output": "out"}
    splits = read_splits(TrainingConfig.parse({**fields, "optimisation": {"soft_label_weight": 1.0}}))
    logits = service._answers.stored(FIRST, first.request).rows()
    assert splits.labels == first.classes
    assert splits.train.soft is not None
    np.testing.assert_allclose(splits.train.soft, softmax(logits.astype(np.float64)), atol=1e-6)


def test_rows_without_probabilities_teach_nothing(service: DatasetService) -> None:
    first, _ = evaluated(service, "\n".join(rows(service, 4)).encode())
    stored = service._answers.stored(FIRST, first.request)
    numbers = np.array(stored.rows())
    numbers[1] = np.nan
    with stored.writing(keep=0) as file:
        file.append(numbers)
    with pytest.raises(InputError, match="1 rows have no probabilities"):
        service.soft_labels(first)
