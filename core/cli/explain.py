"""`explain`: what is inside one prediction."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from core.cli.options import Adapter, Candidate, Json, UntrainedHead, load, select
from core.cli.output import print_json, print_table, say
from core.config.strict_model import nearest
from core.data.predictions import untrained
from core.errors import AppError, NotFoundError
from core.in_process import InProcessServices
from core.results import Contributions, Lens, Pooling, Prediction, Reading, by_unit
from core.services import Explainer
from core.words import contributions as words
from core.words.depth import depth_name
from core.words.numbers import significant, two_digits
from core.words.untrained_head import marked

OneText = Annotated[str, typer.Option("--text", metavar="T", help="The text to explain.")]
Class = Annotated[
    str | None, typer.Option("--class", metavar="C", help="The class whose logit is split. Default: the first one.")
]


def explain(
    candidate: Candidate,
    text: OneText,
    adapter: Adapter = None,
    label: Class = None,
    json: Json = False,
    untrained_head: UntrainedHead = False,
) -> None:
    """Explain one prediction: pooling weights, exact contributions, and the class lens."""
    services = InProcessServices()
    explainer = services.explainer
    selection = select(services.engine, candidate, adapter, untrained_head=untrained_head)
    load(services.engine, selection)
    reading = explainer.reading(selection, text)
    chosen = _class(reading.prediction, label)
    result = explainer.contributions(selection, text)
    pooling = explainer.pooling(selection, text)
    lens = _lens(explainer, selection, text)
    if json:
        print_json(_document(reading.prediction, chosen, result, pooling, lens))
    else:
        _tell(reading, chosen, result, pooling, lens)


def _class(prediction: Prediction, requested: str | None) -> str:
    if requested is None:
        return prediction.ranked[0].label
    if requested in prediction.labels:
        return requested
    close = nearest(requested, list(prediction.labels))
    hint = f"did you mean '{close}'?" if close else f"it has {', '.join(prediction.labels[:5])} …"
    raise NotFoundError(f"The candidate has no class '{requested}'.", fix=hint)


def _lens(explainer: Explainer, selection: Any, text: str) -> Lens | None:
    """None, after the reason, where an architecture has none."""
    try:
        return explainer.depth(selection, text)
    except AppError as error:
        say(f"No class lens: {error.problem}")
        return None


def _document(
    prediction: Prediction, label: str, result: Contributions, pooling: Pooling, lens: Lens | None
) -> dict[str, Any]:
    """The contract of `explain --json`, the sum, and what a pooler without weights has in their place."""
    k = result.labels.index(label)
    depths = (
        []
        if lens is None
        else [
            {"layer": depth, "probabilities": dict(zip(lens.labels, map(float, row), strict=True))}
            for depth, row in enumerate(lens.probabilities)
        ]
    )
    return {
        "text": prediction.text,
        "label": prediction.label,
        "class": label,
        "logit": prediction.logits[k],
        "exact": result.exact,
        "method": result.method,
        "tokens": [{"text": t.text, "start": t.start, "end": t.end} for t in prediction.tokens],
        "pooling_weights": prediction.pooling_weights,
        "pooling_shares": {"meaning": pooling.meaning, "values": pooling.weights.tolist()},
        "effective_tokens": pooling.effective_tokens,
        "contributions": result.values[k].tolist(),
        "sum": float(result.sums[k]),
        "lens": depths,
        "decided_at": None if lens is None else lens.decided_at,
        "truncated": prediction.truncated,
        **untrained(prediction),
    }


def _tell(reading: Reading, label: str, result: Contributions, pooling: Pooling, lens: Lens | None) -> None:
    """By words, for a person."""
    prediction, k = reading.prediction, result.labels.index(label)
    decided = "–" if lens is None else f"{lens.decided_at} of {len(lens.verdicts) - 1}"
    verdict = marked(prediction.label, untrained_head=prediction.untrained_head)
    print_table(
        ("verdict", "probability", "stays from depth"),
        [(verdict, significant(prediction.top.probability), decided)],
    )
    parts, weights = by_unit(result.of(label), reading.words), by_unit(pooling.weights, reading.words)
    rows = [
        (unit.text, f"{part:+.4f}", f"{weight:.4f}")
        for unit, part, weight in zip(reading.words, parts, weights, strict=True)
    ]
    print_table(("word", f"contribution to {label}", pooling.meaning), rows)
    sums = (words.exactly(result.sums[k]), words.exactly(result.logits[k]), two_digits(float(result.gaps[k])))
    print_table((f"sum for {label}", "logit by the model", "difference", "how"), [(*sums, words.kind(result.exact))])
    if lens is not None:
        print_table(("depth", "leads", "probability", label), _depths(lens, k))


def _depths(lens: Lens, k: int) -> list[tuple[str, ...]]:
    return [
        (
            depth_name(depth),
            leader,
            significant(float(lens.probabilities[depth].max())),
            significant(float(lens.probabilities[depth, k])),
        )
        for depth, leader in enumerate(lens.verdicts)
    ]
