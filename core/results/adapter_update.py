"""What an adapter adds to the weights, module by module."""

from __future__ import annotations

from dataclasses import dataclass

from core.results.arrays import Floats
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
        expert: its number in a parameter that stacks many, from 0; else None.
    """

    layer: int | None
    module: str
    rank: int
    scale: float
    singular_values: Floats
    norm: float
    base_norm: float
    is_dora: bool
    expert: int | None = None

    @property
    def name(self) -> str:
        """Layer and module."""
        return module_name(self.layer, self.module, self.expert)

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


@dataclass(frozen=True)
class ModuleOverlap:
    """How far the directions of an update are those that lead in the weight it changes.

    Attributes:
        directions: k, the rank in use; as many leading directions of the weight are looked at.
        inputs, outputs: mean squared cosine between the two spaces of k directions, 0 to 1 (Hu et al. 2022, section
            7.2), for what the module reads (right vectors) and what it writes (left vectors).
        inputs_by_chance, outputs_by_chance: of random directions: k over the size of the space.
        amplification: norm of the update over that of the weight within the update's directions (ibid., 7.3); infinite
            where the weight has nothing there.
    """

    layer: int | None
    module: str
    directions: int
    inputs: float
    outputs: float
    inputs_by_chance: float
    outputs_by_chance: float
    amplification: float
    expert: int | None = None

    @property
    def name(self) -> str:
        """Layer and module."""
        return module_name(self.layer, self.module, self.expert)


@dataclass(frozen=True)
class AdapterOverlap:
    """Every adapted module, in the order of `AdapterUpdate`."""

    modules: tuple[ModuleOverlap, ...]


def module_name(layer: int | None, module: str, expert: int | None = None) -> str:
    """`layer 3, self_attn.q_proj`; of one among many experts `layer 3, mlp.experts.down_proj, expert 5`."""
    name = module if layer is None else f"layer {layer}, {module}"
    return name if expert is None else f"{name}, expert {expert}"
