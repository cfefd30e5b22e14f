"""What is inside a fake prediction: pooling, position parts, depth, attention, the head. Everything adds up."""

from __future__ import annotations

import numpy as np

from core.config.components import POOLERS, pooler_title
from core.errors import CheckpointError, NotFoundError
from core.explain.contributions.target import target_of
from core.results import (
    AttentionMaps,
    AttentionOverview,
    AttentionRollout,
    ContributionOptions,
    Contributions,
    Deletions,
    Floats,
    HeadGeometry,
    Lens,
    LoadedModel,
    PoolerVerdict,
    Pooling,
    PositionParts,
    Prediction,
    Reading,
    by_unit,
)
from core.results.contributions import Deletion
from core.results.text_units import telling_numbers
from tests.fakes.catalogue import HEADS, LAYERS, WIDTH
from tests.fakes.numbers import normal, shares
from tests.fakes.predictions import logits, probabilities, verdict, weights


def words_of(prediction: Prediction) -> list[str]:
    """T of them: what was read."""
    return [token.text for token in prediction.tokens]


def pooling(pooler: str, words: list[str]) -> Pooling:
    """The weights sum to 1; gem has clamped dimensions."""
    return Pooling(
        pooler=pooler,
        weights=weights(pooler, words),
        meaning="gradient share" if pooler == "gem" else "weight",
        clamped=shares(words, "clamped") if pooler == "gem" else None,
        title=pooler_title(pooler),
        says=f"The pooler {pooler} weighs words.",
    )


def poolers(model: LoadedModel, prediction: Prediction) -> list[PoolerVerdict]:
    """The trained one says what the prediction says, each other one its own."""
    result = []
    for name in POOLERS:
        trained = name == model.pooler
        values = np.array(prediction.logits) if trained else logits(model, prediction.text, name)
        seen = pooling(name, words_of(prediction))
        result.append(PoolerVerdict(seen, trained, verdict(model, values), probabilities(model, values), values))
    return result


def contributions(prediction: Prediction, options: ContributionOptions) -> Contributions:
    """The log-odds, logit or lead, split over the words; half of each share is the base's."""
    logits = np.array(prediction.logits)
    target = target_of(logits, prediction.labels, prediction.problem_type, options)
    words = words_of(prediction)
    values = shares(words, options.label)
    bias = 0.25
    values += (target.value - target.others - bias - values.sum()) / len(words)
    return Contributions(
        options,
        target.quantity,
        values,
        bias,
        target.others,
        target.value,
        method="frozen path",
        drift=1e-6,
        why_not="",
        dtype="float32",
        base=values / 2 if options.apart else None,
        base_bias=bias if options.apart else 0.0,
    )


def deletions(model: LoadedModel, reading: Reading, options: ContributionOptions) -> Deletions:
    """The three largest, each without its tokens."""
    units = reading.words if options.by == "words" else reading.pieces
    values = by_unit(contributions(reading.prediction, options).values, units)
    k = model.labels.index(options.label)
    is_probability = model.problem_type != "regression"

    def score(values: Floats) -> float:
        return float((probabilities(model, values) if is_probability else values)[k])

    def without(place: int) -> Deletion:
        rest = logits(model, " ".join(unit.text for i, unit in enumerate(units) if i != place))
        number = telling_numbers(units)[place]
        return Deletion(place, units[place], float(values[place]), score(rest), verdict(model, rest), number)

    order = [int(i) for i in np.argsort(-values, kind="stable")][:3]
    whole = np.array(reading.prediction.logits)
    return Deletions(options, score(whole), verdict(model, whole), is_probability, tuple(map(without, order)))


def position_parts(labels: tuple[str, ...], words: list[str], values: Floats) -> PositionParts:
    """Each class's logit of `values` (K,), split over the words: a word has its part wherever it stands."""
    parts = np.array([shares(words, label) for label in labels])
    parts += ((values - parts.sum(axis=1)) / len(words))[:, None]
    return PositionParts(labels, parts, values, True, "the mean of the states times the head")


def depth(model: LoadedModel, prediction: Prediction) -> Lens:
    """From nothing of the verdict at the embeddings to all of it after the last layer."""
    final = np.array(prediction.logits)
    rows = [
        final * i / LAYERS + logits(model, prediction.text, "layer", i) * (1 - i / LAYERS) for i in range(LAYERS + 1)
    ]
    return Lens(prediction.labels, np.array(rows), probabilities(model, np.array(rows)), 0.0)


def head_geometry(model: LoadedModel) -> HeadGeometry:
    """Of random class vectors.

    Raises:
        CheckpointError: a head with one output, or of a regression.
    """
    if len(model.labels) < 2 or model.problem_type == "regression":
        raise CheckpointError("This head has one output: there are no classes to compare.", fix="choose a classifier.")
    vectors = np.array([normal((WIDTH,), model.selection, label) for label in model.labels]) + 0.5
    gaps = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1)
    apart = _cosines(vectors - vectors.mean(axis=0))
    return HeadGeometry(model.labels, np.linalg.norm(vectors, axis=1), _cosines(vectors), apart, gaps, False)


def _cosines(vectors: Floats) -> Floats:
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.clip(units @ units.T, -1, 1))


def attention_maps(words: list[str], layer: int) -> AttentionMaps:
    """(H, T, T): every word reads itself and those before it.

    Raises:
        NotFoundError: no such layer.
    """
    if not 0 <= layer < LAYERS:
        raise NotFoundError(f"There is no layer {layer}.", fix=f"choose one from 0 to {LAYERS - 1}.")
    size = len(words)
    parts = np.array([[shares(words, layer, head, word) for word in words] for head in range(HEADS)])
    seen = np.tril(parts.reshape(HEADS, size, size) + 0.1)
    return AttentionMaps(layer, (seen / seen.sum(axis=-1, keepdims=True)).astype(np.float32))


def attention_overview(words: list[str]) -> AttentionOverview:
    """See `AttentionOverview.values`."""
    maps = np.array([attention_maps(words, layer).maps for layer in range(LAYERS)], dtype=np.float64)
    size = len(words)
    entropy = -(maps * np.log(np.where(maps > 0, maps, 1))).sum(axis=-1)
    before = np.diagonal(maps, -1, axis1=-2, axis2=-1)
    gaps = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    return AttentionOverview(
        {
            "effective tokens": np.exp(entropy).mean(axis=-1),
            "first token": maps[..., 0].mean(axis=-1),
            "token before": before.mean(axis=-1) if size > 1 else np.full((LAYERS, HEADS), np.nan),
            "itself": np.diagonal(maps, axis1=-2, axis2=-1).mean(axis=-1),
            "distance": (maps * gaps).sum(axis=-1).mean(axis=-1),
        }
    )


def attention_rollout(words: list[str]) -> AttentionRollout:
    """See `AttentionRollout.matrix`."""
    matrix = np.eye(len(words))
    for layer in range(LAYERS):
        matrix = (attention_maps(words, layer).maps.mean(axis=0) + np.eye(len(words))) / 2 @ matrix
    return AttentionRollout(matrix)
