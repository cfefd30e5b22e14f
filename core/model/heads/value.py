"""The value head of reward models (`value`): one linear layer with a bias, under TRL's name `summary`."""

from __future__ import annotations

from torch import Tensor, nn
from transformers import PreTrainedConfig


class ValueHead(nn.Module):
    """(B, D) -> (B, K)."""

    def __init__(self, hidden_size: int, num_labels: int) -> None:
        super().__init__()
        self.summary = nn.Linear(hidden_size, num_labels)

    def forward(self, vectors: Tensor) -> Tensor:
        """(B, D) -> (B, K)."""
        logits: Tensor = self.summary(vectors)
        return logits


def build(hidden_size: int, num_labels: int, _config: PreTrainedConfig | None) -> nn.Module:
    """(B, D) -> (B, K)."""
    return ValueHead(hidden_size, num_labels)
