"""Weights on disk, streamed from their files: nothing is loaded, memory does not grow.

`analyze_model` is the same for a model in memory; torch comes with its first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.checkpoints.in_memory import analyze_model

__all__ = ["analyze_model"]


def __getattr__(name: str) -> Any:
    if name == "analyze_model":
        from core.checkpoints.in_memory import analyze_model

        return analyze_model
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
