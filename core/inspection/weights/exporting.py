"""Weight statistics as a file: CSV, Parquet, or JSON with the histograms."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, assert_never, cast

from core.errors import InputError
from core.results import ExportFormat, WeightReport, WeightStats, plain

#: The fields of one tensor, in the order of the command line's contract.
FIELDS = (
    "name", "layer", "module", "dtype", "shape", "count", "mean", "std", "min", "max", "norm", "zeros", "near_zeros",
    "nan", "inf", "q01", "q50", "q99", "kurtosis", "histogram", "dead_rows", "note",
)  # fmt: skip
_FLAT = tuple(name for name in FIELDS if name != "histogram")
_FORMATS = {".csv": "csv", ".parquet": "parquet", ".json": "json"}


def check_output(path: Path, formats: Sequence[str] = tuple(_FORMATS)) -> None:
    """Refuse a path that cannot be written, before anything is computed.

    Raises:
        InputError: an unknown ending, or no such folder.
    """
    if path.suffix.lower() not in formats:
        endings = f"{', '.join(formats[:-1])} or {formats[-1]}"
        raise InputError(f"'{path.name}' has no known ending.", fix=f"end it with {endings}.")
    if not path.parent.is_dir():
        raise InputError(f"There is no folder '{path.parent}'.", fix="make it, or write elsewhere.")


def write_statistics(path: Path, report: WeightReport) -> None:
    """Write a report in the format that the path's ending names."""
    path.write_bytes(exported(report, cast(ExportFormat, _FORMATS[path.suffix.lower()])))


def exported(report: WeightReport, kind: ExportFormat) -> bytes:
    """A report as a file: one row a tensor; numbers that do not exist are empty, or null."""
    match kind:
        case "csv":
            return _csv(report)
        case "parquet":
            return _parquet(report)
        case "json":
            rows = [plain({name: getattr(t, name) for name in _FLAT} | {"histogram": asdict(t.histogram)})
                    for t in report.tensors]  # fmt: skip
            return json.dumps(rows, indent=1, allow_nan=False).encode()
        case _:
            assert_never(kind)


def _csv(report: WeightReport) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_FLAT)
    writer.writerows([_cell(getattr(t, name)) for name in _FLAT] for t in report.tensors)
    return text.getvalue().encode()


def _parquet(report: WeightReport) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, list[Any]] = {name: [_column(t, name) for t in report.tensors] for name in _FLAT}
    columns["histogram_edges"] = [list(t.histogram.edges) for t in report.tensors]
    columns["histogram_counts"] = [list(t.histogram.counts) for t in report.tensors]
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def _column(t: WeightStats, name: str) -> Any:
    value = getattr(t, name)
    return plain(value)


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return " x ".join(map(str, value))
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else value
