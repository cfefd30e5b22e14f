"""How well a regression does on a whole dataset, row by row and in figures."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.results.answered_rows import AnsweredRows
from core.results.figure import Figure


@dataclass(frozen=True)
class ValueEvaluation(AnsweredRows):
    """A dataset answered by a pair that gives values.

    Attributes:
        actual: (N, K) each row's values by its label; NaN where the file has none.
        predicted: (N, K) those that it is given; maybe not finite.
        unread: rows of these N with a label that is not K numbers, and one such label.
        figures: by name, over the M rows with both: mean_squared_error, mean_absolute_error, root_mean_squared_error
            (the root of the first), worst (what 95 % of rows are off by at most), r2, pearson, spearman. The last
            three are means over the outputs whose values vary. Empty where M is 0.
        outputs: the figures of each output alone, in the model's order; empty where there is one output or M is 0.
    """

    actual: NDArray[np.float64] = field(repr=False)
    predicted: NDArray[np.float64] = field(repr=False)
    unread: tuple[int, str]
    figures: dict[str, Figure]
    outputs: tuple[dict[str, Figure], ...] = ()

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """(N,) rows with values of their own."""
        return np.asarray(np.isfinite(self.actual).all(axis=1))

    @property
    def stated(self) -> NDArray[np.bool_]:
        """(N,) rows that are given finite values."""
        return np.asarray(np.isfinite(self.predicted).all(axis=1))

    @property
    def compared(self) -> NDArray[np.bool_]:
        """(N,) rows with both."""
        return self.labelled & self.stated

    @property
    def measured(self) -> int:
        """M: rows that the figures are about."""
        return int(self.compared.sum())

    @property
    def off(self) -> NDArray[np.float64]:
        """(N,) how far each row is off: the mean over outputs of what lies between; NaN without both."""
        between = np.abs(self.predicted - self.actual).mean(axis=1)
        return np.where(self.compared, between, np.nan)
