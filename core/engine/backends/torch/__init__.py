"""Ways of a batch through a classifier: packed without padding where we know the architecture, padded anywhere."""

from __future__ import annotations

import sys

from torch import nn

from core.engine.backends.forward_pass import ForwardPass
from core.engine.backends.torch.padded import PaddedPass, pad

__all__ = ["PaddedPass", "bulk_is_imported", "bulk_pass", "pad"]


def bulk_pass(model: nn.Module, device: str) -> ForwardPass | None:
    """Many texts packed, in float32 on a CPU for the families we know; None where only the model's own pass is sure."""
    if device != "cpu":
        return None
    from core.engine.backends.torch.packed import pack  # imports numba, which a few texts need not wait for

    return pack(model)


def bulk_is_imported() -> bool:
    """Whether `bulk_pass` costs nothing any more: somebody asked for it."""
    return f"{__name__}.packed" in sys.modules
