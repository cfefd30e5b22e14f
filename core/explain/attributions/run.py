"""All attribution methods for one class of a text, and how faithful each of them is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch

from core.engine.encoding import Encoded
from core.explain.attributions.cost import GRADIENT, passes, require_words
from core.explain.attributions.embedding_function import EmbeddingFunction, embed, own_weights
from core.explain.attributions.faithfulness import by_value, measure, random_orders
from core.explain.attributions.methods import gradient_x_input, integrated_gradients, occlusion
from core.explain.attributions.pass_progress import PassProgress
from core.explain.contributions import contributions
from core.explain.probe import Probe
from core.results import (
    METHODS,
    Attribution,
    AttributionOptions,
    Attributions,
    Contributions,
    Floats,
    Method,
    Unit,
    by_unit,
)
from core.tasks.progress import Progress


def attribute(
    probe: Probe, text: Encoded, units: tuple[Unit, ...], options: AttributionOptions, on_progress: Progress
) -> Attributions:
    """All methods and their faithfulness. The probe must be the caller's own: its weights may be widened and merged.

    Raises:
        InputError: a text of which the model reads special tokens only.
        CheckpointError: a padding baseline without a padding token.
    """
    require_words(units)
    target, widened = probe.labels.index(options.label), own_weights(probe)
    progress = PassProgress(on_progress, passes(units, options))
    function = replace(embed(probe, text, target, options.baseline), on_rows=progress.rows)
    split = contributions(probe, probe.states(text), probe.read_mask(text))
    methods = _by_method(function, split, units, options, progress)
    orders: list[tuple[str, list[int]]] = [(m.method, by_value(units, m.values)) for m in methods]
    orders += [(f"random {i}", order) for i, order in enumerate(random_orders(units), 1)]
    faithfulness = measure(probe, text, units, orders, target, progress.measured) if options.faithful else []
    return Attributions(
        options=options,
        units=units,
        methods=methods,
        faithfulness=tuple(faithfulness[: len(methods)]),
        shuffles=tuple(faithfulness[len(methods) :]),
        score="output" if probe.problem_type == "regression" else "probability",
        exact=split.exact,
        dtype=str(probe.classifier.dtype).removeprefix("torch."),
        widened=widened,
        logit=float(split.logits[target]),
    )


def _by_method(
    function: EmbeddingFunction,
    split: Contributions,
    units: tuple[Unit, ...],
    options: AttributionOptions,
    progress: PassProgress,
) -> tuple[Attribution, ...]:
    """Each method's values, one a unit, what they should sum to, and the seconds that it took."""
    work: dict[Method, tuple[int, Callable[[], Floats]]] = {
        "contributions": (1, lambda: by_unit(split.of(options.label), units)),
        "gradient x input": (GRADIENT, lambda: by_unit(gradient_x_input(function), units)),
        "integrated gradients": (GRADIENT, lambda: by_unit(integrated_gradients(function, options.steps), units)),
        "occlusion": (1, lambda: occlusion(function, units)),
    }
    result = {name: progress.during(name, *work[name]) for name in METHODS if name in options.methods}
    logit = float(split.logits[function.target])
    owed: dict[Method, float] = {"contributions": logit, "integrated gradients": _rise(function)}
    return tuple(Attribution(name, values, owed.get(name), seconds) for name, (values, seconds) in result.items())


def _rise(function: EmbeddingFunction) -> float:
    """The logit of the text less that of the baseline."""
    with torch.no_grad():
        return float(function(function.point)) - float(function(function.baseline))
