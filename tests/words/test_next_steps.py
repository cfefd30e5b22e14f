"""What to do next: only what was found is said, and each step names the page that shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.evaluation.data_checks import data_checks
from core.evaluation.label_errors import label_error_report
from core.evaluation.slices import slice_report
from core.results.data_checks import DataChecks
from core.results.figure import Figure
from core.settings import ROOT
from core.tasks.progress import ignore_progress
from core.words.next_steps import Step, steps
from tests.evaluation.test_classes import NAMES, evaluation

LABELS = (np.arange(240) % 6).astype(np.int32)
#: Far from one another, or every pair of them would be a near-duplicate.
TEXTS = [" ".join(f"{chr(97 + (7 * i + 3 * k) % 26) * 3}{i * k % 97}" for k in range(1, 6)) for i in range(240)]


def found(wrong: np.ndarray, texts: list[str] = TEXTS, error: float = 0.01) -> list[Step]:
    predicted = LABELS.copy()
    predicted[wrong] = (LABELS[wrong] + 1) % 6
    logits = 6.0 * np.eye(6)[predicted]
    made = evaluation(logits, LABELS)
    result = replace(made, figures={**made.figures, "calibration_error": Figure(error)})
    labels = label_error_report(result, logits, None, ignore_progress, refit=False)
    checks = data_checks(result, texts, [NAMES[k] for k in LABELS])
    weak = slice_report(result, texts, {"kind": ["new" if i in set(wrong) else "old" for i in range(240)]}, 10)
    return steps(result, labels, checks, weak)


def test_where_nothing_was_found_there_is_nothing_to_do() -> None:
    assert found(np.array([], int)) == []


def test_what_was_found_weightiest_first() -> None:
    wrong = np.arange(0, 180, 6)
    twice = [*TEXTS[:-1], TEXTS[0]]  # the same text with another label
    said = found(wrong, twice, 0.081)
    assert [step.page for step in said] == ["label_errors", "slices", "slices", "classes", "slices", "calibration"]
    assert said[0].said.startswith("Check 30 labels that look wrong")
    assert said[1].said == "Decide on 1 pair of texts that are alike and have different labels."
    assert said[3].said.startswith("'A' is taken for 'B' in 30 of 40 rows")
    assert said[4].said.startswith("Bring more training texts of a weak slice: label is 'A', right on 25.0")
    assert said[5].said.startswith("See whether a calibration helps. Probabilities differ from how often they are")
    assert "by 8.10 points on average over all rows" in said[5].said
    assert said[1].part == "data", "the link opens what it is about"


def test_classes_of_few_rows_are_counted() -> None:
    checks = data_checks(evaluation(np.eye(6)[LABELS], LABELS), TEXTS, [NAMES[k] for k in LABELS])
    few: DataChecks = replace(checks, few=(("a", 1),), without=2)
    logits = np.eye(6)[LABELS]
    result = evaluation(logits, LABELS)
    labels = label_error_report(result, logits, None, ignore_progress, refit=False)
    said = steps(result, labels, few, slice_report(result, TEXTS, {}, 10))
    assert any(s.said.startswith("Bring rows: 3 of 6 classes have fewer than 5") for s in said)


def test_a_file_of_another_model_comes_first() -> None:
    labels = np.where(np.arange(240) < 100, LABELS, -1).astype(np.int32)
    logits = 6.0 * np.eye(6)[LABELS]
    result = evaluation(logits, labels)
    errors = label_error_report(result, logits, None, ignore_progress, refit=False)
    checks = data_checks(result, TEXTS, [str(k) for k in labels])
    first = steps(result, errors, checks, slice_report(result, TEXTS, {}, 10))[0]
    assert first.said.startswith(
        "Check that the file fits this model: only 100 of 240 rows have a label of its classes"
    )
    assert first.page == "evaluation"


def test_every_step_leads_to_a_page() -> None:
    wrong = np.arange(0, 180, 6)
    assert all((Path(ROOT) / f"pages/{step.page}.py").is_file() for step in found(wrong, error=0.2))
