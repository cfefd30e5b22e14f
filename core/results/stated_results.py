"""What a model card says of a classifier's quality. Nobody here has measured it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class StatedResult:
    """The measures of one split of one data set, as the card's `model-index` states them.

    Attributes:
        dataset, split: by name; empty where the card does not say.
        rows: how many texts were measured; None where the card does not say.
        date: the day of the measurement, as ISO 8601; empty where the card does not say.
        measures: by the name that `Evaluation` has for them ("accuracy", "macro_f1", "calibration_error", ...; "f1"
            where the card does not say over what it is averaged). Shares from 0 to 1.
    """

    dataset: str = ""
    split: str = ""
    rows: int | None = None
    date: str = ""
    measures: Mapping[str, float] = field(default_factory=dict)
