"""The last real token (`context`)."""

from __future__ import annotations

import torch
from torch import Tensor

from core.model.poolers.pooled import Pooled, Pooler


class LastTokenPooling(Pooler):
    """Takes the vector at the last real token, under left and right padding alike.

    `pre_head_pooling` True pools hidden states (B, T, D) -> (B, D) before the head; False pools the head's
    logits (B, T, K) -> (B, K). Both give equal logits, since a head works on each position alone.

    `ignored_token_id` is a token that is never the last, wherever it stands: transformers' sequence classifiers know
    padding by its id, so that a text which ends in the padding token is read at the token before.
    """

    says = "This pooler takes the state of one token, the last: everything the head sees has passed through it."
    split_says = "the last token's state is all that the head sees"
    reads_last = True

    def __init__(self, pre_head_pooling: bool = True, ignored_token_id: int | None = None) -> None:
        super().__init__()
        self.ignored_token_id = ignored_token_id
        self.pre_head_pooling = pre_head_pooling
        self.pools_logits = not pre_head_pooling

    def may_read(self, ids: Tensor) -> Tensor:
        """All but the ignored token."""
        return super().may_read(ids) if self.ignored_token_id is None else ids != self.ignored_token_id

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        """hidden (B, T, D) or logits (B, T, K), mask (B, T) bool -> vectors (B, D) or (B, K), weights (B, T)."""
        positions = torch.arange(mask.shape[1], device=mask.device)
        last = (positions * mask).argmax(dim=1)
        rows = torch.arange(hidden.shape[0], device=hidden.device)
        weights = (positions == last.unsqueeze(1)).to(hidden.dtype)
        return Pooled(hidden[rows, last.to(hidden.device)], weights)
