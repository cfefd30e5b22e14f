"""Generalised mean (`gem`)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import initialization as init

from core.model.poolers.pooled import Pooled, Pooler, at_least_float32

MIN_P = 1e-2


class GeMPooling(Pooler):
    """(mean over real tokens of clamp(h, eps)^p)^(1/p), p learnt or fixed (Radenovic et al. 2018).

    p = 1 is the mean of the clamped states, p -> infinity their maximum. Values below eps are clamped: what
    negative hidden states say is lost. Computed in the log domain, so that a large p does not overflow.
    """

    says = (
        "This pooler takes a power mean of each dimension by itself, so a token has no one weight. Shown is its share "
        "of the gradient: how much a small change of that token's state would move the pooled vector."
    )
    split_says = "each position counts x^p / sum x^p of every dimension (Euler: GeM is homogeneous of degree 1)"
    meaning = "gradient share"

    p: Tensor

    def __init__(self, p: float = 3.0, eps: float = 1e-6, learn_p: bool = True) -> None:
        super().__init__()
        self.start_p = p
        self.eps = eps
        value = torch.tensor([p], dtype=torch.get_default_dtype())
        if learn_p:
            self.p = nn.Parameter(value)
        else:
            self.register_buffer("p", value)

    @classmethod
    def recognise(cls, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any] | None:
        """p (1,)."""
        return {} if "p" in shapes else None

    def reset_parameters(self) -> None:
        """Put p back to its start value."""
        init.constant_(self.p, self.start_p)

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        """hidden (B, T, D), mask (B, T) bool -> vectors (B, D); weights None: each dimension weighs by itself."""
        powers = self._log_powers(hidden, mask)
        p = self.p.to(powers.dtype).clamp(min=MIN_P)
        count = mask.sum(dim=1, keepdim=True).clamp(min=1).to(powers.dtype)
        vectors = ((powers.logsumexp(dim=1) - count.log()) / p).exp()
        return Pooled(vectors.to(hidden.dtype), None)

    def split(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """(B, T, D), summing over T to the vectors: v = sum_t x_t dv/dx_t with x = clamp(h, eps).

        Euler's theorem: v is homogeneous of degree 1 in x, so position t has the part x_t^p / sum_s x_s^p of v.
        """
        powers = self._log_powers(hidden, mask)
        vectors: Tensor = self(hidden, mask).vectors
        return powers.softmax(dim=1).to(hidden.dtype) * vectors.unsqueeze(1)

    def influence(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """(B, T): each position's share of the gradient dv/dh summed over dimensions; clamped ones have none.

        dv_d/dh_td = (1 / T) (x_td / v_d)^(p - 1). Where every dimension is clamped, positions weigh the same.
        """
        wide = at_least_float32(hidden)
        p = self.p.to(wide.dtype).clamp(min=MIN_P)
        vectors = at_least_float32(self(hidden, mask).vectors).unsqueeze(1)
        gradient = ((p - 1) * (wide.clamp(min=self.eps).log() - vectors.log())).exp()
        alive = (wide >= self.eps) & mask.unsqueeze(-1)
        total = gradient.masked_fill(~alive, 0.0).sum(dim=-1)
        none = total.sum(dim=1, keepdim=True) == 0
        total = torch.where(none, mask.to(total.dtype), total)
        return total / total.sum(dim=1, keepdim=True)

    def clamped(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Share of each position's dimensions below eps, which pooling cannot tell apart: (B, T), 0 to 1."""
        return (hidden < self.eps).float().mean(dim=-1) * mask

    def _log_powers(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """p log clamp(h, eps), -inf on padding: (B, T, D)."""
        wide = at_least_float32(hidden)
        p = self.p.to(wide.dtype).clamp(min=MIN_P)
        return (p * wide.clamp(min=self.eps).log()).masked_fill(~mask.unsqueeze(-1), -math.inf)
