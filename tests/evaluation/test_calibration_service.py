"""From the answers to a dataset to calibrated probabilities, kept beside the adapter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config.calibration import CALIBRATION_FILE
from core.engine.engine import Engine
from core.errors import InputError
from core.evaluation.answers import Answers
from core.evaluation.calibration_service import CalibrationService
from core.evaluation.dataset_service import DatasetService
from core.explain.explainer import Explainer
from core.results import Selection
from core.results.calibration_report import CalibrationOptions
from core.results.dataset import DatasetRequest
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go

SELECTION = Selection("llama", "mean")


class Made:
    """An engine of its own, whose adapter folder may be written to, and a dataset that was brought."""

    def __init__(self, explainer: Explainer, everyone: Path, root: Path) -> None:
        settings = explainer.engine.settings.model_copy(update={"evaluations": root / "kept"})
        self.engine = Engine(settings)
        labels = self.engine.load(SELECTION).labels
        self.folder = everyone / "adapters" / "llama" / "mean"
        answers, tasks = Answers(self.engine), TaskRunner(1)
        self.datasets, self.service = DatasetService(answers, tasks), CalibrationService(answers, tasks)
        rows = [f"Where is my card number {i}?,{labels[i % len(labels)]}" for i in range(60)]
        odd = ["Will it rain?,weather", "And now?,"]
        summary = self.datasets.receive("mine.csv", "\n".join(["text,label", *rows, *odd, ""]).encode())
        self.request = DatasetRequest(summary.id, "text", "label")


@pytest.fixture
def made(explainer: Explainer, everyone: Path, tmp_path: Path) -> Iterator[Made]:
    result = Made(explainer, everyone, tmp_path)
    yield result
    (result.folder / CALIBRATION_FILE).unlink(missing_ok=True)
    let_go(result.engine)


def test_a_report_of_what_was_answered_is_put_to_use_and_stopped(made: Made) -> None:
    with pytest.raises(InputError, match="0 of 62 texts are answered"):
        made.service.report(SELECTION, made.request, CalibrationOptions())
    before = made.datasets.evaluate(SELECTION, made.request).result()
    report = made.service.report(SELECTION, made.request, CalibrationOptions(0.8)).result()
    assert (report.rows, report.outside) == (60, 1), "a row without a label is not one of no class"
    made.service.use(SELECTION, made.request, report)
    written = json.loads((made.folder / CALIBRATION_FILE).read_text())
    assert written["temperature"] == pytest.approx(report.temperature_of_all)
    assert (written["calibrated_on"], written["rows"], written["in_use"]) == ("mine.csv", 60, True)
    after = made.datasets.evaluate(SELECTION, made.request).result()
    assert after.calibration is not None
    assert after.figures["accuracy"] == before.figures["accuracy"]
    assert after.figures["log_loss"].value < before.figures["log_loss"].value
    again = made.service.report(SELECTION, made.request, CalibrationOptions(0.8)).result()
    assert again.temperature == report.temperature, "it is made of the logits, whatever is in use"
    made.service.stop(SELECTION)
    assert made.engine.load(SELECTION).calibration is None
    assert json.loads((made.folder / CALIBRATION_FILE).read_text()) == {**written, "in_use": False}
    assert made.datasets.evaluate(SELECTION, made.request).result().figures == before.figures


def test_without_labels_there_is_nothing_to_measure(made: Made) -> None:
    bare = DatasetRequest(made.request.dataset, "text", None)
    with pytest.raises(InputError, match="Nothing says which answers are right"):
        made.service.report(SELECTION, bare, CalibrationOptions())


def test_a_folder_that_may_not_be_written_to(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.datasets.evaluate(SELECTION, made.request).result()
    report = made.service.report(SELECTION, made.request, CalibrationOptions()).result()

    def refuse(path: Path) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("core.evaluation.calibration_service.open_to_replace", refuse)
    with pytest.raises(InputError, match="Permission denied"):
        made.service.use(SELECTION, made.request, report)
    assert made.engine.load(SELECTION).calibration is None


def test_nothing_to_stop_writes_nothing(made: Made) -> None:
    made.service.stop(SELECTION)
    assert not (made.folder / CALIBRATION_FILE).exists()
