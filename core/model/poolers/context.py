"""The last real token (`context`)."""

from __future__ import annotations

import torch
from torch import Tensor

from core.model.poolers.pooled import Pooled, Pooler


class LastTokenPooling(Pooler):
    """Takes the vector at the last real token, under left and right padding alike.

    `pre_head_pooling` True pools hidden states (B, T, D) -> (B, D) before the head; False pools the head's
    logits (B, T, K) -> (B, K). Both give equal logits, since a head works on each position alone.
    """

    says = "This pooler takes the state of one token, the last: everything the head sees has passed through it."
    split_says = "the last token's state is all that the head sees"
    reads_last = True

    def __init__(self, pre_head_pooling: bool = True) -> None:
        super().__init__()
        self.pre_head_pooling = pre_head_pooling
        self.pools_logits = not pre_head_pooling

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        """hidden (B, T, D) or logits (B, T, K), mask (B, T) bool -> vectors (B, D) or (B, K), weights (B, T)."""
        positions = torch.arange(mask.shape[1], device=mask.device)
        last = (positions * mask).argmax(dim=1)
        rows = torch.arange(hidden.shape[0], device=hidden.device)
        weights = torch.nn.functional.one_hot(last, mask.shape[1]).to(hidden.dtype)
        return Pooled(hidden[rows, last.to(hidden.device)], weights)
