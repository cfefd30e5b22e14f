"""`weights`: statistics of every tensor of a checkpoint, which need not fit in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from core.checkpoints.weight_records import records, write_statistics
from core.cli.checkpoint_diff import compare
from core.cli.options import Json, Source
from core.cli.output import print_json, print_table, say
from core.cli.progress import follow
from core.data.export import check_destination
from core.in_process import InProcessServices
from core.results import ExportFormat, WeightReport, WeightStats
from core.words import sizes
from core.words import weights as words
from core.words.numbers import significant

Output = Annotated[
    Path | None, typer.Option("--output", metavar="F", help="Write to F: .csv, .parquet, or .json with histograms.")
]
Against = Annotated[
    str | None,
    typer.Option("--against", metavar="OTHER", help="Compare with this other source instead."),
]
EXACT = "Counts, min, max, quantiles and histogram exact; sums in float64."
SHOWN = ("mean", "std", "min", "max", "norm", "kurtosis")


def weights(source: Source, against: Against = None, output: Output = None, json: Json = False) -> None:
    """Statistics of every tensor, straight from the files: exact for 16 bits and fewer."""
    if output is not None:
        check_destination(output, get_args(ExportFormat))
    if against is not None:
        compare(source, against, output, json)
        return
    report = follow(InProcessServices().checkpoints.statistics(source))
    if output is not None:
        write_statistics(output, report)
        say(f"Wrote {len(report.tensors):,} tensors to {output}.")
    if json:
        print_json(list(records(report)))
        say(words.read(report))
    elif output is None:
        _tell(report)


def _tell(report: WeightReport) -> None:
    columns = ("tensor", "dtype", "shape", *SHOWN, "zeros", "nan", "inf", "note")
    print_table(columns, [_row(t) for t in report.tensors])
    say(words.cost(report))
    say(words.read(report))
    if message := words.apart(report):
        say(message)
    for outlier in report.outliers:
        say(f"{outlier.tensor}: {outlier.seen} (rule: {outlier.rule}).")


def _row(t: WeightStats) -> tuple[str, ...]:
    numbers = (significant(getattr(t, name)) for name in SHOWN)
    return t.name, t.dtype, sizes.shape(t.shape), *numbers, f"{t.zeros:,}", f"{t.nan:,}", f"{t.inf:,}", _note(t)


def _note(t: WeightStats) -> str:
    """What the numbers are of, or why there are none; how exact they are stands in files."""
    is_plain = t.role == "weight" and not t.note.startswith(words.DEQUANTISED) and t.mean == t.mean
    return "" if is_plain else t.note.removesuffix(EXACT).strip()
