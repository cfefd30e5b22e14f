"""`evaluate`: quality on labelled texts."""

from __future__ import annotations

from dataclasses import replace
from json import loads
from pathlib import Path
from typing import Annotated

import typer

from core.cli import evaluation_files
from core.cli.further_tables import tell_further
from core.cli.options import (
    Adapter,
    Candidate,
    Json,
    Quantised,
    TextColumn,
    UntrainedHead,
    UseChatTemplate,
    load,
    select,
)
from core.cli.output import print_json, print_table, say
from core.cli.progress import follow
from core.data.labelled_texts import read_rows
from core.data.predictions import untrained
from core.files.output_folder import require_empty
from core.in_process import InProcessServices
from core.results import Evaluation
from core.results.calibration_report import CalibrationOptions
from core.results.evaluation import FurtherAnalyses
from core.words.evaluation import measure_name, measured, without_verdict
from core.words.untrained_head import marked
from core.words.verdict import NOT_FINITE_FIX

LabelledInput = Annotated[
    Path, typer.Option("--input", metavar="F", help="A .csv, .tsv, .parquet or .jsonl file of labelled texts.")
]
LabelColumn = Annotated[
    str,
    typer.Option("--label-column", metavar="L", help="The column of the labels; several in a cell are joined by '|'."),
]

Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="DIR", help="Write report.json and its tables (.csv) into this new folder."),
]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-under",
        metavar="MEASURE=X",
        help="Exit with 1 where a measure is below it, as accuracy=0.9; may be repeated.",
    ),
]
Robust = Annotated[
    bool, typer.Option("--robustness", help="Also try harmless changes of the texts: typos, case, punctuation, ...")
]
Against = Annotated[
    str | None,
    typer.Option("--against", metavar="CANDIDATE", help="Also compare with this candidate on the same texts."),
]
AgainstAdapter = Annotated[
    str | None, typer.Option("--against-adapter", metavar="A", help="Its adapter, as --adapter.")
]
TrainingFile = Annotated[
    Path | None,
    typer.Option(
        "--training-file",
        metavar="F",
        help="Also look at the file that it was trained on (the same columns): overlap, shift, nearest rows.",
    ),
]
Coverage = Annotated[
    float, typer.Option("--coverage", metavar="S", help="The share of texts whose set of classes is to be right.")
]

_PROMISED = CalibrationOptions().coverage
#: The fields of an evaluation that are measures.
_MEASURED = ("accuracy", "macro_f1", "calibration_error", "mean_squared_error", "mean_absolute_error", "r2")


def evaluate(
    candidate: Candidate,
    input: LabelledInput,  # noqa: A002 - the option's own name
    label_column: LabelColumn,
    text_column: TextColumn = None,
    adapter: Adapter = None,
    chat_template: UseChatTemplate = None,
    quantisation: Quantised = None,
    output: Output = None,
    coverage: Coverage = _PROMISED,
    fail_under: FailUnder = None,
    robustness: Robust = False,
    against: Against = None,
    against_adapter: AgainstAdapter = None,
    training_file: TrainingFile = None,
    json: Json = False,
    untrained_head: UntrainedHead = False,
) -> None:
    """Accuracy, macro-F1 and calibration error on labelled texts; squared error for a regression.

    Of one class a text the JSON and the folder also hold intervals, every class, calibration, sets of classes, slices,
    likely label errors and duplicates; with --robustness, --against and --training-file also what these find.
    """
    floors = evaluation_files.floors(fail_under or [])
    if output is not None:
        require_empty(output)
    rows = read_rows(input, text_column, label_column)
    training = None if training_file is None else read_rows(training_file, text_column, label_column)
    services = InProcessServices()
    selection = select(services.engine, candidate, adapter, chat_template, quantisation, untrained_head=untrained_head)
    other = None if against is None else select(services.engine, against, against_adapter)
    model = load(services.engine, selection)
    if other is not None:
        load(services.engine, other)
    result = follow(services.evaluations.evaluate(selection, rows))
    if message := without_verdict(result):
        say(f"Warning: {message} Fix: {NOT_FINITE_FIX}")
    chosen = {"candidate": selection.candidate, "adapter": selection.adapter, "chat_template": model.chat_template}
    numbers = {**chosen, **_numbers(result)}
    asked = FurtherAnalyses(robustness, other, training)
    if asked.any:
        numbers |= loads(follow(services.evaluations.further(selection, rows, asked)).text)
    if json or output is not None or floors:
        options = CalibrationOptions(coverage)
        numbers |= evaluation_files.report(services.engine, result, model, rows, input, options, output, numbers)
    if json:
        print_json(numbers)
    else:
        _tell(result, str(selection))
        tell_further(numbers)
    if output is not None:
        say(f"Wrote the report to {output}.")
    evaluation_files.require(floors, numbers)


def _tell(result: Evaluation, selection: str) -> None:
    """A table of the measures."""
    problem = result.problem_type
    measures = [(measure_name(field, problem), measured(field, getattr(result, field))) for field in _MEASURED]
    shown = [(name, value) for name, value in measures if value != "–"]
    speed = result.count / result.seconds if result.seconds else 0.0
    print_table(
        ("measure", "value"),
        [*shown, ("Texts", f"{result.count:,}"), *_unanswered(result), ("Texts a second", f"{speed:,.0f}")],
        title=marked(selection, untrained_head=result.untrained_head),
    )


def _unanswered(result: Evaluation) -> list[tuple[str, str]]:
    return [("Texts without a verdict", f"{result.not_finite:,}")] if result.not_finite else []


def _numbers(result: Evaluation) -> dict[str, object]:
    plain = replace(result, predictions=())
    fields = ("problem_type", "count", "not_finite", *_MEASURED, "seconds")
    return {**{name: getattr(plain, name) for name in fields}, **untrained(result)}
