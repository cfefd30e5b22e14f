"""Weight statistics as a file: CSV, Parquet, or JSON with the histograms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, assert_never, cast, get_args

from core.data.export import check_destination, encoded, export
from core.results import ExportFormat, WeightReport, to_json
from core.results.weights import missing

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
    "stands_out",
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


def records(report: WeightReport) -> Iterator[dict[str, Any]]:
    """The fields of each tensor as they are, then of each that should be there and is not: `role` is `missing`."""
    seen: dict[str, list[str]] = defaultdict(list)
    for outlier in report.outliers:
        seen[outlier.tensor].append(f"{outlier.seen} (rule: {outlier.rule})")
    for changed in report.completeness.reshaped:
        seen[changed.tensor].append(f"config.json makes its shape {list(changed.expected)}")
    for name in report.completeness.beyond:
        seen[name].append("config.json knows no such layer")
    for t in report.tensors:
        yield {name: getattr(t, name) for name in FIELDS[:-1]} | {"stands_out": "; ".join(seen[t.name])}
    for gone in missing(report):
        known = {name: getattr(gone, name) for name in ("name", "layer", "module", "stack", "shape")}
        yield dict.fromkeys(FIELDS) | known | {"role": "missing", "note": "", "stands_out": "it is missing"}


def _records(report: WeightReport, kind: ExportFormat) -> Iterator[dict[str, Any]]:
    for record in records(report):
        yield {name: to_json(record[name]) for name in _FLAT} | _of_format(record, kind)


def _of_format(record: Mapping[str, Any], kind: ExportFormat) -> dict[str, Any]:
    """What each format writes in its own way: the shape in words where cells are flat, the histogram elsewhere."""
    histogram = record["histogram"]
    match kind:
        case "csv":
            return {"shape": " x ".join(map(str, record["shape"] or ()))}
        case "parquet":
            edges, counts = ((), ()) if histogram is None else (histogram.edges, histogram.counts)
            return {"histogram_edges": list(edges), "histogram_counts": list(counts)}
        case "json":
            return {"histogram": None if histogram is None else to_json(asdict(histogram))}
        case _:
            assert_never(kind)
