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
from core.explain.contributions.run import contributions, own_logits
from core.explain.position_parts import position_parts
from core.explain.probe import Probe
from core.results import (
    METHODS,
    Attribution,
    AttributionOptions,
    Attributions,
    ContributionOptions,
    Contributions,
    Floats,
    Method,
    PositionParts,
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
    states, mask = probe.states(text), probe.read_mask(text)
    split = position_parts(probe, states, mask)
    wanted = ContributionOptions(options.label, options.target, by=options.by)

    def shares() -> Contributions:
        return contributions(probe, text, units, wanted, own_logits(probe, states, mask))

    methods = _by_method(function, split, shares, units, options, progress)
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
    split: PositionParts,
    shares: Callable[[], Contributions],
    units: tuple[Unit, ...],
    options: AttributionOptions,
    progress: PassProgress,
) -> tuple[Attribution, ...]:
    """Each method's values, one a unit, what they should sum to, and the seconds that it took."""
    made: list[Contributions] = []

    def of_words() -> Floats:
        made.append(shares())
        return by_unit(made[0].values, units)

    work: dict[Method, tuple[int, Callable[[], Floats]]] = {
        "contributions": (GRADIENT, of_words),
        "position parts": (1, lambda: by_unit(split.of(options.label), units)),
        "gradient x input": (GRADIENT, lambda: by_unit(gradient_x_input(function), units)),
        "integrated gradients": (GRADIENT, lambda: by_unit(integrated_gradients(function, options.steps), units)),
        "occlusion": (1, lambda: occlusion(function, units)),
    }
    result = {name: progress.during(name, *work[name]) for name in METHODS if name in options.methods}
    owed: dict[Method, float] = {"position parts": float(split.logits[function.target])}
    for share in (share for share in made if share.exact):
        owed["contributions"] = share.value - share.bias - share.others
    owed |= {"integrated gradients": _rise(function)} if "integrated gradients" in result else {}
    return tuple(Attribution(name, values, owed.get(name), seconds) for name, (values, seconds) in result.items())


def _rise(function: EmbeddingFunction) -> float:
    """The logit of the text less that of the baseline."""
    with torch.no_grad():
        return float(function(function.point)) - float(function(function.baseline))
