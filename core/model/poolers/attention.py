"""Learnt attention over tokens (`attention`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import torch
from torch import Tensor, nn

from core.model.poolers.pooled import Pooled, Pooler, at_least_float32

MASKED_SCORE = -1e4


class AttentionHead(Pooler):
    """e = V tanh(W h), -1e4 on padding, softmax over T, weighted sum of h (Yang et al. 2016, additive form).

    W: D -> hidden_dim, V: hidden_dim -> 1, both without bias (a bias of V would cancel in the softmax).
    """

    says = "This pooler weighs each state by a trained score; the weights sum to 1."
    split_says = "each state counts its attention weight, taken as given"

    def __init__(self, hidden_size: int, hidden_dim: int | None = None) -> None:
        super().__init__()
        self.W = nn.Linear(hidden_size, hidden_dim or hidden_size, bias=False)
        self.V = nn.Linear(hidden_dim or hidden_size, 1, bias=False)

    @classmethod
    def build(cls, hidden_size: int, **options: Any) -> Self:
        """`hidden_dim` may be None: then it is the width of the states."""
        return cls(hidden_size, **options)

    @classmethod
    def recognise(cls, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any] | None:
        """W (hidden_dim, D)."""
        return {"hidden_dim": shapes["W.weight"][0]} if "W.weight" in shapes else None

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        """hidden (B, T, D), mask (B, T) bool -> vectors (B, D), weights (B, T)."""
        scores = at_least_float32(self.V(torch.tanh(self.W(hidden))).squeeze(-1))
        weights = scores.masked_fill(~mask, MASKED_SCORE).softmax(dim=1)
        vectors = (weights.unsqueeze(1) @ at_least_float32(hidden)).squeeze(1)
        return Pooled(vectors.to(hidden.dtype), weights)
