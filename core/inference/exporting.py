"""Predictions as plain records, and into a file."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.results import Prediction

#: A spreadsheet would run a cell that begins so as a formula (OWASP's list).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_record(prediction: Prediction) -> dict[str, Any]:
    """The JSON shape of one prediction; a regression has no probabilities, so they are null."""
    return {
        "text": prediction.text,
        "label": prediction.label,
        "probabilities": {n: _number(p) for n, p in zip(prediction.labels, prediction.probabilities, strict=True)},
        "logits": {n: _number(z) for n, z in zip(prediction.labels, prediction.logits, strict=True)},
        "tokens": [token.text for token in prediction.tokens],
        "pooling_weights": None if prediction.pooling_weights is None else list(prediction.pooling_weights),
        "truncated": prediction.truncated,
    }


def check_output(path: Path) -> None:
    """Refuse, before any work is done, a place to which predictions cannot be written.

    Raises:
        InputError: a suffix other than .csv, .parquet or .jsonl; a folder that is not there.
    """
    if path.suffix.lower() not in _WRITERS:
        raise InputError(f"'{path}' has no known kind of file.", fix=f"end its name in {', '.join(_WRITERS)}.")
    if not path.parent.is_dir() or path.is_dir():
        raise InputError(f"'{path}' cannot be written: no such folder.", fix="make the folder, or choose another.")


def write_predictions(path: Path, predictions: Sequence[Prediction]) -> None:
    """Write `.csv`, `.parquet` (a row a text, a column a class) or `.jsonl` (`as_record`, one a line).

    In CSV a text that a spreadsheet would run as a formula gets a `'` in front.

    Raises:
        InputError: another suffix, or a place that cannot be written to.
    """
    check_output(path)
    try:
        _WRITERS[path.suffix.lower()](path, predictions)
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be written: {error.strerror or error}.", fix="choose another place."
        ) from None


def _write_csv(path: Path, predictions: Sequence[Prediction]) -> None:
    table = _table(predictions)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_harmless(name) for name in table)
        for row in zip(*table.values(), strict=True):
            writer.writerow(["" if cell is None else _harmless(cell) for cell in row])


def _write_parquet(path: Path, predictions: Sequence[Prediction]) -> None:
    import pyarrow
    import pyarrow.parquet as parquet

    parquet.write_table(pyarrow.table(_table(predictions)), path)


def _write_json_lines(path: Path, predictions: Sequence[Prediction]) -> None:
    # A lone surrogate becomes its JSON escape.
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(json.dumps(as_record(p), ensure_ascii=False, allow_nan=False) + "\n" for p in predictions)


_WRITERS = {".csv": _write_csv, ".parquet": _write_parquet, ".jsonl": _write_json_lines}


def _table(predictions: Sequence[Prediction]) -> dict[str, list[Any]]:
    """Columns by name: text, verdict, what was cut, then probability and logit of every class."""
    labels = predictions[0].labels if predictions else ()
    table: dict[str, list[Any]] = {
        "text": [_encodable(p.text) for p in predictions],
        "label": [p.label for p in predictions],
        "truncated": [p.truncated for p in predictions],
        "kept_characters": [p.kept_characters for p in predictions],
    }
    for i, label in enumerate(labels):
        table[f"probability: {label}"] = [_number(p.probabilities[i]) for p in predictions]
    for i, label in enumerate(labels):
        table[f"logit: {label}"] = [_number(p.logits[i]) for p in predictions]
    return table


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _encodable(text: str) -> str:
    """A lone surrogate cannot be written as UTF-8; it becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
