"""From marks to the corrected file that `train` reads, and to the refitted head, on the sample."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from core.data.labelled_texts import read_rows
from core.engine.engine import Engine
from core.errors import InputError, NotFoundError
from core.evaluation.answers import Answers
from core.evaluation.correction_service import CorrectionService
from core.evaluation.dataset_service import DatasetService
from core.results import Selection
from core.results.corrections import Action, Correction, ImportedCorrections
from core.results.dataset import DatasetRequest
from core.settings import Settings
from core.tasks.runner import TaskRunner
from tests.engine.conftest import let_go
from tests.evaluation.test_label_errors import PLANTED, ROWS

SELECTION = Selection("demo-llama", "banking77")
#: The last row of the sample, which has a label of the model's.
LAST = len(ROWS) - 1


def test_the_planted_errors_corrected(tmp_path: Path) -> None:
    engine = Engine(Settings(device="cpu", evaluations=tmp_path))
    engine.load(SELECTION)
    answers, tasks = Answers(engine), TaskRunner(1)
    datasets, service = DatasetService(answers, tasks), CorrectionService(answers, tasks)
    request = DatasetRequest(datasets.sample().id, "text", "label")
    result = datasets.evaluate(SELECTION, request).result()
    right = {place: PLANTED[row["id"]] for place, row in enumerate(ROWS) if row["id"] in PLANTED}
    marks = [Correction(place, Action.RELABEL, label) for place, label in right.items()]
    service.mark(request.dataset, [*marks, Correction(LAST, Action.REMOVE)])
    assert len(service.of(request.dataset)) == len(PLANTED) + 1
    with pytest.raises(InputError, match="no row 361 among 360"):
        service.mark(request.dataset, [Correction(360, Action.REMOVE)])

    file = tmp_path / "corrected.jsonl"
    file.write_bytes(service.corrected(SELECTION, request))
    rows = read_rows(file, "text", "label")
    assert rows.labels == tuple(right.get(place, row["label"]) for place, row in enumerate(ROWS[:LAST]))
    assert rows.texts == tuple(row["text"] for row in ROWS[:LAST])

    listed = service.listed(request)
    service.clear(request.dataset)
    assert service.of(request.dataset) == ()
    assert service.receive(request, listed) == ImportedCorrections(len(PLANTED) + 1, 0)
    lines = list(csv.DictReader(io.StringIO(listed.decode("utf-8-sig"))))
    assert [line["new label"] for line in lines[:-1]] == list(right.values())
    assert [int(line["row"]) - 1 for line in lines] == [c.row for c in service.of(request.dataset)]

    found = service.refit(result).result()
    assert found.relabelled == len(PLANTED)
    assert found.removed == 1
    assert found.model_after.value > found.model_before.value
    assert found.after["accuracy"].value > found.before["accuracy"].value
    let_go(engine)


def test_a_dataset_that_is_not_here(tmp_path: Path) -> None:
    service = CorrectionService(Answers(Engine(Settings(device="cpu", evaluations=tmp_path))), TaskRunner(1))
    with pytest.raises(NotFoundError, match="no dataset"):
        service.of("0" * 16)
    with pytest.raises(InputError, match="No column of labels"):
        service.corrected(SELECTION, DatasetRequest("0" * 16, "text", None))
