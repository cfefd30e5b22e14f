"""Spectra as a file: CSV with a row a matrix, or JSON with the singular values too."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, assert_never, cast, get_args

from core.data.export import check_destination, encoded, export
from core.results import SpectraReport, Spectrum, to_json
from core.words.spectra import remark

SpectraFormat = Literal["csv", "json"]


def write_spectra(path: Path, report: SpectraReport) -> None:
    """Write a report in the format that the path's ending names.

    Raises:
        InputError: another ending, or a place that cannot be written to.
    """
    kind = cast(SpectraFormat, check_destination(path, get_args(SpectraFormat)))
    export(path, _records(report, kind), None if report.spectra else ("name",))


def exported(report: SpectraReport, kind: SpectraFormat) -> bytes:
    """A report as a file; numbers that do not exist are empty, or null."""
    return encoded(_records(report, kind), kind, None if report.spectra else ("name",))


def _records(report: SpectraReport, kind: SpectraFormat) -> list[dict[str, Any]]:
    match kind:
        case "csv":
            return rows(report)
        case "json":
            values = [None if s.singular_values is None else s.singular_values.tolist() for s in report.spectra]
            return [row | {"singular_values": v} for row, v in zip(rows(report), values, strict=True)]
        case _:
            assert_never(kind)


def rows(report: SpectraReport) -> list[dict[str, Any]]:
    """A dictionary a matrix, without the singular values; None where there is no number."""
    return [_row(s) for s in report.spectra]


def _row(s: Spectrum) -> dict[str, Any]:
    law = s.power_law
    numbers = {
        "norm": s.norm,
        "spectral_norm": s.spectral_norm,
        "stable_rank": s.stable_rank,
        "effective_rank": s.effective_rank,
        "beyond_random": s.beyond_random,
        "resolution": s.resolution,
        "alpha": s.alpha,
        "alpha_error": law.error if law else None,
        "tail": law.tail if law else None,
        "distance": law.distance if law else None,
    }
    about = {
        "name": s.name,
        "layer": s.layer,
        "module": s.module,
        "dtype": s.dtype,
        "rows": s.rows,
        "columns": s.columns,
    }
    other = {"note": remark(s), "stack": s.stack, "expert": s.expert}
    return about | {k: to_json(v) for k, v in numbers.items()} | other
