"""What an adapter adds to the weights, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from core.results import AdapterUpdate, ModulePair, ModuleUpdate
from core.words.numbers import percentage


def update(result: AdapterUpdate) -> str:
    """Where the adapter changes most, and what it uses of its rank."""
    most = max(result.modules, key=lambda m: m.relative)
    paid, used = sum(m.rank for m in result.modules), sum(m.effective_rank for m in result.modules)
    return (
        f"It changes {most.name} most: what it adds is {percentage(most.relative)} as large as the weight. Of the "
        f"{paid / len(result.modules):.3g} directions that it may use in a module it uses "
        f"{used / len(result.modules):.1f} on average."
    )


def shown(modules: Sequence[ModuleUpdate] | Sequence[ModulePair]) -> str:
    """What a map of layers by modules shows of experts, after another sentence; empty where there are none."""
    return " Of experts it shows the one with the largest value." if any(m.expert is not None for m in modules) else ""
