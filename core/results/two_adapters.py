"""Two adapters of one base, module by module."""

from __future__ import annotations

from dataclasses import dataclass

from core.results.adapter_update import module_name


@dataclass(frozen=True)
class ModulePair:
    """The updates of two adapters on one module.

    Attributes:
        norms: of either update, s B A (Frobenius); of DoRA, without its magnitudes.
        cosine: between the two as vectors: 1 same, 0 unrelated, -1 opposite; NaN where one is zero.
        inputs, outputs: mean squared cosine between the spaces of their directions, over the smaller number of them, 0
            to 1 (Hu et al. 2022, section 7.2); NaN where one is zero.
        inputs_by_chance, outputs_by_chance: of random directions.
        expert: its number in a parameter that stacks many, from 0; else None.
    """

    layer: int | None
    module: str
    norms: tuple[float, float]
    cosine: float
    inputs: float
    outputs: float
    inputs_by_chance: float
    outputs_by_chance: float
    expert: int | None = None

    @property
    def name(self) -> str:
        """Layer and module."""
        return module_name(self.layer, self.module, self.expert)


@dataclass(frozen=True)
class AdapterPair:
    """Two adapters of one base: the modules that both change, and those that only one does."""

    modules: tuple[ModulePair, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    @property
    def cosine(self) -> float:
        """Between the two updates of all shared modules together; NaN where one is zero."""
        dot = sum(m.cosine * m.norms[0] * m.norms[1] for m in self.modules if m.cosine == m.cosine)
        first, second = (sum(m.norms[i] ** 2 for m in self.modules) ** 0.5 for i in (0, 1))
        return dot / (first * second) if first * second else float("nan")
