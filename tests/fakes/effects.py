"""What an adapter, a mask and taking words away do to a fake prediction."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np

from core.errors import AdapterError, InputError
from core.results import (
    Ablation,
    AtScale,
    Flip,
    Floats,
    LoadedModel,
    MaskEffect,
    MaskSide,
    MinimalFlip,
    Prediction,
    Reading,
    ScaleCurve,
)
from tests.fakes.catalogue import LAYERS
from tests.fakes.explanations import position_parts, words_of
from tests.fakes.numbers import shares
from tests.fakes.predictions import logits, predict, probabilities, verdict

MODULES = ("q_proj", "v_proj", "down_proj")


def require_adapter(model: LoadedModel) -> None:
    """Refuse a candidate without an adapter.

    Raises:
        AdapterError: it has none.
    """
    if model.selection.adapter is None:
        raise AdapterError("This candidate is loaded without an adapter.", fix="choose an adapter.")


def at_scale(model: LoadedModel, text: str, scale: float) -> AtScale:
    """On the straight way from the base's logits at 0 to those of the prediction at 1, and beyond.

    Raises:
        AdapterError: no adapter.
    """
    require_adapter(model)
    base = logits(dataclasses.replace(model, selection=dataclasses.replace(model.selection, adapter=None)), text)
    values = base + scale * (np.array(predict(model, text).logits) - base)
    return AtScale(scale, model.labels, values, probabilities(model, values), verdict(model, values))


def scale_curve(model: LoadedModel, text: str) -> ScaleCurve:
    """41 points, and flips by halving."""
    points = [at_scale(model, text, round(0.05 * i, 2)) for i in range(41)]
    return ScaleCurve(
        labels=model.labels,
        scales=np.array([point.scale for point in points]),
        logits=np.array([point.logits for point in points]),
        probabilities=np.array([point.probabilities for point in points]),
        verdicts=tuple(point.label for point in points),
        flips=tuple(_flip(model, text, a, b) for a, b in itertools.pairwise(points) if a.label != b.label),
        kept=("score",),
    )


def _flip(model: LoadedModel, text: str, low: AtScale, high: AtScale) -> Flip:
    while high.scale - low.scale > 0.001:
        middle = at_scale(model, text, (low.scale + high.scale) / 2)
        low, high = (middle, high) if middle.label == low.label else (low, middle)
    return Flip(high.scale, low.label, high.label)


def ablation(model: LoadedModel, text: str) -> Ablation:
    """Every part carries its share of the update; the last layer has no `down_proj`."""
    full, without = at_scale(model, text, 1).logits, at_scale(model, text, 0).logits
    parts = shares(range(LAYERS * len(MODULES)), text).reshape(LAYERS, len(MODULES))
    parts[-1, -1] = np.nan
    parts /= np.nansum(parts)

    def taken(share: Floats) -> Floats:
        """Shares (...) that are taken away -> logits (..., K)."""
        return np.asarray(full - share[..., None] * (full - without))

    def verdicts(rows: Floats) -> tuple[str, ...]:
        return tuple("" if np.isnan(row).any() else verdict(model, row) for row in rows)

    cells, layers, modules = taken(parts), taken(np.nansum(parts, axis=1)), taken(np.nansum(parts, axis=0))
    return Ablation(
        labels=model.labels,
        layers=tuple(f"layer {i}" for i in range(LAYERS)),
        modules=MODULES,
        full=full,
        without=without,
        cells=cells,
        by_layer=layers,
        by_module=modules,
        verdict=verdict(model, full),
        verdict_without=verdict(model, without),
        cell_verdicts=tuple(verdicts(row) for row in cells),
        layer_verdicts=verdicts(layers),
        module_verdicts=verdicts(modules),
        is_regression=model.problem_type == "regression",
    )


def attention_mask(model: LoadedModel, text: str) -> MaskEffect:
    """The candidate's own mask says what the prediction says."""
    prediction = predict(model, text)
    words = words_of(prediction)

    def side(mask: str) -> MaskSide:
        values = np.array(prediction.logits) if mask == model.mask else logits(model, text, mask)
        shown = position_parts(model.labels, words, values)
        return MaskSide(mask, verdict(model, values), values, probabilities(model, values), shown)

    return MaskEffect(side("causal"), side("bidirectional"), model.mask, 4, shares(words, "moved"))


def minimal_flip(model: LoadedModel, reading: Reading, budget: int) -> MinimalFlip:
    """The first single word whose removal changes the verdict.

    Raises:
        InputError: a regression.
    """
    before = reading.prediction
    if before.problem_type == "regression":
        raise InputError("A regression has no verdict that could flip.", fix="compare two texts by their output.")
    words = words_of(before)
    after, removed, tried = _first_flip(model, before, budget)
    return MinimalFlip(
        words=len(words),
        removed=removed,
        text=after.text,
        labels=before.labels,
        verdict=before.label,
        label=after.label,
        logits=np.array([before.logits, after.logits]),
        probabilities=np.array([before.probabilities, after.probabilities]),
        tried=tried,
        budget=budget,
        complete=0 if removed else min(1, len(words) - 1),
        irreducible=bool(removed),
    )


def _first_flip(model: LoadedModel, before: Prediction, budget: int) -> tuple[Prediction, tuple[int, ...], int]:
    """What is said then, the place of the word, and how many texts were tried."""
    words = words_of(before)
    places = range(min(len(words), budget) if len(words) > 1 else 0)
    for i in places:
        after = predict(model, " ".join(words[:i] + words[i + 1 :]))
        if after.label != before.label:
            return after, (i,), i + 1
    return before, (), len(places)
