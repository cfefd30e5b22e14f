"""What is worth knowing of single rows of an evaluated dataset, as masks."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.results.data_checks import DataChecks
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.label_errors import LabelErrorReport
from core.results.robustness import TYPOS, RobustnessReport
from core.results.training_rows import TrainingRows

#: So far down the list of classes a label is near.
NEAR = 3


class RowTag(StrEnum):
    """One thing that may hold of a row."""

    SURE_AND_WRONG = "sure_and_wrong"
    RIGHT_AND_UNSURE = "right_and_unsure"
    LABEL_NEAR = "label_near"
    LABEL_LIKELY_WRONG = "label_likely_wrong"
    ALIKE = "alike"
    FLIPS = "flips"
    UNLIKE = "unlike"
    MARKED = "marked"


def row_tags(
    result: DatasetEvaluation,
    errors: LabelErrorReport | None = None,
    checks: DataChecks | None = None,
    robust: RobustnessReport | None = None,
    training: TrainingRows | None = None,
    marked: Collection[int] = (),
) -> dict[RowTag, NDArray[np.bool_]]:
    """(N,) which of the answered rows each tag holds of; without tags that nobody has looked for.

    Args:
        result: N answered rows.
        errors: labels that are likely wrong, where they were looked for.
        checks: rows that are alike, where they were looked for; left out where it lists only some of them.
        robust: what typos do, where they were tried; left out where they were tried on some of the rows only.
        training: the same rows beside the training file, where that was brought.
        marked: numbers of marked rows in the file.
    """
    sure = result.kept(result.sure)
    tags = {
        RowTag.SURE_AND_WRONG: result.wrong & sure,
        RowTag.RIGHT_AND_UNSURE: result.right & ~sure,
        RowTag.LABEL_NEAR: result.wrong & (result.rank > 0) & (result.rank <= NEAR),
    }
    if errors is not None:
        tags[RowTag.LABEL_LIKELY_WRONG] = np.isin(np.arange(len(result.rows)), errors.places)
    if checks is not None and (len(checks.near), len(checks.exact)) == (checks.near_pairs, checks.exact_groups):
        pairs = [row for pair in checks.near for row in (pair.first, pair.second)]
        alike = [*pairs, *(row for group in checks.exact for row in group)]
        tags[RowTag.ALIKE] = np.isin(result.rows, alike)
    if robust is not None and robust.looked_at == robust.of:
        tags[RowTag.FLIPS] = np.isin(np.arange(len(result.rows)), robust.flipped(*TYPOS))
    if training is not None:
        tags[RowTag.UNLIKE] = training.unlike
    if marked:
        tags[RowTag.MARKED] = np.isin(result.rows, list(marked))
    return tags
