"""`classify`: texts to verdicts. Its tables name classes by their ids, which can be copied into other commands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Annotated

import typer

from core.cli.options import (
    Adapter,
    Candidate,
    Input,
    Json,
    Quantised,
    TextColumn,
    UntrainedHead,
    UseChatTemplate,
    load,
    select,
)
from core.cli.output import print_json, print_table, say, short
from core.cli.progress import follow
from core.data.export import check_destination
from core.data.labelled_texts import read_rows
from core.data.predictions import PREDICTION_FORMATS, as_record, write_predictions
from core.explain.quantisation_effect import unquantised
from core.in_process import InProcessServices
from core.results import Prediction, QuantisationEffect, Selection
from core.words.numbers import percentage, significant, three_digits
from core.words.untrained_head import marked
from core.words.verdict import HOLDS, NOT_FINITE_FIX, not_finite

Texts = Annotated[
    list[str] | None, typer.Option("--text", metavar="T", help="A text to classify; may be given several times.")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="F", help="Write the predictions to a .csv, .tsv, .parquet or .jsonl file."),
]
AgainstUnquantised = Annotated[
    bool,
    typer.Option("--against-unquantised", help="Also say what quantisation did: the same texts by the whole weights."),
]


def classify(
    candidate: Candidate,
    adapter: Adapter = None,
    quantisation: Quantised = None,
    text: Texts = None,
    input: Input = None,  # noqa: A002 - the option's own name
    text_column: TextColumn = None,
    output: Output = None,
    chat_template: UseChatTemplate = None,
    against_unquantised: AgainstUnquantised = False,
    json: Json = False,
    untrained_head: UntrainedHead = False,
) -> None:
    """Classify texts, in input order."""
    if output is not None:
        check_destination(output, PREDICTION_FORMATS)
    texts = _texts(text, input, text_column)
    services = InProcessServices()
    selection = select(services.engine, candidate, adapter, chat_template, quantisation, untrained_head=untrained_head)
    load(services.engine, selection)
    predictions = follow(services.evaluations.classify(selection, texts))
    if message := not_finite(predictions):
        say(f"Warning: {message} Fix: {NOT_FINITE_FIX}")
    if output is not None:
        write_predictions(output, predictions)
        say(f"Wrote {len(predictions):,} predictions to {output}.")
    effects = _effects(services, selection, texts) if against_unquantised else None
    if json:
        print_json([as_record(p) | _record(e) for p, e in zip(predictions, effects or repeat(None), strict=False)])
    elif output is None:
        _tell(predictions)
    if effects is not None and not json:
        print_table(("text", "whole weights", "largest difference"), [_effect(e) for e in effects])


def _effects(services: InProcessServices, selection: Selection, texts: Sequence[str]) -> list[QuantisationEffect]:
    """Each text by both; the whole weights are loaded once and stay till the last."""
    whole = unquantised(services.engine, selection)
    load(services.engine, whole)
    return [follow(services.explainer.quantisation_effect(selection, text)) for text in texts]


def _record(effect: QuantisationEffect | None) -> dict[str, object]:
    if effect is None:
        return {}
    whole = as_record(effect.whole)
    fields = {name: whole[name] for name in ("label", "probabilities", "logits")}
    return {"unquantised": {**fields, "largest_difference": effect.largest}}


def _effect(effect: QuantisationEffect) -> tuple[str, ...]:
    regression = effect.whole.problem_type == "regression"
    label = significant(effect.whole.logits[0]) if regression else effect.whole.label
    return short(effect.whole.text, 60), label, significant(effect.largest)


def _texts(text: list[str] | None, input: Path | None, text_column: str | None) -> Sequence[str]:  # noqa: A002
    if text and input is None:
        return text
    if input is not None and not text:
        return read_rows(input, text_column).texts
    raise typer.BadParameter("give either --text (once or more) or --input.")


def _tell(predictions: Sequence[Prediction]) -> None:
    """A row a text, in the columns that what was asked has; classes by their ids."""
    columns = {
        "regression": predictions[0].labels if predictions else (),
        "multi_label_classification": (f"labels ({percentage(HOLDS)} or more)", "highest probability"),
    }
    problem = predictions[0].problem_type if predictions else ""
    middle = columns.get(problem, ("label", "sureness", "probability", "margin"))
    print_table(("text", *middle, "tokens"), [_row(p) for p in predictions])


def _row(prediction: Prediction) -> tuple[str, ...]:
    tokens = str(len(prediction.tokens)) + (f" of {prediction.total_tokens}" if prediction.truncated else "")
    return short(prediction.text, 60), *_answer(prediction), tokens


def _answer(prediction: Prediction) -> tuple[str, ...]:
    """What was said: values, labels and how probable the first is, or a class with its sureness."""
    mark = partial(marked, untrained_head=prediction.untrained_head)
    if prediction.problem_type == "regression":
        return tuple(mark(significant(value)) for value in prediction.logits)
    probability = percentage(prediction.top.probability, absent="–")
    if prediction.problem_type == "multi_label_classification":
        return mark(prediction.label), probability
    several = len(prediction.labels) > 1 and prediction.finite
    margin = f"{three_digits(100 * prediction.margin)} points" if several else "–"
    return mark(prediction.label), prediction.sureness or "–", probability, margin
