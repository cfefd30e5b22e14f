"""Contributions of the input tokens to one output: shares along the frozen path where they add up, else occlusion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor

from core.engine.encoding import Encoded
from core.errors import CheckpointError
from core.explain.contributions.adapter_paths import update_outputs
from core.explain.contributions.gate import drift_of, why_not
from core.explain.contributions.occlusion import occlusion
from core.explain.contributions.path_shares import PathShares, path_shares
from core.explain.contributions.target import TargetLogits, target_of
from core.explain.probe import Probe
from core.results import ContributionOptions, Contributions, Floats, Unit


def contributions(
    probe: Probe, text: Encoded, units: Sequence[Unit], options: ContributionOptions, logits: Floats
) -> Contributions:
    """For one class. `units` are what is occluded as one, `logits` (K,) the model's own."""
    target = target_of(logits, probe.labels, probe.problem_type, options)
    drift = None
    try:
        shares = path_shares(probe, text, target.weights)
        drift, problem = drift_of(shares, logits), why_not(probe, shares, target, logits)
    except (CheckpointError, RuntimeError, TypeError, ValueError, AttributeError, IndexError, KeyError) as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        seen = " ".join((error.problem if isinstance(error, CheckpointError) else str(error)).split())[:160]
        problem = f"The path of {type(probe.backbone).__name__} cannot be followed here: {seen}"
    if problem:
        return _fallen(probe, text, units, options, target, drift, problem)
    return _shared(probe, text, options, target, shares, drift)


def _shared(
    probe: Probe,
    text: Encoded,
    options: ContributionOptions,
    target: TargetLogits,
    shares: PathShares,
    drift: float | None,
) -> Contributions:
    """The base's part takes a pass more, in which nothing passes through the updates."""
    updates = update_outputs(probe) if options.apart else None
    base = None if updates is None else path_shares(probe, text, target.weights, updates)
    return Contributions(
        options=options,
        quantity=target.quantity,
        values=shares.tokens,
        bias=shares.bias,
        others=target.others,
        value=target.value,
        method="frozen path",
        drift=drift,
        why_not="",
        dtype=_dtype(probe),
        base=None if base is None else base.tokens,
        base_bias=0.0 if base is None else base.bias,
    )


def _fallen(
    probe: Probe,
    text: Encoded,
    units: Sequence[Unit],
    options: ContributionOptions,
    target: TargetLogits,
    drift: float | None,
    problem: str,
) -> Contributions:
    return Contributions(
        options=options,
        quantity=target.quantity,
        values=occlusion(probe, text, units, options),
        bias=0.0,
        others=0.0,
        value=target.value,
        method="occlusion",
        drift=drift,
        why_not=problem,
        dtype=_dtype(probe),
    )


def own_logits(probe: Probe, states: Tensor, mask: Tensor) -> Floats:
    """(K,): the model's own answer, from states (1, T, D) and the mask (1, T) of its pooler."""
    with torch.inference_mode():
        logits = probe.classifier.classify(states, mask[:, : states.shape[1]])[0][0]
    return cast(Floats, logits.double().cpu().numpy())


def _dtype(probe: Probe) -> str:
    return str(probe.classifier.dtype).removeprefix("torch.")
