"""A comparison of two checkpoints as records, and as a file: CSV, Parquet or JSON."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, assert_never, cast

from core.results import CheckpointComparison, ExportFormat, TensorComparison, plain

#: A spreadsheet would run a cell that begins so as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def records(found: CheckpointComparison) -> list[dict[str, Any]]:
    """One a tensor; numbers that are not known are None."""
    return [_record(t) for t in found.tensors]


def compared_file(found: CheckpointComparison, kind: ExportFormat) -> bytes:
    """A file with one row a tensor; in CSV a name that a spreadsheet would run as a formula gets a `'` in front."""
    rows = records(found)
    match kind:
        case "csv":
            text = io.StringIO(newline="")
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(rows[0])
            writer.writerows([_cell(value) for value in row.values()] for row in rows)
            return text.getvalue().encode()
        case "parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            sink = io.BytesIO()
            pq.write_table(pa.Table.from_pylist(rows), sink)
            return sink.getvalue()
        case "json":
            return json.dumps(rows, indent=1, allow_nan=False).encode()
        case _:
            assert_never(kind)


def write_comparison(path: Path, found: CheckpointComparison) -> None:
    """Write it in the format that the path's ending names: .csv, .parquet or .json."""
    path.write_bytes(compared_file(found, cast(ExportFormat, path.suffix.lower().removeprefix("."))))


def _record(t: TensorComparison) -> dict[str, Any]:
    only_second = t.shapes[0] is None
    values = {
        "name": None if only_second else t.name, "name_in_second": None if t.shapes[1] is None else t.other_name,
        "layer": t.layer, "module": t.module, "status": t.status.value, "dtype": t.dtypes[0],
        "dtype_in_second": t.dtypes[1], "shape": t.shapes[0], "shape_in_second": t.shapes[1], "count": t.count,
        "changed": t.changed, "left_out": t.left_out, "relative_change": t.relative, "norm_of_change": t.norm,
        "norm": t.norms[0], "norm_in_second": t.norms[1], "max_change": t.largest, "mean_change": t.mean,
        "cosine": t.cosine, "note": t.note,
    }  # fmt: skip
    return {key: plain(value) for key, value in values.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return " x ".join(map(str, value)) or "scalar"
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value
