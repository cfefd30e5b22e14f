"""Last-token pooling reads one position of the last layer, so that layer's position-wise parts run nowhere else.

The output projection and the MLP of the last layer hold three quarters of its parameters. Whoever predicts says which
positions it will read; every other pass through the same model (attributions, hidden states) is untouched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from peft import PeftModel
from torch import Tensor, nn

from core.errors import ConfigError
from core.model.classifier import PooledClassifier
from core.model.poolers import LastTokenPooling
from core.model.surgery import transformer_layers

#: MLPs that treat each position alone and return one tensor; their layers project attention with `o_proj`.
_KNOWN = ("LlamaMLP", "MistralMLP", "Gemma2MLP")


@dataclass
class _Read:
    """The position (B,) that is read of each text, and how many positions each wrapped module was given."""

    positions: Tensor
    widths: list[int] = field(default_factory=list)


_READ: ContextVar[_Read | None] = ContextVar("read", default=None)


def narrow_last_layer(model: nn.Module) -> bool:
    """Hook a classifier with last-token pooling of a known family; False, and nothing done, for any other."""
    inner: Any = model.get_base_model() if isinstance(model, PeftModel) else model
    classifier = cast(PooledClassifier, inner)
    if not any(isinstance(module, LastTokenPooling) for module in classifier.pooler.modules()):
        return False
    try:
        last: Any = transformer_layers(classifier.backbone)[-1]
    except ConfigError:
        return False
    if type(getattr(last, "mlp", None)).__name__ not in _KNOWN:
        return False
    for module in (last.mlp, last.self_attn.o_proj):
        module.register_forward_pre_hook(_pick)
        module.register_forward_hook(_spread)
    return True


@contextmanager
def reading_only(positions: Tensor) -> Iterator[None]:
    """Within, a narrowed model computes its last layer for these positions (B,) alone; the others are undefined."""
    before = _READ.set(_Read(positions))
    try:
        yield
    finally:
        _READ.reset(before)


def _pick(_module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """(B, T, D) -> (B, 1, D)."""
    if (read := _READ.get()) is None:
        return None
    hidden: Tensor = args[0]
    read.widths.append(hidden.shape[1])
    if hidden.shape[1] == 1:
        return None
    rows = torch.arange(hidden.shape[0], device=hidden.device)
    return hidden[rows, read.positions.to(hidden.device)].unsqueeze(1), *args[1:]


def _spread(_module: nn.Module, _args: Any, output: Tensor) -> Tensor | None:
    """(B, 1, D) -> (B, T, D), zero where nothing was computed."""
    if (read := _READ.get()) is None:
        return None
    width = read.widths.pop()
    if width == output.shape[1]:
        return None
    spread = output.new_zeros(output.shape[0], width, output.shape[2])
    spread[torch.arange(output.shape[0], device=output.device), read.positions.to(output.device)] = output[:, 0]
    return spread
