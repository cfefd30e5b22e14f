"""Attention maps, taken from one layer at a time: memory never holds those of two layers.

The maps are what the model's own eager attention hands out, so masks, windows, grouped heads and soft caps are in
them. For the pass the probe runs eager attention; what it ran before is put back, also after an error.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack, suppress
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from core.engine.encoding import Encoded
from core.errors import CheckpointError, MemoryBudgetError, NotFoundError
from core.explain.attention_hooks import OnLayer, eager, reporting_layers, watching_maps
from core.explain.probe import Probe, at_least_float32
from core.results import HEAD_MEASURES, AttentionCost, AttentionMaps, AttentionOverview, AttentionPart, AttentionRollout
from core.tasks.progress import Progress
from core.words.sizes import gibibytes

#: Of each probe that was tried how many heads a layer has; the most, where layers differ.
_HEADS: WeakKeyDictionary[Probe, int] = WeakKeyDictionary()


class _EnoughError(Exception):
    """All wanted layers were seen: the pass may end."""


def capture_cost(probe: Probe, text: Encoded, budget: int) -> AttentionCost:
    """What a capture would take; the budget in bytes.

    Raises:
        CheckpointError: an architecture that hands out no maps.
    """
    return AttentionCost(probe.depth, require_maps(probe), len(text.ids), probe.backbone.dtype.itemsize, budget)


def require_maps(probe: Probe) -> int:
    """A few tokens through all layers, once for each probe, and whether each hands out its maps: of how many heads.

    Raises:
        CheckpointError: the architecture hands out no maps.
    """
    if probe not in _HEADS:
        heads: list[int] = []
        _pass(probe, probe.some_tokens(), range(probe.depth), lambda _, seen: heads.append(len(seen)), None)
        _HEADS[probe] = max(heads)
    return _HEADS[probe]


def capture(
    probe: Probe, text: Encoded, part: AttentionPart, budget: int, on_progress: Progress | None = None
) -> AttentionMaps | AttentionOverview | AttentionRollout:
    """One of the three, by its name.

    Raises:
        NotFoundError: no such layer.
        MemoryBudgetError: it would take more than the budget, in bytes.
        CheckpointError: the architecture hands out no maps.
    """
    match part:
        case "overview":
            return overview(probe, text, budget, on_progress)
        case "rollout":
            return rollout(probe, text, budget, on_progress)
        case _:
            return maps(probe, text, part, budget, on_progress)


def maps(probe: Probe, text: Encoded, layer: int, budget: int, on_progress: Progress | None = None) -> AttentionMaps:
    """All heads of one layer, counted from 0."""
    if not 0 <= layer < probe.depth:
        raise NotFoundError(
            f"There is no layer {layer}: this model has layers 0 to {probe.depth - 1}.", fix="choose one of them."
        )
    result: list[Tensor] = []
    _run(probe, text, budget, [layer], lambda _, seen: result.append(seen.float().cpu()), on_progress)
    return AttentionMaps(layer, result[0].numpy())


def overview(probe: Probe, text: Encoded, budget: int, on_progress: Progress | None = None) -> AttentionOverview:
    """Each head of each layer in numbers; a layer's maps are gone before the next layer runs."""
    rows: list[Tensor] = []
    _run(probe, text, budget, range(probe.depth), lambda _, seen: rows.append(measured(seen)), on_progress)
    values = torch.stack(rows).double().numpy()
    return AttentionOverview({name: values[:, :, i] for i, name in enumerate(HEAD_MEASURES)})


def measured(seen: Tensor) -> Tensor:
    """`HEAD_MEASURES` of maps (H, T, T): (H, 5) on the CPU. Head by head, which takes T x T of memory beside them."""
    count = seen.shape[-1]
    places = torch.arange(count, device=seen.device, dtype=torch.float32)
    distances = (places[:, None] - places[None, :]).abs()
    rows = []
    for head in seen:
        head = at_least_float32(head)
        before = head.diagonal(-1).mean()  # NaN with one token
        among_tokens = head / head.sum(dim=-1, keepdim=True)  # without what goes to a sink
        effective = torch.special.entr(among_tokens).sum(dim=-1).exp().mean()
        distance = (among_tokens * distances).sum(dim=-1).mean()
        rows.append(torch.stack([effective, head[:, 0].mean(), before, head.diagonal().mean(), distance]))
    return torch.stack(rows).cpu()


def rollout(probe: Probe, text: Encoded, budget: int, on_progress: Progress | None = None) -> AttentionRollout:
    """Attention rollout of Abnar and Zuidema, "Quantifying Attention Flow in Transformers" (ACL 2020), section 3.

    A layer passes on 0.5 A + 0.5 I, A the mean of its heads and I for the residual stream, rows normalised;
    the layers are multiplied as they run, with a few T x T matrices of memory. What goes to a sink is left out.
    """
    rolled: list[Tensor] = []

    def see(_layer: int, seen: Tensor) -> None:
        mixed = at_least_float32(seen[0]) / len(seen)
        for head in seen[1:]:
            mixed += at_least_float32(head) / len(seen)
        mixed = 0.5 * mixed
        mixed.diagonal().add_(0.5)
        mixed /= mixed.sum(dim=-1, keepdim=True)
        rolled[:] = [mixed @ rolled[0].to(mixed.device)] if rolled else [mixed]

    _run(probe, text, budget, range(probe.depth), see, on_progress)
    return AttentionRollout(rolled[0].float().cpu().numpy())


def _run(
    probe: Probe, text: Encoded, budget: int, requested: Collection[int], see: OnLayer, on_progress: Progress | None
) -> None:
    """As `_pass`, within the budget."""
    require(capture_cost(probe, text, budget))
    _pass(probe, text, requested, see, on_progress)


def _pass(probe: Probe, text: Encoded, requested: Collection[int], see: OnLayer, on_progress: Progress | None) -> None:
    """A pass with eager attention up to the last wanted layer; `see` gets the maps of each."""
    seen: list[int] = []

    def noted(layer: int, result: Tensor) -> None:
        seen.append(layer)
        see(layer, result)
        if len(seen) == len(requested):
            raise _EnoughError  # what is above would take time, and memory beside the maps that are kept

    with ExitStack() as stack:
        options = stack.enter_context(eager(probe))
        stack.enter_context(watching_maps(probe, set(requested), len(text.ids), noted))
        if on_progress is not None:
            stack.enter_context(reporting_layers(probe, on_progress))
        stack.enter_context(suppress(_EnoughError))
        probe.states(text, **options)
    if len(seen) < len(requested):
        raise _no_maps(probe, len(seen), len(requested))


def _no_maps(probe: Probe, seen: int, layers: int) -> CheckpointError:
    name = type(probe.backbone).__name__
    some = f"{name} hands out attention maps in {seen} of its {layers} layers: the others read by another rule."
    return CheckpointError(
        some if seen else f"{name} hands out no attention maps (of {seen} in {layers} layers).",
        fix="attention cannot be drawn for this architecture; the other views can.",
    )


def require(needs: AttentionCost) -> None:
    """Refuse what is above the budget.

    Raises:
        MemoryBudgetError: with need and budget.
    """
    if not needs.fits:
        raise MemoryBudgetError(
            f"The attention of one layer ({needs.heads} heads, {needs.tokens:,} x {needs.tokens:,} tokens) needs "
            f"{gibibytes(needs.peak)}, and {gibibytes(needs.budget)} is the budget.",
            fix="shorten the text, or raise HEADLIGHT_ATTENTION_BUDGET_MB.",
        )
