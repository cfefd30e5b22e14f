"""What an adapter adds to the weights, in plain sentences."""

from __future__ import annotations

from core.results import AdapterUpdate
from core.words.numbers import percent


def update(result: AdapterUpdate) -> str:
    """Where the adapter changes most, and what it uses of its rank."""
    most = max(result.modules, key=lambda m: m.relative)
    paid, used = sum(m.rank for m in result.modules), sum(m.effective_rank for m in result.modules)
    return (
        f"It changes {most.name} most, by {percent(most.relative)} % of the weight, and uses "
        f"{used / len(result.modules):.1f} of {paid / len(result.modules):.3g} ranks in the mean."
    )
