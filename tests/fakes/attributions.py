"""Four fake attribution methods: the sums are right, and so is who is faithful."""

from __future__ import annotations

import math

import numpy as np

from core.results import (
    FRACTIONS,
    Attribution,
    AttributionCost,
    AttributionOptions,
    Attributions,
    Faithfulness,
    Floats,
    LoadedModel,
    Method,
    Reading,
    by_unit,
)
from tests.fakes.explanations import position_parts, words_of
from tests.fakes.numbers import share, shares

SHUFFLES = 5


def cost(options: AttributionOptions) -> AttributionCost:
    """A hundredth of a second a step."""
    passes = {"gradients": options.steps, "occlusions": 8, "perturbations": 40}
    return AttributionCost(passes, rows=8, measured=0.08, seconds=options.steps / 100)


def attributions(model: LoadedModel, reading: Reading, options: AttributionOptions) -> Attributions:
    """All of them for one class."""
    prediction = reading.prediction
    k = prediction.labels.index(options.label)
    units = reading.words if options.by == "words" else reading.pieces
    parts = position_parts(prediction.labels, words_of(prediction), np.array(prediction.logits))
    exact = by_unit(parts.of(options.label), units)
    probability, logit = prediction.probabilities[k], prediction.logits[k]
    score = logit if math.isnan(probability) else probability
    return Attributions(
        options=options,
        units=units,
        methods=tuple(_method(name, exact, logit, options) for name in options.methods),
        faithfulness=tuple(_faithfulness(name, score, prediction.text) for name in options.methods),
        shuffles=tuple(_faithfulness(f"random {i + 1}", score, "random") for i in range(SHUFFLES)),
        score="output" if math.isnan(probability) else "probability",
        exact=parts.exact,
        dtype=model.dtype,
        widened=False,
        logit=logit,
    )


def _method(name: Method, exact: Floats, logit: float, options: AttributionOptions) -> Attribution:
    """Position parts as they are, and each other method beside them."""
    values = exact if name in ("contributions", "position parts") else exact + shares(range(len(exact)), name) - 0.5
    owed = {
        "contributions": logit,
        "position parts": logit,
        "integrated gradients": float(values.sum()) + 0.1 / options.steps,
    }.get(name)
    return Attribution(name, values, owed, 0.01)


def _faithfulness(name: str, score: float, text: str) -> Faithfulness:
    """The more is taken away, the less is left; the more is kept, the more there is."""
    falls = share(name, text) * np.array(FRACTIONS)
    return Faithfulness(name, score, score * (1 - falls), score * np.array(FRACTIONS))
