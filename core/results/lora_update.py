"""What an adapter adds to the weights, module by module."""

from __future__ import annotations

from dataclasses import dataclass

from core.results.explanation import Floats
from core.results.spectra import effective_rank


@dataclass(frozen=True, eq=False)
class ModuleUpdate:
    """The update s B A of one adapted module; with DoRA, what the whole of it changes.

    Attributes:
        layer: from 0; None outside the layers.
        module: path inside the layer.
        rank: what was paid for: columns of B.
        scale: s, as PEFT applies it.
        singular_values: of s B A, (rank,), largest first.
        norm: of the change of the weight (Frobenius); with DoRA that is not the norm of s B A alone.
        base_norm: of the weight that is changed.
        is_dora: whether a learnt magnitude rescales the weight too.
    """

    layer: int | None
    module: str
    rank: int
    scale: float
    singular_values: Floats
    norm: float
    base_norm: float
    is_dora: bool

    @property
    def name(self) -> str:
        """Layer and module."""
        return self.module if self.layer is None else f"layer {self.layer}, {self.module}"

    @property
    def relative(self) -> float:
        """The change against the weight; infinite where the weight is zero."""
        return self.norm / self.base_norm if self.base_norm else float("inf")

    @property
    def effective_rank(self) -> float:
        """What is used of the rank, by the entropy of the singular values."""
        return effective_rank(self.singular_values)


@dataclass(frozen=True, eq=False)
class AdapterUpdate:
    """Every adapted module, by layer; `whole` names what the adapter holds besides: pooler, head, biases."""

    modules: tuple[ModuleUpdate, ...]
    whole: tuple[str, ...]
    parameters: int
    whole_parameters: int
