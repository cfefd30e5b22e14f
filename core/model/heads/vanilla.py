"""The linear layer of the stock classifiers (`vanilla`)."""

from __future__ import annotations

from torch import nn
from transformers import PreTrainedConfig


def build(hidden_size: int, num_labels: int, _config: PreTrainedConfig | None = None) -> nn.Module:
    """(B, D) -> (B, K), without a bias."""
    return nn.Linear(hidden_size, num_labels, bias=False)
