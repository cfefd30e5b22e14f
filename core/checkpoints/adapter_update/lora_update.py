"""The size and shape of an adapter's update, from its factors alone: the dense product is never made."""

from __future__ import annotations

from typing import Any

import torch
from peft.utils import ModulesToSaveWrapper
from torch import Tensor

from core.checkpoints.adapter_update.low_rank import AdaptedMatrix, adapted_matrices, low_rank_singular_values, wide
from core.engine.loader import LoadedPair
from core.explain.adapter_effect.lora_modules import LoraPart, kept_parts, lora_parts
from core.explain.probe import Probe, make_probe
from core.results import AdapterUpdate, ModuleUpdate


def adapter_update(pair: LoadedPair) -> AdapterUpdate:
    """Every adapted module of a loaded pair, in float64.

    Raises:
        AdapterError: no adapter, or one without low-rank factors.
    """
    probe = make_probe(pair)
    with torch.inference_mode():
        modules = tuple(
            _update(part, name, matrix)
            for part in lora_parts(probe)
            for name in part.adapters
            for matrix in adapted_matrices(part, name)
        )
    factors = sum(p.numel() for n, p in probe.model.named_parameters() if "lora_" in n)
    return AdapterUpdate(modules, kept_parts(probe), factors, _whole(probe))


def _update(part: LoraPart, name: str, matrix: AdaptedMatrix) -> ModuleUpdate:
    held, weight = matrix.factors, wide(matrix.weight)
    dora = _magnitude(part.module, name)
    values = low_rank_singular_values(held.b, held.a)
    norm = float(values.norm()) if dora is None else _dora_norm(weight, held.b, held.a, dora)
    return ModuleUpdate(
        part.layer,
        part.kind,
        held.a.shape[0],
        held.scale,
        values.numpy(),
        norm,
        float(weight.norm()),
        dora is not None,
        matrix.expert,
    )


def _magnitude(module: Any, name: str) -> Tensor | None:
    held = getattr(module, "lora_magnitude_vector", {})
    return wide(held[name].weight).flatten() if name in held else None


def _dora_norm(weight: Tensor, b: Tensor, a: Tensor, magnitude: Tensor) -> float:
    """|m (W + B A) / |W + B A| - W|, norms by row of (out, in) (Liu et al. 2024), from products with r columns.

    With d = m / |W + B A| the change is (d - 1) W + d B A, whose squares need only |W|, W A^T and A A^T by row.
    """
    own = weight.square().sum(dim=1)
    cross = (b * (weight @ a.T)).sum(dim=1)
    added = (b @ (a @ a.T) * b).sum(dim=1)
    d = magnitude / (own + 2 * cross + added).clamp(min=0).sqrt()
    return float(((d - 1).square() * own + 2 * (d - 1) * d * cross + d.square() * added).sum().clamp(min=0).sqrt())


def _whole(probe: Probe) -> int:
    """Parameters of the modules that the adapter holds whole."""
    held = [m for m in probe.classifier.modules() if isinstance(m, ModulesToSaveWrapper)]
    return sum(p.numel() for m in held for p in m.modules_to_save[m.active_adapters[0]].parameters())
