"""What every way through a classifier offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class BackendOutput:
    """What a pass gives.

    Attributes:
        logits: (B, K), at least float32, in the order of the rows.
        weights: the pooler's, one list a text, one number a token; None where the pooler has none.
    """

    logits: Tensor
    weights: list[list[float]] | None


class ForwardPass(Protocol):
    """One way through a classifier. Thread safe."""

    def plan(self, lengths: Sequence[int], tokens_per_batch: int, workers: int) -> list[list[int]]:
        """Positions of the texts of these lengths that go together, in the order in which to run them."""

    def __call__(self, rows: Sequence[list[int]]) -> BackendOutput:
        """Token ids of some texts, at least one each, to logits; every text gets what it would get alone."""
