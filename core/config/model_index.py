"""`model-index` in the front matter of a model card: results in the Hub's own form.

Form: https://github.com/huggingface/hub-docs/blob/main/modelcard.md?plain=1. The Hub has no field for the day of a
measurement nor for the number of rows; ours stand in `date` and in the data set's `args`, which other readers pass by.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.results.stated_results import StatedResult

TASK = "text-classification"
#: The Hub's type of a metric, and the name beside it, for each of our measures.
METRICS = {
    "accuracy": ("accuracy", "Accuracy"),
    "macro_f1": ("f1", "Macro-F1"),
    "calibration_error": ("expected_calibration_error", "Expected calibration error (15 bins)"),
    "mean_squared_error": ("mse", "Mean squared error"),
    "mean_absolute_error": ("mae", "Mean absolute error"),
    "r2": ("r_squared", "R²"),
}
_TYPES = {kind: measure for measure, (kind, _) in METRICS.items() if kind != "f1"} | {
    "ece": "calibration_error",
    "r2": "r2",
    "f1_macro": "macro_f1",
    "macro_f1": "macro_f1",
}
_SHARES = ("accuracy", "macro_f1", "f1", "calibration_error")


class _Open(BaseModel):
    """Part of a card: what else stands there is other people's."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class _Metric(_Open):
    type: str = ""
    name: str | None = None
    value: Any = None
    args: Any = None

    @property
    def measure(self) -> str | None:
        """Our name for it; None for one that we do not know."""
        kind = self.type.lower()
        if kind != "f1":
            return _TYPES.get(kind)
        average = self.args.get("average") if isinstance(self.args, Mapping) else None
        macro = average == "macro" or "macro" in (self.name or "").lower()
        return "macro_f1" if macro else "f1"

    @property
    def number(self) -> float | None:
        """Its value, of shares from 0 to 1 where it is given in percent; None where it is no number."""
        if not isinstance(self.value, int | float) or isinstance(self.value, bool) or not math.isfinite(self.value):
            return None
        percent = self.measure in _SHARES and self.value > 1
        return self.value / 100 if percent else float(self.value)


class _Task(_Open):
    type: str = ""


class _Dataset(_Open):
    name: str = ""
    split: str | None = None
    args: Any = None

    @property
    def rows(self) -> int | None:
        """Texts that were measured."""
        rows = self.args.get("rows") if isinstance(self.args, Mapping) else None
        return rows if isinstance(rows, int) and not isinstance(rows, bool) and rows > 0 else None


class _Result(_Open):
    task: _Task = _Task()
    dataset: _Dataset = _Dataset()
    metrics: tuple[_Metric, ...] = ()
    date: datetime.date | None = None

    @property
    def stated(self) -> StatedResult:
        """As the app shows it."""
        numbers = {m.measure: m.number for m in self.metrics if m.measure is not None}
        return StatedResult(
            dataset=self.dataset.name,
            split=self.dataset.split or "",
            rows=self.dataset.rows,
            date=self.date.isoformat() if self.date else "",
            measures={name: number for name, number in numbers.items() if number is not None},
        )


class _Model(_Open):
    results: tuple[_Result, ...] = ()


class ModelIndex(_Open):
    """The front matter of a card, as far as it states results."""

    models: tuple[_Model, ...] = Field((), alias="model-index")

    @property
    def stated(self) -> tuple[StatedResult, ...]:
        """Results of text classification that hold a measure we know, those on a test split first."""
        results = [r.stated for model in self.models for r in model.results if r.task.type in ("", TASK)]
        return tuple(sorted((r for r in results if r.measures), key=lambda r: r.split != "test"))


def model_index(name: str, results: Sequence[StatedResult]) -> list[dict[str, Any]]:
    """The `model-index` of a card that states them, as plain data."""
    return [{"name": name, "results": [_entry(result) for result in results]}]


def _entry(result: StatedResult) -> dict[str, Any]:
    kinds = {name: METRICS[name] for name in result.measures if name in METRICS}
    dataset: dict[str, Any] = {"name": result.dataset, "type": re.sub(r"\W+", "-", result.dataset.lower()).strip("-")}
    if result.split:
        dataset["split"] = result.split
    if result.rows:
        dataset["args"] = {"rows": result.rows}
    metrics = [
        {"type": kind, "name": title, "value": round(result.measures[name], 4)} for name, (kind, title) in kinds.items()
    ]
    dated = {"date": result.date} if result.date else {}
    return {"task": {"type": TASK, "name": "Text classification"}, "dataset": dataset, "metrics": metrics} | dated
