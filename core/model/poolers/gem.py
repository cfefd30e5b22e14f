"""Generalised mean (`gem`)."""

from __future__ import annotations

import math

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

    def reset_parameters(self) -> None:
        """Put p back to its start value."""
        init.constant_(self.p, self.start_p)

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        """hidden (B, T, D), mask (B, T) bool -> vectors (B, D); weights None: each dimension weighs by itself."""
        wide = at_least_float32(hidden)
        p = self.p.to(wide.dtype).clamp(min=MIN_P)
        powers = p * wide.clamp(min=self.eps).log()
        powers = powers.masked_fill(~mask.unsqueeze(-1), -math.inf)
        count = mask.sum(dim=1, keepdim=True).clamp(min=1).to(wide.dtype)
        vectors = ((powers.logsumexp(dim=1) - count.log()) / p).exp()
        return Pooled(vectors.to(hidden.dtype), None)

    def clamped_share(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Share of hidden values below eps, which pooling cannot tell apart: hidden (B, T, D) -> (B,), 0 to 1."""
        below = (hidden < self.eps).float().mean(dim=-1) * mask
        return below.sum(dim=1) / mask.sum(dim=1).clamp(min=1)
