"""Cells that hold sets of labels: which labels there are, and which of a model's each row has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from core.data.targets import cell_parts


def counts_of_parts(counts: Mapping[str, int]) -> Mapping[str, int]:
    """Rows by label, of rows by cell."""
    found: Counter[str] = Counter()
    for cell, count in counts.items():
        for label in set(cell_parts(cell)):
            found[label] += count
    return found


def indicators(
    cells: Iterable[str], means: Mapping[str, int | None], rows: int, labels: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(rows, labels) which labels each cell has by what they mean, and (rows,) whether all of a cell mean one."""
    actual, known = np.zeros((rows, labels), bool), np.ones(rows, bool)
    for row, cell in enumerate(cells):
        for label in cell_parts(cell):
            number = means.get(label)
            if number is None:
                known[row] = known[row] and not label.strip()
            else:
                actual[row, number] = True
    return actual, known
