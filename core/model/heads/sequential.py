"""One hidden layer before the linear one (`sequential`)."""

from __future__ import annotations

from torch import nn
from transformers import PreTrainedConfig

HEAD_DROPOUT = 0.1


def build(hidden_size: int, num_labels: int, _config: PreTrainedConfig | None = None) -> nn.Module:
    """(B, D) -> (B, K)."""
    return nn.Sequential(
        nn.Dropout(HEAD_DROPOUT),
        nn.Linear(hidden_size, hidden_size),
        nn.Dropout(HEAD_DROPOUT),
        nn.GELU(),
        nn.Linear(hidden_size, num_labels, bias=False),
    )
