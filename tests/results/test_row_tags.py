"""Tags hold of the rows that they say, and only where somebody has looked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.evaluation.data_checks import data_checks
from core.evaluation.label_errors import label_error_report
from core.results.robustness import Perturbation, RobustnessReport, RobustnessTest
from core.results.row_tags import RowTag, row_tags
from core.tasks.progress import ignore_progress
from core.words.row_tags import TAGS
from tests.evaluation.test_classes import evaluation
from tests.words.test_training_rows import REPORT

#: Right and sure, right and unsure, wrong and sure, wrong with its label second, without a label, without a verdict.
LOGITS = np.array(
    [[9.0, 0, 0, 0, 0, 0]] + [[1.0, 0, 0, 0, 0, 0]] + [[0, 9.0, 0, 0, -9, -9]] + [[2.0, 3, 0, 0, 0, 0]] * 3
)
LABELS = np.array([0, 0, 5, 0, -1, 0], np.int32)


def robustness_test(kind: Perturbation, places: list[int], changed: list[bool]) -> RobustnessTest:
    n = len(places)
    none, ones = np.zeros(n, np.int32), np.ones(n, np.float32)
    where, flips = np.array(places, np.int64), np.array(changed)
    return RobustnessTest(kind, None, 0, 1, 0, 0, 0, 0, 0.0, where, ("",) * n, none, ones, ones, flips)


def test_what_every_evaluation_knows() -> None:
    logits = LOGITS.copy()
    logits[5] = np.nan
    tags = row_tags(evaluation(logits, LABELS))
    assert {tag: np.flatnonzero(mask).tolist() for tag, mask in tags.items()} == {
        RowTag.SURE_AND_WRONG: [2],
        RowTag.RIGHT_AND_UNSURE: [1],
        RowTag.LABEL_NEAR: [3],
    }


def test_what_was_looked_for() -> None:
    result = evaluation(LOGITS, LABELS)
    texts = ["one text", "ONE  text", "another one here", "something else", "x", "y"]
    checks = data_checks(result, texts, [str(k) for k in LABELS])
    errors = label_error_report(result, LOGITS, None, ignore_progress, refit=False)
    typo = robustness_test(Perturbation.SWAP, [1, 3], [False, True])
    case = robustness_test(Perturbation.LOWER, [0], [True])
    robust = RobustnessReport((typo, case), 6, 6, 3)
    tags = row_tags(result, errors, checks, robust, marked={4, 99})
    assert np.flatnonzero(tags[RowTag.FLIPS]).tolist() == [3]
    assert RowTag.FLIPS not in row_tags(result, robust=replace(robust, looked_at=5)), "the others may flip, too"
    assert np.flatnonzero(tags[RowTag.ALIKE]).tolist() == [0, 1]
    assert np.flatnonzero(tags[RowTag.LABEL_LIKELY_WRONG]).tolist() == sorted(errors.places.tolist())
    assert np.flatnonzero(tags[RowTag.MARKED]).tolist() == [4]
    near = np.array([[0.9], [0.2], [0.8], [np.nan], [0.7], [0.5]])
    tags = row_tags(result, training=replace(REPORT, similarity=near, far=0.7))
    assert np.flatnonzero(tags[RowTag.UNLIKE]).tolist() == [1, 5]
    some = replace(checks, exact_groups=checks.exact_groups + 1)
    assert RowTag.ALIKE not in row_tags(result, errors, some), "a list of some of them would call the others unlike"


def test_every_tag_has_its_words() -> None:
    assert set(TAGS) == set(RowTag)
