"""Learnt attention over tokens (`attention`)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.model.poolers.pooled import Pooled, Pooler, at_least_float32

MASKED_SCORE = -1e4


class AttentionHead(Pooler):
    """e = V tanh(W h), -1e4 on padding, softmax over T, weighted sum of h (Yang et al. 2016, additive form).

    W: D -> hidden_dim, V: hidden_dim -> 1, both without bias (a bias of V would cancel in the softmax).
    """

    def __init__(self, hidden_size: int, hidden_dim: int | None = None) -> None:
        super().__init__()
        self.W = nn.Linear(hidden_size, hidden_dim or hidden_size, bias=False)
        self.V = nn.Linear(hidden_dim or hidden_size, 1, bias=False)

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        """hidden (B, T, D), mask (B, T) bool -> vectors (B, D), weights (B, T)."""
        scores = at_least_float32(self.V(torch.tanh(self.W(hidden))).squeeze(-1))
        weights = scores.masked_fill(~mask, MASKED_SCORE).softmax(dim=1)
        vectors = (weights.unsqueeze(1) @ at_least_float32(hidden)).squeeze(1)
        return Pooled(vectors.to(hidden.dtype), weights)
