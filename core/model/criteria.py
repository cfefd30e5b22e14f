"""The four criteria: logits and labels to one loss a text."""

from __future__ import annotations

from typing import assert_never

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.config.components import BceOptions, BitemperedOptions, CriterionOptions, CrossEntropyOptions, MseOptions
from core.model.bitempered import bitempered_loss


class Criterion(nn.Module):
    """Logits (B, K) and labels to losses (B,). Labels: class numbers (B,) for a single label, else (B, K)."""

    def __init__(self, options: CriterionOptions) -> None:
        super().__init__()
        self.options = options

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """logits (B, K), labels (B,) or (B, K) -> losses (B,), computed in at least float32."""
        logits = logits.float() if logits.dtype in (torch.float16, torch.bfloat16) else logits
        options = self.options
        match options:
            case MseOptions():
                difference = logits - labels.to(logits.dtype).reshape(logits.shape)
                return difference.square().mean(dim=1)
            case CrossEntropyOptions():
                smoothing = options.label_smoothing
                if labels.is_floating_point():
                    return functional.cross_entropy(
                        logits, labels.to(logits.dtype), reduction="none", label_smoothing=smoothing
                    )
                return functional.cross_entropy(logits, labels.reshape(-1), reduction="none", label_smoothing=smoothing)
            case BceOptions():
                weight = logits.new_tensor(options.pos_weight) if options.pos_weight else None
                targets = labels.to(logits.dtype)
                losses = functional.binary_cross_entropy_with_logits(
                    logits, targets, reduction="none", pos_weight=weight
                )
                return losses.mean(dim=1)
            case BitemperedOptions():
                return bitempered_loss(
                    logits, labels, options.t1, options.t2, options.label_smoothing, options.num_iters
                )
            case _:
                assert_never(options)
