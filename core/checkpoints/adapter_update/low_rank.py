"""The update B A of a module from its factors: singular values and directions without the dense product.

With B = Q_b R_b and A^T = Q_a R_a (QR) and the small R_b R_a^T = P S R^T, B A = (Q_b P) S (Q_a R)^T.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from peft.tuners.lora.layer import Embedding, ParamWrapper
from torch import Tensor
from transformers.pytorch_utils import Conv1D

from core.explain.adapter_effect.lora_modules import LoraPart
from core.model.quantised import whole_weight

#: Singular values below this share of the largest are rounding, not directions.
NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class Factors:
    """The update scale B A of one adapter on one module, in float64: b (out, r) times the scale, a (r, in)."""

    a: Tensor
    b: Tensor
    scale: float

    def directions(self) -> tuple[Tensor, Tensor, Tensor]:
        """Left vectors (out, k), singular values (k,) largest first, right vectors (in, k); k is the rank in use."""
        q_b, r_b = torch.linalg.qr(self.b)
        q_a, r_a = torch.linalg.qr(self.a.T)
        p, s, r = torch.linalg.svd(r_b @ r_a.T, full_matrices=False)
        held = int((s > NOTHING * s[:1]).sum())
        return q_b @ p[:, :held], s[:held], q_a @ r[:held].T


def low_rank_singular_values(b: Tensor, a: Tensor) -> Tensor:
    """Singular values of b (out, r) @ a (r, in), largest first: (min(r, out, in),)."""
    values: Tensor = torch.linalg.svdvals(torch.linalg.qr(b, mode="r")[1] @ torch.linalg.qr(a.T, mode="r")[1].T)
    return values


@dataclass(frozen=True, eq=False)
class AdaptedMatrix:
    """A matrix that an adapter updates: weight (out, in) in its own dtype, of one expert where it has a number."""

    weight: Tensor
    factors: Factors
    expert: int | None = None


def adapted_matrices(part: LoraPart, name: str) -> Iterator[AdaptedMatrix]:
    """What the adapter `name` updates in a module: one matrix, or one an expert where a parameter stacks them."""
    if isinstance(part.module, ParamWrapper):
        yield from _stacked(part.module, name)
    else:
        held = factors(part, name)
        yield AdaptedMatrix(base_weight(part, len(held.b)), held)


def _stacked(module: Any, name: str) -> Iterator[AdaptedMatrix]:
    """Of PEFT's `target_parameters`: the ranks of expert e are rows e r to e r + r of A, and every E-th column of B.

    As its `get_delta_weight` multiplies them. A parameter of three axes is (E, out, in), or (E, in, out) where PEFT
    did not turn its sides round; one of two axes is one matrix.
    """
    weights, scale, count = module.get_param().detach(), float(module.scaling[name]), module.num_experts
    a = wide(module.lora_A[name].weight).unflatten(0, (count, -1))
    b = scale * wide(module.lora_B[name].weight).unflatten(1, (-1, count))
    if weights.dim() == 2:
        yield AdaptedMatrix(weights, Factors(a[0], b[:, :, 0], scale))
        return
    stored = weights if module._did_swap_in_out_features else weights.mT
    for expert in range(count):
        yield AdaptedMatrix(stored[expert], Factors(a[expert], b[:, :, expert], scale), expert)


def factors(part: LoraPart, name: str) -> Factors:
    """What the adapter `name` adds to a module; convolutions flattened as PEFT multiplies them."""
    module: Any = part.module
    scale = float(part.scaling[name])
    if isinstance(module, Embedding):
        return Factors(wide(module.lora_embedding_A[name]), scale * wide(module.lora_embedding_B[name]), scale)
    a, b = wide(module.lora_A[name].weight).flatten(1), wide(module.lora_B[name].weight).flatten(1)
    return Factors(a, scale * b, scale)


def base_weight(part: LoraPart, out: int) -> Tensor:
    """The weight that is adapted as (out, in), whichever way the module keeps it; in its own dtype.

    GPT-2's layers keep (in, out), also where both are one number; a table of embeddings has its own rule. A quantised
    one is told by the numbers that its codes stand for.
    """
    weight = whole_weight(part.base).flatten(1)
    if isinstance(part.base, Conv1D):
        return weight.mT
    return weight if len(weight) == out else weight.mT


def wide(tensor: Tensor) -> Tensor:
    """A tensor in float64 in main memory."""
    return tensor.detach().to("cpu", torch.float64)
