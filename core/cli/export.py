"""`export`: a candidate, its adapter merged, as a folder that other programs open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import Adapter, Candidate, Json, load, select
from core.cli.output import print_json, say
from core.cli.progress import follow
from core.in_process import InProcessServices
from core.results import ModelFormat
from core.words import export as words

Output = Annotated[Path, typer.Option("--output", metavar="FOLDER", help="The folder to write; not there, or empty.")]
Format = Annotated[
    ModelFormat,
    typer.Option("--format", help="transformers' own class, or a graph in float32 (needs requirements-export.txt)."),
]


def export(
    candidate: Candidate,
    output: Output,
    adapter: Adapter = None,
    model_format: Format = "transformers",
    json: Json = False,
) -> None:
    """Write a candidate, its adapter merged, so that other programs open it; its answers are compared with ours."""
    services = InProcessServices()
    selection = select(services.engine, candidate, adapter)
    task = services.exports.export(selection, str(output), model_format)
    load(services.engine, selection)
    result = follow(task)
    if json:
        print_json(result)
        return
    typer.echo(words.written(result))
    say(words.compared(result))
