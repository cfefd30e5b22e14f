"""Operations of a forward pass, counted while a model without weights runs: whatever it shares, repeats, leaves out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import flop_registry

from core.architecture.costs import costs
from core.architecture.layer_summary import example
from core.architecture.outlines import META
from core.architecture.valueless import Valueless
from core.model.backbone import forward_parameters
from core.model.peft_wrappers import unwrap_peft
from core.results import Architecture, Costs

#: Up to this share of the count a formula agrees.
AGREES = 0.01
#: A text that every architecture reads.
SHORT = 16
#: Lengths, at equal distances, from which a loop over tokens is counted on.
_STEPS = (16, 32, 48)
_RECURRENT = re.compile(r"Mamba\w*Mixer|Rwkv\w*Attention|RecurrentBlock")
#: What code that looks at values, or takes other inputs, raises on meta tensors.
FAILURES = (RuntimeError, ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError)


class FlopCount(Valueless):
    """torch's own formulas for each operation of a block, as its FlopCounterMode applies them.

    That one hooks the modules of every thread while it counts; this one sees its own thread's operations alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = kwargs or {}
        packet = func._overloadpacket
        if packet not in flop_registry and func is not torch.ops.prim.device.default:
            with self:
                result = func.decompose(*args, **options)
            if result is not NotImplemented:
                return result
        result = super().__torch_dispatch__(func, types, args, options)
        if packet in flop_registry:
            self.total += int(flop_registry[packet](*args, **options, out_val=result))
        return result


def counted_flops(model: nn.Module, tokens: int) -> int:
    """Of one pass over one text of so many tokens, by a model on the meta device."""
    if tokens > _STEPS[-1] and _goes_token_by_token(model):
        return _extrapolated([counted_flops(model, step) for step in _STEPS], tokens)
    batch: dict[str, Tensor] = example(META, 2, tokens)
    try:
        return _counted(model, batch)
    except FAILURES:  # code that mixes a mask with tensors of another device; none means the same
        return _counted(model, {name: tensor for name, tensor in batch.items() if name != "attention_mask"})


def _goes_token_by_token(model: nn.Module) -> bool:
    """Whether a recurrence runs as a loop over tokens, which would take a minute for a long text."""
    mixers = [m for m in model.modules() if _RECURRENT.search(type(m).__name__)]
    return bool(mixers) and not any(hasattr(m, "chunk_size") for m in mixers)


def _extrapolated(counts: list[int], tokens: int) -> int:
    """The parabola through the counts at `_STEPS`: a recurrence grows with the text, attention with its square."""
    first, second, third = counts
    x = (tokens - _STEPS[0]) / (_STEPS[1] - _STEPS[0])
    return round(first + x * (second - first) + x * (x - 1) / 2 * (third - 2 * second + first))


def _counted(model: nn.Module, batch: dict[str, Tensor]) -> int:
    options = {"use_cache": False} if "use_cache" in forward_parameters(type(model)) else {}
    with META, torch.no_grad(), FlopCount() as count:
        model(**batch, **options)
    total: int = count.total
    return total


def costs_of(result: Architecture, model: nn.Module, tokens: int) -> Costs:
    """What one text takes; `model` is an outline of what was described.

    The formula of `core.architecture.costs` stands where the count agrees to 1 %, at this length or, if the model does
    not run at it, at a short one; else the count stands. Where neither is possible, the reason does.
    """
    spent, outline = costs(result, tokens), unwrap_peft(model)
    try:
        count = counted_flops(outline, tokens)
    except FAILURES as error:
        if spent.flops is not None and _agrees_when_short(result, outline):
            return spent
        return replace(spent, flops=None, flops_reason=_reason(outline, tokens, result.sizes.positions, error))
    agrees = spent.flops is not None and abs(spent.flops - count) <= AGREES * count
    return spent if agrees else replace(spent, flops=count)


def _agrees_when_short(result: Architecture, outline: nn.Module) -> bool:
    try:
        count, formula = counted_flops(outline, SHORT), costs(result, SHORT).flops
    except FAILURES:
        return False
    return formula is not None and abs(formula - count) <= AGREES * count


def _reason(outline: nn.Module, tokens: int, longest: int, error: Exception) -> str:
    """Why the operations are not known."""
    name = type(outline).__name__
    if longest and tokens > longest:
        return f"FLOPs are not known: {name} reads {longest:,} tokens, and this text has {tokens:,}."
    seen = " ".join(str(error).split())[:200]
    return f"FLOPs are not known: {name} cannot run without weights, its code looks at values ({seen})."
