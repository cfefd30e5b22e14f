"""Rotary embeddings whose frequencies depend on how long the longest text of a batch is."""

from __future__ import annotations

from torch import nn

#: transformers' kinds that choose their frequencies by length, and write them into the module at each pass.
_BY_LENGTH = {"longrope", "dynamic"}


def depends_on_length(model: nn.Module) -> bool:
    """Whether a text can get other logits beside a longer one, and passes must not run side by side."""
    kinds = (getattr(module, "rope_type", None) for module in model.modules())
    return any(_BY_LENGTH & set(kind.values() if isinstance(kind, dict) else [kind]) for kind in kinds)
