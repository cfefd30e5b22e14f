"""What the pooler gives for each text, caught on its way to the head for a caller who wants it too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor

_LOCAL = threading.local()


@contextmanager
def caught() -> Iterator[list[Tensor]]:
    """A list that gets the pooled vectors (B, D) of each pass of this thread, in the order of its logits."""
    seen: list[Tensor] = []
    _LOCAL.seen = seen
    try:
        yield seen
    finally:
        _LOCAL.seen = None


def catching() -> bool:
    """Whether somebody in this thread wants them."""
    return getattr(_LOCAL, "seen", None) is not None


def catch(vectors: Tensor) -> None:
    """Hand pooled vectors (B, D) to whoever wants them."""
    seen: list[Tensor] | None = getattr(_LOCAL, "seen", None)
    if seen is not None:
        seen.append(vectors)
