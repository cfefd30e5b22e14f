"""`train`: fit a head and an adapter, or a whole model, as a config file says."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.options import Json
from core.cli.output import print_json, print_table, say
from core.training.config import TrainingConfig
from core.words.numbers import significant

if TYPE_CHECKING:
    from core.training.result import TrainingProgress, TrainingResult

Config = Annotated[Path, typer.Argument(metavar="CONFIG.yaml", help="What to train on what; see the README.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint in the output folder.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Write into an output folder that is not empty.")]


def train(config: Config, resume: Resume = False, overwrite: Overwrite = False, json: Json = False) -> None:
    """Train, measure and write a standard folder with a model card. Ctrl-C stops after the step at hand."""
    requested = TrainingConfig.from_file(config)
    from core.training.fit import fit

    with _stop_flag() as stopped:
        result = fit(requested, _tell, resume=resume, overwrite=overwrite, cancelled=stopped.is_set)
    if json:
        print_json(result)
    else:
        print_table(("", "validation", "test"), _rows(result), title=f"Written to {result.folder}")


def _tell(progress: TrainingProgress) -> None:
    if progress.stage != "training":
        say(f"{progress.stage} ...")
    elif progress.validation is not None:
        measures = ", ".join(f"{name} {significant(value)}" for name, value in progress.validation.items())
        say(f"epoch {progress.epoch:.3g}: validation {measures}")
    elif progress.loss is not None:
        say(f"step {progress.step:,} of {progress.total_steps:,}: loss {significant(progress.loss)}")


def _rows(result: TrainingResult) -> list[tuple[str, str, str]]:
    names = dict.fromkeys((*result.validation, *result.test))
    measures = [(n, significant(result.validation.get(n)), significant(result.test.get(n))) for n in names]
    counts = ("rows", str(result.rows.get("validation", 0)), str(result.rows.get("test", 0)))
    return [*measures, counts]


@contextmanager
def _stop_flag() -> Iterator[threading.Event]:
    """Set by the first Ctrl-C; a second one ends the process as usual."""
    flag = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield flag
        return

    def stop(_signal: int, _frame: object) -> None:
        flag.set()
        signal.signal(signal.SIGINT, before)
        say("Stopping after this step; once more ends at once.")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield flag
    finally:
        signal.signal(signal.SIGINT, before)
