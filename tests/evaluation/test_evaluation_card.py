"""What is stated of an evaluation: its measures, rows and day; and the Hub's own form, read back by its library."""

from __future__ import annotations

from datetime import date

import numpy as np
import yaml
from huggingface_hub import parse_eval_result_entries

from core.evaluation.evaluation_card import eval_results, stated_result
from tests.evaluation.test_classes import evaluation

DAY = date(2026, 3, 4)
LABELS = (np.arange(60) % 6).astype(np.int32)
RESULT = evaluation(np.eye(6)[LABELS], LABELS)


def test_held_out_rows_are_test_rows() -> None:
    stated = stated_result(RESULT, DAY, held_out=True)
    assert (stated.dataset, stated.split, stated.rows, stated.date) == ("a", "test", 60, "2026-03-04")
    assert stated.measures["accuracy"] == 1.0
    assert set(stated.measures) == {"accuracy", "macro_f1", "calibration_error"}
    assert stated_result(RESULT, DAY, held_out=False).split == ""


def test_the_hubs_form() -> None:
    entries = parse_eval_result_entries(yaml.safe_load(eval_results(RESULT, "org/data", DAY)))
    assert [(e.dataset_id, e.task_id, e.notes) for e in entries] == [
        ("org/data", name, "60 rows") for name in ("accuracy", "macro_f1", "calibration_error")
    ]
    assert entries[0].value == 1.0
