"""What a model costs: memory by type of its weights, and what a text of some length takes. Bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MemoryRow:
    """Bytes that the weights take in one dtype; None where training so is not possible or not asked.

    Attributes:
        full: weights, gradients and AdamW's two moments of every weight.
        lora: the frozen weights, and in float32 what is trained, its gradients and moments.
    """

    dtype: str
    weights: int
    full: int | None
    lora: int | None


@dataclass(frozen=True)
class Costs:
    """What one text of `tokens` tokens takes.

    Attributes:
        kv_cache: bytes of keys and values; None where nothing can be cached.
        attention: bytes of the attention maps of all layers, float32.
        flops: of one forward pass over the text; None where it is not known.
        flops_reason: why it is not known, in words; empty where it is.
    """

    tokens: int
    memory: tuple[MemoryRow, ...]
    kv_cache: int | None
    attention: int
    flops: int | None
    flops_reason: str = ""

    @property
    def flops_per_token(self) -> float | None:
        """The mean over the text."""
        return None if self.flops is None else self.flops / self.tokens
