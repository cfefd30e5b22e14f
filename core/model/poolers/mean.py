"""The average over real tokens (`mean`)."""

from __future__ import annotations

from torch import Tensor

from core.model.poolers.pooled import Pooled, Pooler, at_least_float32


class MeanPooling(Pooler):
    """Every real token weighs the same.

    `pre_head_pooling` True pools hidden states (B, T, D) -> (B, D) before the head; False pools the head's logits
    (B, T, K) -> (B, K), which is something else where the head is not linear.
    """

    says = "This pooler takes every token's state with the same weight; a word of several tokens counts as often."
    split_says = "each state counts 1/T"

    def __init__(self, pre_head_pooling: bool = True) -> None:
        super().__init__()
        self.pre_head_pooling = pre_head_pooling
        self.pools_logits = not pre_head_pooling

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        """hidden (B, T, D), mask (B, T) bool -> vectors (B, D), weights (B, T)."""
        wide = at_least_float32(hidden)
        weights = mask.to(wide.dtype)
        weights = weights / weights.sum(dim=1, keepdim=True).clamp(min=1)
        vectors = (weights.unsqueeze(1) @ wide).squeeze(1)
        return Pooled(vectors.to(hidden.dtype), weights)
