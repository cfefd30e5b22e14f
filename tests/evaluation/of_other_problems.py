"""A tiny pair of several labels or of values, with a service that keeps its datasets in a folder of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.engine.engine import Engine
from core.evaluation import label_set_evaluation, value_evaluation
from core.evaluation.answers import Answers
from core.evaluation.dataset_service import DatasetService
from core.results import Selection
from core.results.dataset import DatasetRequest, DatasetSummary
from core.results.label_set_evaluation import LabelSetEvaluation
from core.results.value_evaluation import ValueEvaluation
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.explain.conftest import of_another_problem
from tests.fakes.catalogue import in_memory

#: Of results that is made by hand.
SUMMARY = DatasetSummary("0" * 16, "a.csv", 0, ("text", "label"), "utf-8", (), "text", "label")
REQUEST = DatasetRequest(SUMMARY.id, "text", "label")


def service_of(problem: str, folder: Path) -> tuple[DatasetService, Selection, tuple[str, ...]]:
    """The service, the loaded pair, its labels."""
    explainer, selection, labels = of_another_problem(problem, folder / "model")
    known = explainer.engine.settings
    settings: Settings = known.model_copy(update={"evaluations": folder / "kept", "user_catalogue": folder / "own"})
    engine = Engine(settings)
    selection = engine.resolve(str(folder / "model" / "model"))
    engine.load(selection)
    return DatasetService(Answers(engine), TaskRunner(1)), selection, labels


def sets_result(logits: np.ndarray, actual: np.ndarray, labelled: np.ndarray | None = None) -> LabelSetEvaluation:
    """Of logits (N, K) and labels (N, K), all of them known where nothing is said."""
    count, labels = logits.shape
    model = in_memory(Selection("several"))
    model = replace(model, labels=model.labels[:labels])
    known = np.ones(count, bool) if labelled is None else labelled
    summary, rows = replace(SUMMARY, rows=count), np.arange(count)
    return label_set_evaluation.measured(model.selection, model, summary, REQUEST, rows, logits, actual, known)


def values_result(given: np.ndarray, actual: np.ndarray, unread: tuple[int, str] = (0, "")) -> ValueEvaluation:
    """Of values (N, K) and what they should be (N, K)."""
    model = in_memory(Selection("values"))
    model = replace(model, labels=model.labels[: given.shape[1]])
    summary, rows = replace(SUMMARY, rows=len(given)), np.arange(len(given))
    return value_evaluation.measured(model.selection, model, summary, REQUEST, rows, given, actual, unread)
