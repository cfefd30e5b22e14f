"""Ways of a batch through a classifier: packed without padding where we know the architecture, padded anywhere."""

from __future__ import annotations

from torch import nn

from core.inference.passes.forward_pass import ForwardPass, Outcome
from core.inference.passes.packed import PackedPass, pack
from core.inference.passes.padded import PaddedPass, pad

__all__ = ["ForwardPass", "Outcome", "PackedPass", "PaddedPass", "choose_pass", "pad"]


def choose_pass(model: nn.Module, device: str) -> ForwardPass:
    """The quickest way through this model: packed in float32 on a CPU for the families we know, else padded."""
    return pack(model) or PaddedPass(model, device)
