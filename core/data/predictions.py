"""Predictions as plain records, and into a file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.data.export import FileFormat, check_destination, export
from core.results import Evaluation, Prediction

PREDICTION_FORMATS: tuple[FileFormat, ...] = ("csv", "tsv", "parquet", "jsonl")


def as_record(prediction: Prediction) -> dict[str, Any]:
    """The JSON shape of one prediction; null where there is none: probabilities of a regression, what is not finite,
    `sureness` of anything but one trained label.

    `untrained_head` is there where it is true, `temperature` and `prediction_set` where a calibration is in use.
    """
    return {
        "text": prediction.text,
        "label": prediction.label if prediction.finite else None,
        "probabilities": {n: _number(p) for n, p in zip(prediction.labels, prediction.probabilities, strict=True)},
        "logits": {n: _number(z) for n, z in zip(prediction.labels, prediction.logits, strict=True)},
        "tokens": [token.text for token in prediction.tokens],
        "pooling_weights": None if prediction.pooling_weights is None else list(prediction.pooling_weights),
        "truncated": prediction.truncated,
        "kept_characters": prediction.kept_characters,
        "kept_from": prediction.kept_from,
        "total_tokens": prediction.total_tokens,
        "sureness": prediction.sureness,
        **_calibrated(prediction),
        **untrained(prediction),
    }


def _calibrated(prediction: Prediction) -> dict[str, Any]:
    """By which temperature probabilities are stated, and the set of classes: where a calibration is in use."""
    if prediction.calibration is None:
        return {}
    held = prediction.prediction_set
    names = None if held is None else [row.label for row in held]
    return {"temperature": prediction.calibration.temperature, "prediction_set": names}


def untrained(result: Prediction | Evaluation) -> dict[str, bool]:
    """The mark of a verdict by an untrained head; nothing for a trained one."""
    return {"untrained_head": True} if result.untrained_head else {}


def write_predictions(path: Path, predictions: Sequence[Prediction]) -> None:
    """Write `.csv`, `.tsv`, `.parquet` (a row a text, a column a class) or `.jsonl` (`as_record`, one a line).

    Rows by an untrained head end in a column that says so.

    Raises:
        InputError: another ending, or a place that cannot be written to.
    """
    if check_destination(path, PREDICTION_FORMATS) == "jsonl":
        export(path, map(as_record, predictions))
        return
    columns = [*_columns(predictions[0].labels if predictions else ()), "sureness"]
    if any(prediction.untrained_head for prediction in predictions):
        columns.append("untrained_head")
    export(path, (dict(zip(columns, _cells(p), strict=True)) for p in predictions), columns)


def _columns(labels: Sequence[str]) -> list[str]:
    about = ("text", "label", "truncated", "kept_characters", "kept_from")
    return [*about, *(f"probability: {label}" for label in labels), *(f"logit: {label}" for label in labels)]


def _cells(p: Prediction) -> Iterator[Any]:
    """Text, verdict, what was cut, probability and logit of every class, how sure, the mark of an untrained head."""
    yield from (p.text, p.label if p.finite else None, p.truncated, p.kept_characters, p.kept_from)
    yield from map(_number, p.probabilities)
    yield from map(_number, p.logits)
    yield p.sureness
    yield from untrained(p).values()


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
