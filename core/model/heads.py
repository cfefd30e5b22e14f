"""From a pooled vector to logits."""

from __future__ import annotations

from typing import assert_never

from torch import nn

from core.config.components import HeadType

HEAD_DROPOUT = 0.1


def build_head(kind: HeadType, hidden_size: int, num_labels: int) -> nn.Module:
    """(B, D) -> (B, K).

    `vanilla` is the linear layer of the stock classifiers; `sequential` puts one hidden layer before it.
    """
    match kind:
        case "vanilla":
            return nn.Linear(hidden_size, num_labels, bias=False)
        case "sequential":
            return nn.Sequential(
                nn.Dropout(HEAD_DROPOUT),
                nn.Linear(hidden_size, hidden_size),
                nn.Dropout(HEAD_DROPOUT),
                nn.GELU(),
                nn.Linear(hidden_size, num_labels, bias=False),
            )
        case _:
            assert_never(kind)


def head_keys(kind: HeadType) -> tuple[str, ...]:
    """The parameter names of a head below `score`."""
    return ("weight",) if kind == "vanilla" else ("1.weight", "1.bias", "4.weight")
