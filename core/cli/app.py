"""The commands, and how their errors are shown."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from core.cli import candidates, check, classify, evaluate, explain, export, merge, spectra, summary, train, weights
from core.cli.output import complain
from core.errors import AppError

FAILED = 2


class Commands(TyperGroup):
    """Tells an `AppError` on stderr and ends with exit code 2; a bug keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except AppError as error:
            complain(error)
            raise typer.Exit(FAILED) from None


app = typer.Typer(
    cls=Commands,
    name="headlight",
    help="Classify text with fine-tuned language models. Exit code 2: an error, shown as problem and fix.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.command("candidates")(candidates.candidates)
app.command("check")(check.check)
app.command("classify")(classify.classify)
app.command("evaluate")(evaluate.evaluate)
app.command("explain")(explain.explain)
app.command("merge")(merge.merge)
app.command("export")(export.export)
app.command("spectra")(spectra.spectra)
app.command("summary")(summary.summary)
app.command("train")(train.train)
app.command("weights")(weights.weights)
