"""Two adapters of one base, module by module: do they change the same things?"""

from __future__ import annotations

import torch

from core.checkpoints.adapter_update.adapter_overlap import shared
from core.checkpoints.adapter_update.low_rank import Factors, adapted_matrices
from core.engine.loader import LoadedPair
from core.explain.adapter_effect.lora_modules import lora_parts
from core.explain.probe import make_probe
from core.results import AdapterPair, ModulePair
from core.results.adapter_update import module_name

#: Layer, module, expert.
Place = tuple[int | None, str, int | None]


def adapter_pair(first: LoadedPair, second: LoadedPair) -> AdapterPair:
    """The two updates from their factors alone.

    Raises:
        AdapterError: one of them has no adapter, or one without low-rank factors.
    """
    with torch.inference_mode():
        a, b = _held(first), _held(second)
        both = [place for place in a if place in b]
        modules = tuple(_pair(place, a[place], b[place]) for place in both)
    return AdapterPair(modules, _names(a, b), _names(b, a))


def _held(pair: LoadedPair) -> dict[Place, Factors]:
    parts = lora_parts(make_probe(pair))
    return {
        (part.layer, part.kind, matrix.expert): matrix.factors
        for part in parts
        for matrix in adapted_matrices(part, part.adapters[0])
    }


def _names(of: dict[Place, Factors], without: dict[Place, Factors]) -> tuple[str, ...]:
    return tuple(module_name(*place) for place in of if place not in without)


def _pair(place: Place, first: Factors, second: Factors) -> ModulePair:
    """<B1 A1, B2 A2> = sum of (B1ᵀ B2) * (A1 A2ᵀ), which needs no dense product."""
    (left1, values1, right1), (left2, values2, right2) = first.directions(), second.directions()
    norms = float(values1.norm()), float(values2.norm())
    dot = float(((first.b.T @ second.b) * (first.a @ second.a.T)).sum())
    cosine = dot / (norms[0] * norms[1]) if norms[0] and norms[1] else float("nan")
    most = max(len(values1), len(values2))
    layer, module, expert = place
    return ModulePair(
        layer,
        module,
        norms,
        cosine,
        shared(right1, right2),
        shared(left1, left2),
        most / len(right1),
        most / len(left1),
        expert,
    )
