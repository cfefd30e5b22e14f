"""What one model said of rows of a dataset, as the cells of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.results.answered_rows import AnsweredRows
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.row_tags import RowTag
from core.words.class_names import readable
from core.words.numbers import percentage
from core.words.row_tags import TAGS
from pages.ui import tables
from pages.ui.services import datasets
from pages.views import row_choice

Tags = Mapping[RowTag, NDArray[np.bool_]]


def cells(result: DatasetEvaluation, places: NDArray[np.int64], known: Tags | None) -> dict[str, Any]:
    """What one pair said of these rows."""
    names = named(result.classes)
    tags = row_choice.tags(result) if known is None else known
    return {
        "Label": _labels(result, places, names),
        "Verdict": [names[i] for i in result.predicted[places]],
        "Probability": [percentage(float(p), tables.ABSENT) for p in result.probability[places]],
        "Place of the label": [tables.ABSENT if place == 0 else f"{place:,}" for place in result.rank[places]],
        "Tags": [", ".join(TAGS[tag] for tag in tags if tag is not RowTag.MARKED and tags[tag][i]) for i in places],
    }


def named(classes: Sequence[str]) -> list[str]:
    """Names by class number; the last is that of `NO_CLASS`."""
    return [*(readable(name, classes) for name in classes), tables.ABSENT]


def texts(result: AnsweredRows, places: Sequence[int] | NDArray[np.int64]) -> tuple[str, ...]:
    """Texts of an evaluation's rows at these places."""
    rows = [int(row) for row in result.rows[list(places)]]
    return datasets().cells(result.dataset.id, result.request.text_column, rows)


def _labels(result: DatasetEvaluation, places: NDArray[np.int64], names: Sequence[str]) -> list[str]:
    """Of these rows, by the classes' names; one that is no class as the file has it."""
    column, shown = result.request.label_column, [names[i] for i in result.actual[places]]
    strange = [i for i, place in enumerate(places) if not result.labelled[place]]
    if column is None or not strange:
        return shown
    written = datasets().cells(result.dataset.id, column, [int(result.rows[places[i]]) for i in strange])
    for i, cell in zip(strange, written, strict=True):
        shown[i] = cell or tables.ABSENT
    return shown
