"""From a file to its figures; what was answered is kept, whoever asks for it, and after a kill."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.engine.engine import Engine
from core.errors import InputError, NotFoundError
from core.evaluation.answers import Answers
from core.evaluation.dataset_service import SAMPLE, DatasetService
from core.evaluation.datasets import Datasets
from core.explain.explainer import Explainer
from core.results import Selection
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import NO_CLASS
from core.results.slices import SliceKind, TextMatch
from core.settings import ROOT, Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.explain.conftest import of_another_problem

SELECTION = Selection("llama", "mean")


@pytest.fixture
def service(explainer: Explainer, tmp_path: Path) -> DatasetService:
    engine = explainer.engine
    settings = engine.settings.model_copy(update={"evaluations": tmp_path / "kept"})
    made = Engine(settings)
    made.load(SELECTION)
    return DatasetService(Answers(made), TaskRunner(1))


def table(labels: tuple[str, ...]) -> bytes:
    rows = [f"Where is my card number {i}?,{labels[i % len(labels)]}" for i in range(30)]
    return "\n".join(["text,label", *rows, ",blank", "Will it rain?,weather", ""]).encode()


def test_every_row_with_a_text_is_answered_and_those_with_a_class_are_measured(service: DatasetService) -> None:
    engine = service._engine
    labels = engine.load(SELECTION).labels
    summary = service.receive("a.csv", table(labels))
    request = DatasetRequest(summary.id, "text", "label")
    assert service.answered(SELECTION, request) == (0, 31)
    result = service.evaluate(SELECTION, request).result()
    assert service.answered(SELECTION, request) == (31, 31)
    assert (len(result.rows), result.not_answered, result.measured) == (31, 1, 30)
    assert result.rows.tolist() == [*range(30), 31]
    assert result.actual.tolist() == [*(i % len(labels) for i in range(30)), NO_CLASS]
    texts = service.cells(summary.id, "text", result.rows.tolist())
    predictions = engine.classify(SELECTION, texts)
    assert [labels[k] for k in result.predicted] == [p.label for p in predictions]
    assert result.probability == pytest.approx([p.top.probability for p in predictions], abs=1e-5)
    right = [p.label == labels[i % len(labels)] for i, p in enumerate(predictions[:30])]
    assert result.figures["accuracy"].value == pytest.approx(np.mean(right))
    let_go(engine)


def test_another_label_column_asks_the_model_nothing(service: DatasetService, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = service._engine.load(SELECTION).labels
    summary = service.receive("a.csv", table(labels))
    service.evaluate(SELECTION, DatasetRequest(summary.id, "text", "label")).result()
    monkeypatch.setattr("core.evaluation.dataset_service.answer", None)
    given = (("weather", labels[0]),)
    result = service.evaluate(SELECTION, DatasetRequest(summary.id, "text", "label", given)).result()
    assert result.measured == 31
    bare = service.evaluate(SELECTION, DatasetRequest(summary.id, "text", None)).result()
    assert (bare.measured, bare.figures) == (0, {})
    matches = service.labels(SELECTION, DatasetRequest(summary.id, "text", "label", given))
    assert {m.written: m.class_name for m in matches}["weather"] == labels[0]
    let_go(service._engine)


def test_what_cannot_be_asked(service: DatasetService, tmp_path: Path) -> None:
    summary = service.receive("a.csv", b"text,label\nx,a\n")
    with pytest.raises(InputError, match="No file is named"):
        service.add("  ")
    with pytest.raises(NotFoundError):
        service.evaluate(SELECTION, DatasetRequest("0" * 16, "text", None))
    with pytest.raises(InputError, match="No column of labels"):
        service.labels(SELECTION, DatasetRequest(summary.id, "text", None))
    with pytest.raises(NotFoundError, match="not loaded"):
        service.labels(Selection("llama", "attention"), DatasetRequest(summary.id, "text", "label"))
    with pytest.raises(InputError, match="has no column 'txt'"):
        service.evaluate(SELECTION, DatasetRequest(summary.id, "txt", None)).result()
    blank = service.receive("b.csv", b"text,label\n ,a\n")
    with pytest.raises(InputError, match="No row has a text"):
        service.answered(SELECTION, DatasetRequest(blank.id, "text", None))
    let_go(service._engine)


@pytest.mark.parametrize("problem", ["multi_label_classification", "regression"])
def test_several_labels_and_values_have_evaluations_of_their_own(problem: str, tmp_path: Path) -> None:
    explainer, selection, _ = of_another_problem(problem, tmp_path / "model")
    service = DatasetService(Answers(explainer.engine), TaskRunner(1))
    service._datasets = Datasets(tmp_path / "kept")
    summary = service.receive("a.csv", b"text,label\nx,a\n")
    with pytest.raises(InputError, match="this one gives (several labels|values). Fix: measure it on Evaluate"):
        service.evaluate(selection, DatasetRequest(summary.id, "text", None)).result()


def test_slices_and_what_the_data_holds(service: DatasetService) -> None:
    """By every column but texts and labels, of the answered rows alone."""
    labels = service._engine.load(SELECTION).labels
    lines = [f"Where is my card number {i}?,{labels[i % len(labels)]},{'app' if i % 3 else 'fax'}" for i in range(30)]
    content = "\n".join(["text,label,channel", ",blank,app", *lines, lines[0], ""]).encode()
    summary = service.receive("slices.csv", content)
    result = service.evaluate(SELECTION, DatasetRequest(summary.id, "text", "label")).result()
    report = service.slices(result, 5).result()
    columns = {c.subject for found in report.slices for c in found.conditions if c.kind == SliceKind.COLUMN}
    assert columns == {"channel"}
    fax = next(s for s in report.slices if s.kind == SliceKind.COLUMN and s.conditions[0].value == "fax")
    assert result.rows[fax.places].tolist() == [1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31]
    assert service.slices(result, 12).result().least == 12
    assert service.matching(result, TextMatch("NUMBER 7")).places.tolist() == [7]
    assert service.matching(result, TextMatch("number 1.", regex=True)).count == 10 + 1
    assert service.search(result, TextMatch("NUMBER 7")) == (7,)
    checks = service.data_checks(result).result()
    assert checks.exact == ((1, 31),)
    assert checks.near_pairs
    bare = service.evaluate(SELECTION, DatasetRequest(summary.id, "text", None)).result()
    assert service.data_checks(bare).result().conflict_pairs == 0
    assert service.search(bare, TextMatch("NUMBER 7")) == (7,), "a row without a label is found, too"
    let_go(service._engine)


def test_the_sample_is_read_as_it_is_meant(service: DatasetService) -> None:
    summary = service.sample()
    assert (summary.name, summary.text_column, summary.label_column) == (SAMPLE.name, "text", "label")
    assert summary.rows >= 300
    assert summary == service.summary(summary.id)
    let_go(service._engine)


KILLED = """
import sys
from pathlib import Path
from core.engine.engine import Engine
from core.evaluation.answers import Answers
from core.evaluation.dataset_service import DatasetService
from core.results import Selection
from core.results.dataset import DatasetRequest
from core.settings import Settings
from core.tasks.runner import TaskRunner
catalogue, kept, file = map(Path, sys.argv[1:])
engine = Engine(Settings(catalogue=catalogue, user_catalogue=kept, evaluations=kept, device="cpu"))
selection = Selection("llama", "mean")
engine.load(selection)
service = DatasetService(Answers(engine), TaskRunner(1))
request = DatasetRequest(service.add(str(file)).id, "text", None)
task = service.evaluate(selection, request)
print("begun", flush=True)
task.result()
print("done", flush=True)
"""


def test_a_killed_process_loses_no_row_and_answers_none_twice(everyone: Path, tmp_path: Path) -> None:
    file, kept = tmp_path / "many.csv", tmp_path / "kept"
    file.write_text("text\n" + "".join(f"Where is my card number {i} of many?\n" for i in range(5_000)))
    command = [sys.executable, "-c", KILLED, str(everyone), str(kept), str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "begun"
        while not (found := [p for p in kept.rglob("*.logits") if p.stat().st_size]):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        assert "done" not in process.communicate()[0]
    partly = found[0].stat().st_size
    engine = Engine(Settings(catalogue=everyone, user_catalogue=kept, evaluations=kept, device="cpu"))
    engine.load(SELECTION)
    service = DatasetService(Answers(engine), TaskRunner(1))
    request = DatasetRequest(service.add(str(file)).id, "text", None)
    done, total = service.answered(SELECTION, request)
    assert total == 5_000
    assert 0 < done < total
    assert done * 4 * len(engine.load(SELECTION).labels) <= partly
    result = service.evaluate(SELECTION, request).result()
    assert len(result.rows) == total
    for i in (0, done - 1, done, total - 1):
        (expected,) = engine.classify(SELECTION, [f"Where is my card number {i} of many?"])
        assert result.probability[i] == pytest.approx(expected.top.probability, abs=1e-4)
    let_go(engine)
