"""`python -m tools.demos`: build the demo candidates."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from core.config.strict_model import suggest
from core.errors import AppError, ConfigError
from tools.demos.recipes import DEMOS, DemoRecipe, PretrainingRecipe, demo_named

Data = Annotated[Path, typer.Option(help="The folder that holds banking77/ and clinc150/.")]
Output = Annotated[Path, typer.Option(help="Where the candidate folders go.")]
Tables = Annotated[Path | None, typer.Option(help="Only write the tables (train, validation, test) here.")]
Only = Annotated[list[str] | None, typer.Option(help="Build this candidate; may be given several times.")]
HoldOut = Annotated[float, typer.Option(min=0, max=0.5, help="Share of BANKING77's training rows to keep out.")]
Jobs = Annotated[int, typer.Option(min=1, help="Candidates built at once, one thread each.")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Passes over the data per base; fewer for a quick try.")]
KeepBases = Annotated[bool, typer.Option("--keep-bases", help="Train only adapters over bases that are there.")]


def main(
    data: Data,
    output: Output = Path("assets/models"),
    tables: Tables = None,
    only: Only = None,
    hold_out: HoldOut = 0.0,
    jobs: Jobs = 2,
    epochs: Epochs = None,
    keep_bases: KeepBases = False,
) -> None:
    """Train the demo candidates from BANKING77 and CLINC150: bases, teacher, adapters, model cards."""
    try:
        _build(data, output, tables, _chosen(only), hold_out, jobs, epochs, keep_bases)
    except AppError as error:
        typer.echo(f"{error.problem}\nFix: {error.fix}", err=True)
        sys.exit(2)


def _chosen(names: list[str] | None) -> tuple[DemoRecipe, ...]:
    result = [demo_named(name) for name in names or ()]
    if None in result:
        unknown = (names or [])[result.index(None)]
        raise ConfigError(f"There is no demo '{unknown}'.", fix=suggest(unknown, [d.name for d in DEMOS]))
    return tuple(demo for demo in result if demo is not None) or DEMOS


def _build(
    data: Path,
    output: Path,
    tables: Path | None,
    demos: tuple[DemoRecipe, ...],
    hold_out: float,
    jobs: int,
    epochs: int | None,
    keep_bases: bool,
) -> None:
    from tools.demos.candidate import build_demos, print_line, write_plan

    recipe = PretrainingRecipe() if epochs is None else PretrainingRecipe(epochs=epochs)
    if tables is not None:
        write_plan(data, tables, output, hold_out=hold_out)
        return
    with tempfile.TemporaryDirectory(prefix="demo-tables-") as folder:
        plan = write_plan(data, Path(folder), output, hold_out=hold_out, pretraining=recipe)
        plan = dataclasses.replace(plan, rebuild_bases=not keep_bases)
        for demo in build_demos(plan, print_line, demos=demos, jobs=jobs):
            print_line(f"{demo.name}: {demo.size / 2**20:.2f} MiB, {demo.seconds:.0f} s")


if __name__ == "__main__":
    typer.run(main)
