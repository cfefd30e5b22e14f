"""What every pooler is: hidden states (B, T, D) in, one vector a text (B, D) out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Self

import torch
from torch import Tensor, nn


class Pooled(NamedTuple):
    """vectors (B, D); weights (B, T), 0 on padding and summing to 1, or None where the pooler has none."""

    vectors: Tensor
    weights: Tensor | None


class Pooler(nn.Module):
    """Base of all poolers. A new one is a subclass in its own file, and a line in `core.config.components.POOLERS`.

    One whose `forward` gives no weights defines `influence` and `split` itself.

    Attributes:
        says: what it does, for the reader of a page; a sentence or two.
        split_says: how `split` shares the vector out, a clause.
        meaning: what `influence` is, for axes and captions.
        reads_last: the last real token is all that it looks at.
        pools_logits: it stands behind the head, and takes logits (B, T, K).
    """

    says: ClassVar[str] = ""
    split_says: ClassVar[str] = "each state counts its weight, taken as given"
    meaning: ClassVar[str] = "weight"
    reads_last: ClassVar[bool] = False
    pools_logits: bool = False

    @classmethod
    def build(cls, hidden_size: int, **options: Any) -> Self:  # noqa: ARG003
        """One for states of this width; `options` are the fields of its `pooler_config`."""
        return cls(**options)

    @classmethod
    def recognise(cls, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any] | None:  # noqa: ARG003
        """What parameters of these names and shapes say of its options; None where they are not this pooler's."""
        return None

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        """hidden (B, T, D), mask (B, T) bool, True on real tokens -> vectors (B, D), weights (B, T)."""
        raise NotImplementedError

    def may_read(self, ids: Tensor) -> Tensor:
        """Whether it may take a token, by its id: any shape -> the same, bool."""
        return torch.ones_like(ids, dtype=torch.bool)

    def read_mask(self, ids: Tensor | None, mask: Tensor) -> Tensor:
        """Which positions it may take, of those that are no padding: ids (B, T) or None, mask (B, T) bool -> the same.

        It is what every other method takes as `mask`. A text of nothing that it may take is read at its first
        position, as transformers' classifiers do.
        """
        if ids is None:
            return mask
        read = mask & self.may_read(ids).to(mask.device)
        first = torch.arange(mask.shape[1], device=mask.device) == 0
        return read | (first & ~read.any(dim=1, keepdim=True))

    def split(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """The part of each position in the vectors: (B, T, D), summing over T to what `forward` gives.

        Exact where the vectors are a weighted sum of the states; a pooler without weights states its own way.
        """
        weights = self._weights(hidden, mask)
        return weights.to(hidden.dtype).unsqueeze(-1) * hidden

    def influence(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """How much each position weighs: (B, T), 0 on padding, summing to 1."""
        return self._weights(hidden, mask)

    def clamped(self, hidden: Tensor, mask: Tensor) -> Tensor | None:  # noqa: ARG002
        """Share of each position's dimensions that it cannot tell apart: (B, T), 0 to 1; None where it clamps none."""
        return None

    def reset_parameters(self) -> None:
        """Set parameters that are not weights of a linear layer; the others follow `init_config`."""

    def _weights(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """(B, T); a pooler without them never comes here, since it overrides both that ask."""
        weights: Tensor | None = self(hidden, mask).weights
        assert weights is not None, f"{type(self).__name__} has no weights: it must define influence and split"
        return weights


def at_least_float32(hidden: Tensor) -> Tensor:
    """Half precision widened, so that sums over tokens keep their digits; the rest unchanged."""
    return hidden.float() if hidden.dtype in (torch.float16, torch.bfloat16) else hidden
