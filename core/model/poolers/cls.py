"""The first token (`cls`), as BERT and its kin are pooled: [CLS], <s>."""

from __future__ import annotations

import torch
from torch import Tensor

from core.model.poolers.pooled import Pooled, Pooler


class FirstTokenPooling(Pooler):
    """Takes the vector at the first real token, under left and right padding alike."""

    says = (
        "This pooler takes the state of one token, the first ([CLS] or <s>): what the head sees of the words has come "
        "to it by attention."
    )
    split_says = "the first token's state is all that the head sees"

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        """hidden (B, T, D), mask (B, T) bool -> vectors (B, D), weights (B, T)."""
        first = mask.int().argmax(dim=1)
        weights = (torch.arange(mask.shape[1], device=mask.device) == first.unsqueeze(1)).to(hidden.dtype)
        rows = torch.arange(hidden.shape[0], device=hidden.device)
        return Pooled(hidden[rows, first.to(hidden.device)], weights)
