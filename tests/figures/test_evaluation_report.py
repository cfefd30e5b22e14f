"""The report holds what was found, in words that are safe, and runs nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.evaluation.classes import class_report
from core.evaluation.label_errors import label_error_report
from core.evaluation.slices import slice_report
from core.figures.evaluation_findings import Findings
from core.figures.evaluation_report import document
from core.tasks.progress import ignore_progress
from core.words.next_steps import Step
from tests.evaluation.test_classes import evaluation

LABELS = (np.arange(120) % 6).astype(np.int32)


def findings() -> Findings:
    said = LABELS.copy()
    said[::10] = (said[::10] + 1) % 6
    logits = 7.0 * np.eye(6)[said]
    result = evaluation(logits, LABELS)
    result = replace(result, dataset=replace(result.dataset, name="<i>mine</i>.csv"))
    return Findings(
        result,
        "demo <script>alert(1)</script>",
        "2026-01-02",
        class_report(result, logits),
        label_error_report(result, logits, None, ignore_progress, refit=False),
        slice_report(result, [f"text {i}" for i in range(120)], {}, 10),
        [Step("Check <b>these</b>.", "label_errors")],
    )


def test_everything_that_was_found_is_in_it() -> None:
    found = findings()
    texts = {place: f"row <img src=x> {place}" for place in found.shown}
    made = document(found, texts)
    assert "<h1>Right on <b>90.0" in made
    assert made.count("<section>") == 8
    assert "Check &lt;b&gt;these&lt;/b&gt;." in made
    assert all(f"row &lt;img src=x&gt; {place}" in made for place in found.shown)
    for wrong in ("<script", "<img", "<i>mine", "onload", "http://", "https://"):
        assert wrong not in made.replace("<i class", "")


def test_without_steps_and_label_errors_their_parts_are_left_out() -> None:
    found = findings()
    none = replace(found.errors, places=np.zeros(0, np.int64))
    made = document(replace(found, errors=none, steps=()), dict.fromkeys(found.shown, "x"))
    assert made.count("<section>") == 6
