"""Whether two adapters add the same to the weights, in plain sentences."""

from __future__ import annotations

from core.results import AdapterPair, ModulePair
from core.words.numbers import percentage, three_digits

#: Cosines between two updates from which they are called the same, similar, opposite.
SAME, SIMILAR, OPPOSITE = 0.7, 0.3, -0.3


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
        f"They make {_alike(result.cosine)} changes: the cosine between the two updates is "
        f"{three_digits(result.cosine)}. On average they read {reads} of the same directions ({by_chance} by chance) "
        f"and write {writes} ({by_chance_too} by chance)."
    )


def _mean(modules: list[ModulePair], name: str) -> str:
    return percentage(sum(getattr(m, name) for m in modules) / len(modules))


def _alike(cosine: float) -> str:
    if cosine < OPPOSITE:
        return "opposite"
    return "the same" if cosine > SAME else "similar" if cosine > SIMILAR else "different"
