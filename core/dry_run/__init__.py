"""The stages of a dry run: is a loaded candidate set up right, and how far is it from wrong?

`dry_run(model, batch)` is one pass of any model in memory; torch comes with its first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.dry_run.run import dry_run

__all__ = ["dry_run"]


def __getattr__(name: str) -> Any:
    if name == "dry_run":
        from core.dry_run.run import dry_run

        return dry_run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
