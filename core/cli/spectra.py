"""`spectra`: singular values of every weight matrix of a checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from core.checkpoints.spectra.records import SpectraFormat, rows, write_spectra
from core.cli.options import Json, Source
from core.cli.output import print_json, print_table, say
from core.cli.progress import follow
from core.data.export import check_destination
from core.in_process import InProcessServices
from core.results import SpectraReport
from core.words.numbers import significant
from core.words.sizes import shape
from core.words.spectra import cost

Output = Annotated[
    Path | None, typer.Option("--output", metavar="F", help="Write to F: .csv, or .json with the singular values.")
]
Norms = Annotated[bool, typer.Option("--norms", help="Spectral norm and stable rank only, which takes far less time.")]
SHOWN = ("norm", "spectral_norm", "stable_rank", "effective_rank", "beyond_random", "alpha", "distance")


def spectra(source: Source, norms: Norms = False, output: Output = None, json: Json = False) -> None:
    """Spectral norm, stable and effective rank and power-law exponent of every matrix, straight from the files."""
    if output is not None:
        check_destination(output, get_args(SpectraFormat))
    report = follow(InProcessServices().checkpoints.spectra(source, "norms" if norms else "full"))
    if output is not None:
        write_spectra(output, report)
        say(f"Wrote {len(report.spectra):,} matrices to {output}.")
    if json:
        print_json(rows(report))
    elif output is None:
        _tell(report)


def _tell(report: SpectraReport) -> None:
    columns = ("matrix", "size", *(name.replace("_", " ") for name in SHOWN), "remark")
    print_table(
        columns,
        [
            (
                row["name"],
                shape((row["rows"], row["columns"])),
                *(significant(row[name]) for name in SHOWN),
                row["note"],
            )
            for row in rows(report)
        ],
    )
    say(cost(report))
