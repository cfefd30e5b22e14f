"""Spectra as a file: CSV with a row a matrix, or JSON with the singular values too."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Literal, assert_never

from core.results import SpectraReport, Spectrum, plain

SpectraFormat = Literal["csv", "json"]


def exported(report: SpectraReport, kind: SpectraFormat) -> bytes:
    """A report as a file; numbers that do not exist are empty, or null."""
    found = rows(report)
    match kind:
        case "csv":
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, list(found[0]) if found else ["name"], lineterminator="\n")
            writer.writeheader()
            writer.writerows(found)
            return text.getvalue().encode()
        case "json":
            for row, spectrum in zip(found, report.spectra, strict=True):
                values = spectrum.singular_values
                row["singular_values"] = None if values is None else values.tolist()
            return json.dumps(found, indent=1, allow_nan=False).encode()
        case _:
            assert_never(kind)


def rows(report: SpectraReport) -> list[dict[str, Any]]:
    """A dictionary a matrix, without the singular values; None where there is no number."""
    return [_row(s) for s in report.spectra]


def _row(s: Spectrum) -> dict[str, Any]:
    law = s.power_law
    numbers = {
        "norm": s.norm, "spectral_norm": s.spectral_norm, "stable_rank": s.stable_rank,
        "effective_rank": s.effective_rank, "beyond_random": s.beyond_random, "resolution": s.resolution,
        "alpha": s.alpha, "alpha_error": law.error if law else None, "tail": law.tail if law else None,
        "distance": law.distance if law else None,
    }  # fmt: skip
    about = {"name": s.name, "layer": s.layer, "module": s.module, "dtype": s.dtype, "rows": s.rows,
             "columns": s.columns}  # fmt: skip
    return about | {k: plain(v) for k, v in numbers.items()} | {"note": s.note or (law.refusal if law else "")}
