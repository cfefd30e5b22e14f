"""A comparison of two checkpoints as records, and as a file: CSV, Parquet or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_never, cast, get_args

from core.data.export import check_destination, encoded, export
from core.results import CheckpointDiff, ExportFormat, TensorDiff, to_json


def records(result: CheckpointDiff) -> list[dict[str, Any]]:
    """One a tensor; numbers that are not known are None."""
    return [_record(t) for t in result.tensors]


def diff_file(result: CheckpointDiff, kind: ExportFormat) -> bytes:
    """A file with one row a tensor."""
    return encoded(_of_format(result, kind), kind)


def write_diff(path: Path, result: CheckpointDiff) -> None:
    """Write it in the format that the path's ending names: .csv, .parquet or .json.

    Raises:
        InputError: another ending, or a place that cannot be written to.
    """
    export(path, _of_format(result, cast(ExportFormat, check_destination(path, get_args(ExportFormat)))))


def _of_format(result: CheckpointDiff, kind: ExportFormat) -> list[dict[str, Any]]:
    """Records, with shapes in words where cells are flat."""
    match kind:
        case "csv":
            return [{name: _flat(value) for name, value in record.items()} for record in records(result)]
        case "parquet" | "json":
            return records(result)
        case _:
            assert_never(kind)


def _record(t: TensorDiff) -> dict[str, Any]:
    only_second = t.shapes[0] is None
    values = {
        "name": None if only_second else t.name,
        "name_in_second": None if t.shapes[1] is None else t.other_name,
        "layer": t.layer,
        "module": t.module,
        "status": t.status.value,
        "dtype": t.dtypes[0],
        "dtype_in_second": t.dtypes[1],
        "shape": t.shapes[0],
        "shape_in_second": t.shapes[1],
        "count": t.count,
        "changed": t.changed,
        "left_out": t.left_out,
        "relative_change": t.relative,
        "norm_of_change": t.norm,
        "norm": t.norms[0],
        "norm_in_second": t.norms[1],
        "max_change": t.largest,
        "mean_change": t.mean,
        "cosine": t.cosine,
        "note": t.note,
        "stack": t.stack,
        "matched_by": t.matched_by,
    }
    return {key: to_json(value) for key, value in values.items()}


def _flat(value: Any) -> Any:
    return (" x ".join(map(str, value)) or "scalar") if isinstance(value, list) else value
