"""What each word or token did to one logit, by several methods: Captum's and our exact contributions.

All values are for the logit of the class. Integrated gradients: Sundararajan et al. 2017; occlusion (FeatureAblation):
Zeiler and Fergus 2014, by the same baseline.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

import torch
from captum.attr import FeatureAblation, InputXGradient, IntegratedGradients
from torch import Tensor

from core.engine.encoding import Encoded
from core.explain.attributions.cost import GRADIENT, passes, require_words
from core.explain.attributions.embedding_function import EmbeddingFunction, embed, own_weights
from core.explain.attributions.faithfulness import by_value, measure, random_orders
from core.explain.contributions import contributions
from core.explain.probe import Probe
from core.results import (
    METHODS,
    Attribution,
    AttributionOptions,
    Attributions,
    Floats,
    Method,
    Unit,
    by_unit,
)
from core.tasks.progress import Progress


def integrated_gradients(of: EmbeddingFunction, steps: int) -> Floats:
    """(T,), summing to the logit less the baseline's up to the completeness error; Gauss-Legendre points."""
    attribute = IntegratedGradients(of).attribute
    return _by_token(attribute(_leaf(of), of.baseline, n_steps=steps, internal_batch_size=of.gradient_rows))


def gradient_x_input(of: EmbeddingFunction) -> Floats:
    """(T,): the slope of the logit at the text along each token's own embedding."""
    return _by_token(InputXGradient(of).attribute(_leaf(of)))


def occlusion(of: EmbeddingFunction, units: tuple[Unit, ...]) -> Floats:
    """(U,): how far the logit falls when the unit's embeddings are the baseline's. Special tokens have 0."""
    places = torch.empty(of.point.shape[1], dtype=torch.long, device=of.point.device)
    for number, unit in enumerate(units):
        places[list(unit.tokens)] = number
    result = FeatureAblation(of).attribute(
        of.point, of.baseline, feature_mask=places[None, :, None], perturbations_per_eval=min(of.rows, len(units))
    )
    values = cast(Tensor, result)[0, :, 0].detach().double().cpu().numpy()
    return cast(Floats, values[[unit.tokens[0] for unit in units]])


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
    pass_progress = _PassProgress(on_progress, passes(units, options))
    of = embed(probe, text, target, options.baseline)
    of = EmbeddingFunction(probe, target, of.point, of.baseline, pass_progress.rows)
    split = contributions(probe, probe.states(text))
    result = [
        pass_progress.during("contributions", 1, lambda: by_unit(split.of(options.label), units)),
        pass_progress.during("gradient x input", GRADIENT, lambda: by_unit(gradient_x_input(of), units)),
        pass_progress.during(
            "integrated gradients", GRADIENT, lambda: by_unit(integrated_gradients(of, options.steps), units)
        ),
        pass_progress.during("occlusion", 1, lambda: occlusion(of, units)),
    ]
    logit = float(split.logits[target])
    owed: dict[Method, float] = {"contributions": logit, "integrated gradients": _rise(of)}
    methods = tuple(
        Attribution(name, values, owed.get(name), seconds)
        for name, (values, seconds) in zip(METHODS, result, strict=True)
    )
    orders: list[tuple[str, list[int]]] = [(m.method, by_value(units, m.values)) for m in methods]
    orders += [(f"random {i}", order) for i, order in enumerate(random_orders(units), 1)]
    faithfulness = measure(probe, text, units, orders, target, pass_progress.measured)
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
        logit=logit,
    )


def _rise(of: EmbeddingFunction) -> float:
    """The logit of the text less that of the baseline."""
    with torch.no_grad():
        return float(of(of.point)) - float(of(of.baseline))


def _leaf(of: EmbeddingFunction) -> Tensor:
    """The embeddings as what gradients are taken to; Captum warns unless they say so before."""
    return of.point.detach().clone().requires_grad_(True)


def _by_token(values: object) -> Floats:
    """(1, T, D) -> (T,), summed over the dimensions in float64."""
    return cast(Floats, cast(Tensor, values).detach()[0].double().sum(dim=-1).cpu().numpy())


class _PassProgress:
    """How far all of it is, in forward passes."""

    def __init__(self, on_progress: Progress, passes: dict[str, int]) -> None:
        self._on_progress = on_progress
        self._all = sum(passes.values()) + (GRADIENT - 1) * passes["gradients"]
        self._done, self._each, self._stage = 0, 1, "starting"

    def during(self, stage: str, each: int, work: Callable[[], Floats]) -> tuple[Floats, float]:
        """The work's result and seconds; its rows count `each`."""
        self._stage, self._each = stage, each
        start = time.perf_counter()
        return work(), time.perf_counter() - start

    def rows(self, count: int) -> None:
        """So many more rows are under way."""
        self._on_progress(min(1.0, self._done / self._all), self._stage)
        self._done += self._each * count

    def measured(self, done: int, of: int) -> None:
        """So many of the shortened texts are through."""
        left = 1 - min(1.0, self._done / self._all)
        self._on_progress(1 - left * (1 - done / of), "faithfulness")
