"""`classify`: texts to verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import Adapter, Candidate, Input, Json, TextColumn, UntrainedHead, load, select
from core.cli.output import follow, print_json, print_table, say, short
from core.data.export import check_destination
from core.data.labelled_texts import read_rows
from core.data.predictions import PREDICTION_FORMATS, as_record, write_predictions
from core.in_process import InProcessServices
from core.results import Prediction
from core.words.numbers import significant
from core.words.untrained_head import marked

Texts = Annotated[
    list[str] | None, typer.Option("--text", metavar="T", help="A text to classify; may be given several times.")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="F", help="Write the predictions to a .csv, .tsv, .parquet or .jsonl file."),
]


def classify(
    candidate: Candidate,
    adapter: Adapter = None,
    text: Texts = None,
    input: Input = None,  # noqa: A002 - the option's own name
    text_column: TextColumn = None,
    output: Output = None,
    json: Json = False,
    untrained_head: UntrainedHead = False,
) -> None:
    """Classify texts, in input order."""
    if output is not None:
        check_destination(output, PREDICTION_FORMATS)
    texts = _texts(text, input, text_column)
    services = InProcessServices()
    selection = select(services.engine, candidate, adapter, untrained_head=untrained_head)
    load(services.engine, selection)
    predictions = follow(services.evaluations.classify(selection, texts))
    if output is not None:
        write_predictions(output, predictions)
        say(f"Wrote {len(predictions):,} predictions to {output}.")
    if json:
        print_json([as_record(prediction) for prediction in predictions])
    elif output is None:
        print_table(("text", "label", "probability", "margin", "tokens"), [_row(p) for p in predictions])


def _texts(text: list[str] | None, input: Path | None, text_column: str | None) -> Sequence[str]:  # noqa: A002
    if text and input is None:
        return text
    if input is not None and not text:
        return read_rows(input, text_column).texts
    raise typer.BadParameter("give either --text (once or more) or --input.")


def _row(prediction: Prediction) -> tuple[str, ...]:
    regression = prediction.problem_type == "regression"
    label = significant(prediction.logits[0]) if regression else prediction.label
    label = marked(label, untrained_head=prediction.untrained_head)
    tokens = str(len(prediction.tokens)) + (f" of {prediction.total_tokens}" if prediction.truncated else "")
    numbers = significant(prediction.top.probability), significant(prediction.margin)
    return short(prediction.text, 60), label, *numbers, tokens
