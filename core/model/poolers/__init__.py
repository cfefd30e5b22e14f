"""The four ways from hidden states to one vector; a new pooler is one file and one line here."""

from __future__ import annotations

from typing import assert_never

from core.config.components import AttentionOptions, ContextOptions, GemOptions, MeanOptions, PoolerOptions
from core.model.poolers.attention import AttentionHead
from core.model.poolers.context import LastTokenPooling
from core.model.poolers.gem import GeMPooling
from core.model.poolers.mean import MeanPooling
from core.model.poolers.pooled import Pooled, Pooler

__all__ = ["AttentionHead", "GeMPooling", "LastTokenPooling", "MeanPooling", "Pooled", "Pooler", "build_pooler"]


def build_pooler(options: PoolerOptions, hidden_size: int) -> Pooler:
    """The pooler that its options describe."""
    match options:
        case ContextOptions():
            return LastTokenPooling(options.pre_head_pooling)
        case MeanOptions():
            return MeanPooling()
        case AttentionOptions():
            return AttentionHead(hidden_size, options.hidden_dim)
        case GemOptions():
            return GeMPooling(options.p, options.eps, options.learn_p)
        case _:
            assert_never(options)
