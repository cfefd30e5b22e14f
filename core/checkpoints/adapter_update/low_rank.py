"""The update B A of a module from its factors: singular values and directions without the dense product.

With B = Q_b R_b and A^T = Q_a R_a (QR) and the small R_b R_a^T = P S R^T, B A = (Q_b P) S (Q_a R)^T.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from peft.tuners.lora.layer import Embedding
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
