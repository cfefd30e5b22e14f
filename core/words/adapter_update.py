"""What an adapter adds to the weights, and whether two adapters add the same, in plain sentences."""

from __future__ import annotations

from core.results import AdapterPair, AdapterUpdate, ModulePair
from core.words.numbers import percent, percentage

#: Cosines between two updates from which they are called the same, similar, opposite.
SAME, SIMILAR, OPPOSITE = 0.7, 0.3, -0.3


def update(result: AdapterUpdate) -> str:
    """Where the adapter changes most, and what it uses of its rank."""
    most = max(result.modules, key=lambda m: m.relative)
    paid, used = sum(m.rank for m in result.modules), sum(m.effective_rank for m in result.modules)
    return (
        f"It changes {most.name} most, by {percent(most.relative)} % of the weight, and uses "
        f"{used / len(result.modules):.1f} of {paid / len(result.modules):.3g} ranks in the mean."
    )


def pair(result: AdapterPair) -> str:
    """Whether two adapters change the same."""
    if not result.modules:
        return "They adapt no module in common."
    if result.cosine != result.cosine:
        return "One of them changes nothing in the modules that both adapt."
    known = [m for m in result.modules if m.inputs == m.inputs]
    reads, by_chance = _mean(known, "inputs"), _mean(known, "inputs_by_chance")
    writes, by_chance_too = _mean(known, "outputs"), _mean(known, "outputs_by_chance")
    return (
        f"They make {_alike(result.cosine)} changes: the cosine between the two updates is {result.cosine:.2f}. In the "
        f"mean they read {reads} of the same directions ({by_chance} by chance) and write {writes} "
        f"({by_chance_too} by chance)."
    )


def _mean(modules: list[ModulePair], name: str) -> str:
    return percentage(sum(getattr(m, name) for m in modules) / len(modules))


def _alike(cosine: float) -> str:
    if cosine < OPPOSITE:
        return "opposite"
    return "the same" if cosine > SAME else "similar" if cosine > SIMILAR else "different"
