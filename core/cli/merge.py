"""`merge`: a base and its adapter as one checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import Adapter, Candidate, Json, Quantised, select
from core.cli.output import print_json, print_table, say
from core.cli.progress import follow
from core.in_process import InProcessServices
from core.results import Merge
from core.words import merge as words

Output = Annotated[
    Path, typer.Option("--output", metavar="FOLDER", help="Where it is written: a folder that is not there, or empty.")
]
Dequantise = Annotated[
    bool,
    typer.Option("--dequantise", help="Of a quantised base, merge into the numbers that its codes stand for."),
]


def merge(
    candidate: Candidate,
    output: Output,
    adapter: Adapter = None,
    quantisation: Quantised = None,
    dequantise: Dequantise = False,
    json: Json = False,
) -> None:
    """Write base and adapter as one folder, which needs no PEFT."""
    services = InProcessServices()
    selection = select(services.engine, candidate, adapter, None, quantisation)
    task = services.merges.merge(selection, str(output), dequantise=dequantise)
    say(words.cost(services.merges.merge_cost(selection, str(output))))
    result = follow(task)
    if json:
        print_json(result)
        return
    print_table(("", ""), _rows(result), title=words.written(result))


def _rows(result: Merge) -> list[tuple[str, str]]:
    rows = [
        ("parameters", f"{result.parameters:,}"),
        ("the adapter's own", ", ".join(result.whole) or "nothing"),
        ("opened by", words.opened_by(result)),
        ("length", words.length(result)),
    ]
    return [row for row in rows if row[1]]
