"""Weight statistics as a file: CSV, Parquet, or JSON with the histograms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, assert_never, cast, get_args

from core.data.export import check_destination, encoded, export
from core.results import ExportFormat, WeightReport, WeightStats, to_json

#: The fields of one tensor, in the order of the command line's contract.
FIELDS = (
    "name",
    "layer",
    "module",
    "dtype",
    "shape",
    "count",
    "mean",
    "std",
    "min",
    "max",
    "norm",
    "zeros",
    "near_zeros",
    "nan",
    "inf",
    "q01",
    "q50",
    "q99",
    "kurtosis",
    "histogram",
    "dead_rows",
    "note",
    "stack",
    "role",
    "dead_columns",
    "inputs_first",
)
_FLAT = tuple(name for name in FIELDS if name != "histogram")
_COLUMNS = {
    "csv": _FLAT,
    "parquet": (*_FLAT, "histogram_edges", "histogram_counts"),
    "json": (*_FLAT, "histogram"),
}  # the same whether there are tensors or not


def write_statistics(path: Path, report: WeightReport) -> None:
    """Write a report in the format that the path's ending names.

    Raises:
        InputError: another ending, or a place that cannot be written to.
    """
    kind = cast(ExportFormat, check_destination(path, get_args(ExportFormat)))
    export(path, _records(report, kind), _COLUMNS[kind])


def exported(report: WeightReport, kind: ExportFormat) -> bytes:
    """A report as a file: one row a tensor; numbers that do not exist are empty, or null."""
    return encoded(_records(report, kind), kind, _COLUMNS[kind])


def _records(report: WeightReport, kind: ExportFormat) -> Iterator[dict[str, Any]]:
    for t in report.tensors:
        record = {name: to_json(getattr(t, name)) for name in _FLAT}
        yield record | _of_format(t, kind)


def _of_format(t: WeightStats, kind: ExportFormat) -> dict[str, Any]:
    """What each format writes in its own way: the shape in words where cells are flat, the histogram elsewhere."""
    match kind:
        case "csv":
            return {"shape": " x ".join(map(str, t.shape))}
        case "parquet":
            return {"histogram_edges": list(t.histogram.edges), "histogram_counts": list(t.histogram.counts)}
        case "json":
            return {"histogram": to_json(asdict(t.histogram))}
        case _:
            assert_never(kind)
