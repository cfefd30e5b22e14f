"""Which parts of the adapter carry the decision: each of them taken away, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.engine.encoding import Encoded
from core.explain.adapter_effect.lora_modules import LoraPart, lora_parts
from core.explain.adapter_effect.lora_scale import logits_with
from core.explain.probe import Probe
from core.results import Ablation
from core.tasks.progress import Progress
from core.words.layers import layer_name

_OUTSIDE = "outside the layers"


def ablate(probe: Probe, text: Encoded, on_progress: Progress) -> Ablation:
    """The text with each layer's, each kind's and each module's update scaled to 0, all else as trained.

    A kind is a module's place inside its layer ("q_proj"); experts of one layer count as one.

    Raises:
        AdapterError: there is no update to take away.
    """
    parts = lora_parts(probe)
    plan = _plan(parts)
    logits = logits_with(
        probe,
        text,
        parts,
        _factors(parts, plan.removed),
        lambda done, total: on_progress(done / total, f"without {done} of {total} parts"),
    )
    return _result(probe, plan, logits)


@dataclass(frozen=True)
class _Plan:
    """What is taken away in which row of the batch: nothing, all, each layer, each kind, then each cell.

    Attributes:
        layers: numbers, from 0; None for what is outside of them.
        cells: (place in `layers`, place in `kinds`) of each cell that has a module.
        removed: the parts that are taken away, a row each.
    """

    layers: tuple[int | None, ...]
    kinds: tuple[str, ...]
    cells: tuple[tuple[int, int], ...]
    removed: tuple[Sequence[LoraPart], ...]


def _plan(parts: Sequence[LoraPart]) -> _Plan:
    layers = tuple(dict.fromkeys(p.layer for p in parts))
    kinds = tuple(_kinds_in_order(parts))
    cells = tuple(dict.fromkeys((layers.index(p.layer), kinds.index(p.kind)) for p in parts))
    removed = (
        [],
        parts,
        *([p for p in parts if p.layer == layer] for layer in layers),
        *([p for p in parts if p.kind == kind] for kind in kinds),
        *([p for p in parts if p.layer == layers[r] and p.kind == kinds[c]] for r, c in cells),
    )
    return _Plan(layers, kinds, cells, removed)


def _result(probe: Probe, plan: _Plan, logits: Tensor) -> Ablation:
    """The rows (N, K) of the batch, each under what was taken away in it."""
    values, verdicts = logits.double().numpy(), [probe.verdict(row) for row in logits]
    first = 2 + len(plan.layers)
    last = first + len(plan.kinds)
    cells = np.full((len(plan.layers), len(plan.kinds), values.shape[1]), np.nan)
    cell_verdicts = [["" for _ in plan.kinds] for _ in plan.layers]
    for (r, c), row, verdict in zip(plan.cells, values[last:], verdicts[last:], strict=True):
        cells[r, c], cell_verdicts[r][c] = row, verdict
    return Ablation(
        labels=probe.labels,
        layers=_layer_names(plan.layers),
        modules=short_names(plan.kinds),
        full=values[0],
        without=values[1],
        cells=cells,
        by_layer=values[2:first],
        by_module=values[first:last],
        verdict=verdicts[0],
        verdict_without=verdicts[1],
        cell_verdicts=tuple(tuple(row) for row in cell_verdicts),
        layer_verdicts=tuple(verdicts[2:first]),
        module_verdicts=tuple(verdicts[first:last]),
        is_regression=probe.problem_type == "regression",
    )


def short_names(kinds: Sequence[str]) -> tuple[str, ...]:
    """The shortest ends of dotted names that still tell them apart: "q_proj", but "attention.output.dense"."""
    result = []
    for kind in kinds:
        words = kind.split(".")
        ends = (".".join(words[-n:]) for n in range(1, len(words) + 1))
        result.append(next((e for e in ends if sum(f".{k}".endswith(f".{e}") for k in kinds) == 1), kind))
    return tuple(result)


def _kinds_in_order(parts: Sequence[LoraPart]) -> list[str]:
    """Kinds in the order of the fullest layer, then those that it lacks."""
    by_layer: dict[int | None, list[str]] = {}
    for part in parts:
        by_layer.setdefault(part.layer, []).append(part.kind)
    fullest = max((kinds for layer, kinds in by_layer.items() if layer is not None), key=len, default=[])
    return list(dict.fromkeys([*fullest, *(part.kind for part in parts)]))


def _factors(parts: Sequence[LoraPart], removed: Sequence[Sequence[LoraPart]]) -> Tensor:
    """(N, M): 0 where a part is taken away, else 1."""
    gone = [{id(part) for part in row} for row in removed]
    return torch.tensor([[float(id(part) not in row) for part in parts] for row in gone], dtype=torch.float64)


def _layer_names(layers: Sequence[int | None]) -> tuple[str, ...]:
    return tuple(_OUTSIDE if layer is None else layer_name(layer) for layer in layers)
