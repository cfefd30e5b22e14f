"""`explain`: what is inside one prediction. Classes go by their ids, which `--class` takes, as in every command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from core.cli import attributions, contributions, depth, position_parts, two_texts
from core.cli.attributions import BaselineOption, MethodOption, Steps, method_of
from core.cli.contributions import At, AtOption
from core.cli.options import Adapter, Candidate, Json, Quantised, UntrainedHead, UseChatTemplate, load, select
from core.cli.output import print_json, print_table, say
from core.cli.progress import busy
from core.cli.two_texts import FlipOption
from core.config.strict_model import nearest
from core.data.predictions import untrained
from core.errors import NotFoundError
from core.in_process import InProcessServices
from core.results import (
    AttributionOptions,
    Attributions,
    ContributionOptions,
    Contributions,
    Deletions,
    Lens,
    MinimalFlip,
    Pooling,
    PositionParts,
    Prediction,
    Reading,
    by_unit,
)
from core.words.layers import after
from core.words.numbers import percentage, significant
from core.words.outputs import title
from core.words.untrained_head import marked
from core.words.verdict import cut_off, sureness

OneText = Annotated[str, typer.Option("--text", metavar="T", help="The text to explain.")]
Class = Annotated[
    str | None, typer.Option("--class", metavar="C", help="The class whose logit is split. Default: the first one.")
]


@dataclass(frozen=True)
class _Explained:
    """One prediction and what was asked about it; None what was not, or cannot be had."""

    reading: Reading
    label: str
    at: At
    contributions: Contributions
    log_odds: Contributions
    deletions: Deletions
    position_parts: PositionParts
    pooling: Pooling
    lens: Lens | None
    attributed: Attributions | None
    flip: MinimalFlip | None


def explain(
    candidate: Candidate,
    text: OneText,
    adapter: Adapter = None,
    quantisation: Quantised = None,
    label: Class = None,
    method: MethodOption = "contributions",
    at: AtOption = "input",
    baseline: BaselineOption = "padding",
    steps: Steps = AttributionOptions.steps,
    flip: FlipOption = False,
    chat_template: UseChatTemplate = None,
    json: Json = False,
    untrained_head: UntrainedHead = False,
) -> None:
    """Explain one prediction: what each token adds, or another method, pooling weights, and the class lens."""
    services = InProcessServices()
    explainer = services.explainer
    selection = select(services.engine, candidate, adapter, chat_template, quantisation, untrained_head=untrained_head)
    load(services.engine, selection)
    with busy("reading the text"):
        reading = explainer.reading(selection, text)
    chosen = _class(reading.prediction, label)
    name = method_of(method)
    options = AttributionOptions(chosen, steps=steps, baseline=baseline, methods=(name,), faithful=False)
    by_words = ContributionOptions(chosen)
    with busy("looking into the pass: contributions, deletions, pooling, depth"):
        quick = (
            explainer.contributions(selection, text, ContributionOptions(chosen, "logit", by="tokens")),
            explainer.contributions(selection, text, by_words),
            explainer.deletions(selection, text, by_words),
            explainer.position_parts(selection, text),
            explainer.pooling(selection, text),
            depth.seen(explainer, selection, text),
        )
    result = _Explained(
        reading,
        chosen,
        at,
        *quick,
        None if name == "contributions" else attributions.attributed(explainer, selection, text, options),
        two_texts.flipped(explainer, selection, text) if flip else None,
    )
    if reading.prediction.truncated:
        say(f"Note: {cut_off(reading.prediction)}")
    if json:
        print_json(_document(result))
    else:
        _tell(result)


def _class(prediction: Prediction, requested: str | None) -> str:
    if requested is None:
        return prediction.ranked[0].label
    if requested in prediction.labels:
        return requested
    close = nearest(requested, list(prediction.labels))
    hint = f"did you mean '{close}'?" if close else f"it has {', '.join(prediction.labels[:5])} …"
    raise NotFoundError(f"The candidate has no class '{requested}'.", fix=hint)


def _document(explained: _Explained) -> dict[str, Any]:
    """The contract of `explain --json`, the sum, and what a pooler without weights has in their place."""
    prediction, label, lens = explained.reading.prediction, explained.label, explained.lens
    pooling, k = explained.pooling, prediction.labels.index(explained.label)
    return {
        "text": prediction.text,
        "label": prediction.label,
        "class": label,
        "logit": prediction.logits[k],
        "tokens": [{"text": t.text, "start": t.start, "end": t.end, "kind": t.kind} for t in prediction.tokens],
        "pooling_weights": prediction.pooling_weights,
        "pooling_shares": {"meaning": pooling.meaning, "values": pooling.weights.tolist()},
        "effective_tokens": pooling.effective_tokens,
        **_parts(explained, label),
        "log_odds": contributions.log_odds(explained.log_odds),
        "deletions": contributions.deletions(explained.deletions),
        "lens": depth.document(lens),
        "decided_at": None if lens is None else lens.decided_at,
        "truncated": prediction.truncated,
        "kept_characters": prediction.kept_characters,
        "kept_from": prediction.kept_from,
        "total_tokens": prediction.total_tokens,
        "attributions": None if explained.attributed is None else attributions.document(explained.attributed),
        "flip": None if explained.flip is None else two_texts.document(explained.flip, explained.reading),
        **untrained(prediction),
    }


def _parts(explained: _Explained, label: str) -> dict[str, Any]:
    """The logit of the class, split over the input tokens or over the positions that the pooler reads."""
    if explained.at == "pooler":
        return position_parts.document(explained.position_parts, label)
    return contributions.document(explained.contributions)


def _tell(explained: _Explained) -> None:
    """By words, for a person."""
    reading, lens = explained.reading, explained.lens
    prediction, k = reading.prediction, reading.prediction.labels.index(explained.label)
    _tell_verdict(prediction, lens)
    if explained.attributed is not None:
        attributions.tell(explained.attributed)
    else:
        _tell_parts(explained)
    if lens is not None:
        depth.tell(lens, k, regression=prediction.problem_type == "regression")
    if explained.flip is not None:
        two_texts.tell(explained.flip, reading)


def _tell_verdict(prediction: Prediction, lens: Lens | None) -> None:
    """What was said, of how much of the text; of a regression its outputs."""
    tokens = f"{len(prediction.tokens):,}" + (f" of {prediction.total_tokens:,}" if prediction.truncated else "")
    if prediction.problem_type == "regression":
        rows = [(row.label, significant(row.logit), tokens) for row in prediction.ranked]
        print_table(("output", "value", "tokens read"), rows)
        return
    decided = "–" if lens is None else after(lens.decided_at)
    verdict = marked(prediction.label, untrained_head=prediction.untrained_head)
    several = prediction.problem_type == "multi_label_classification"
    probability = "highest probability" if several else "probability"
    row = (verdict, percentage(prediction.top.probability), sureness(prediction) or "–", decided, tokens)
    print_table((title(prediction).lower(), probability, "sureness", "ahead since", "tokens read"), [row])


def _tell_parts(explained: _Explained) -> None:
    """What each word adds beside what the pooler weighed, and what it adds up to."""
    units, pooling = explained.reading.words, explained.pooling
    weights = by_unit(pooling.weights, units)
    if explained.at == "pooler":
        position_parts.tell(explained.position_parts, explained.label, units, weights, pooling.meaning)
    else:
        contributions.tell(explained.log_odds, explained.deletions, units, weights, pooling.meaning)
