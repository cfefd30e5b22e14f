"""What every evaluation of a dataset knows, whatever kind of answers were measured."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.results.dataset import DatasetRequest, DatasetSummary
from core.results.verdict import Selection


@dataclass(frozen=True)
class AnsweredRows:
    """The rows of a dataset that one pair answered: N of them; the model has K outputs.

    Attributes:
        classes: the names of the model's outputs, in its order.
        not_answered: rows whose text is blank or too long to be read.
        rows: (N,) the answered rows' numbers in the file, from 0.
    """

    selection: Selection
    dataset: DatasetSummary
    request: DatasetRequest
    classes: tuple[str, ...]
    untrained_head: bool
    not_answered: int
    rows: NDArray[np.int64] = field(repr=False)
