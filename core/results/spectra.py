"""The singular values of weight matrices, and what they say about a layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from core.results.arrays import Floats
from core.results.weights import row_name

#: "norms": spectral norm and stable rank; "full": every singular value as well.
SpectraKind = Literal["norms", "full"]


def effective_rank(singular_values: Floats) -> float:
    """exp of the entropy of the singular values' shares of their sum (Roy and Vetterli 2007); 0 where all are 0."""
    import numpy as np

    total = singular_values.sum()
    if total == 0:
        return 0.0
    shares = singular_values[singular_values > 0] / total
    return float(np.exp(-(shares * np.log(shares)).sum()))


@dataclass(frozen=True)
class PowerLaw:
    """A power law p(λ) ~ λ^-alpha in the tail of the eigenvalues λ = σ² (Clauset, Shalizi and Newman 2009).

    Attributes:
        alpha: the exponent, by maximum likelihood; NaN where `refusal` says why there is none.
        error: its standard error, (alpha - 1) / sqrt(tail).
        lowest: the singular value at which the tail begins: where the distance is least.
        tail: values in the tail.
        values: values in all, without those that are zero or not resolved.
        distance: Kolmogorov-Smirnov distance between the tail and the law, 0 to 1: how bad the fit is.
    """

    alpha: float = math.nan
    error: float = math.nan
    lowest: float = math.nan
    tail: int = 0
    values: int = 0
    distance: float = math.nan
    refusal: str = ""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """One matrix; a tensor of more axes is flattened to (first axis, all others), but experts are a matrix each.

    Attributes:
        layer: from 0; None outside the layers.
        module: path inside the layer, without a closing `.weight`.
        shape: of the tensor.
        rows, columns: of the matrix; outputs and inputs, also where it is kept as (in, out).
        norm: Frobenius.
        spectral_norm: the largest singular value.
        singular_values: (min(rows, columns),), largest first; None where only the norms were asked for.
        resolution: singular values below this are known to less than 1 %; 0 where only the norms were asked for.
        power_law: of the eigenvalues; None without singular values.
        note: why there are no numbers. They are NaN then.
        remark: what the matrix was made of, where it is not the tensor as it stands.
        stack: the stack of layers that `layer` counts in; empty where the checkpoint has one alone.
        expert: number of the expert in a tensor that holds many, from 0; else None.
    """

    name: str
    layer: int | None
    module: str
    dtype: str
    shape: tuple[int, ...]
    rows: int
    columns: int
    norm: float = math.nan
    spectral_norm: float = math.nan
    singular_values: Floats | None = None
    resolution: float = 0.0
    power_law: PowerLaw | None = None
    note: str = ""
    remark: str = ""
    stack: str = ""
    expert: int | None = None

    @property
    def row(self) -> str:
        """What the matrices of all layers have in common: the module, with its stack where there are several."""
        return row_name(self.stack, self.module)

    @property
    def stable_rank(self) -> float:
        """Frobenius over spectral norm, squared (Rudelson and Vershynin 2007): 1 for one direction; NaN for zeros."""
        return (self.norm / self.spectral_norm) ** 2 if self.spectral_norm else math.nan

    @property
    def effective_rank(self) -> float:
        """Directions in use, by the entropy of the singular values; NaN where they are unknown."""
        return math.nan if self.singular_values is None else effective_rank(self.singular_values)

    @property
    def alpha(self) -> float:
        """Exponent of the power law; NaN where there is none."""
        return math.nan if self.power_law is None else self.power_law.alpha

    @property
    def random_edge(self) -> float:
        """Where the singular values of random entries of this shape and norm would end (Marchenko and Pastur 1967)."""
        spread = self.norm / math.sqrt(self.rows * self.columns)
        return spread * (math.sqrt(self.rows) + math.sqrt(self.columns))

    @property
    def beyond_random(self) -> int | None:
        """Singular values above that edge; None where they are unknown."""
        if self.singular_values is None:
            return None
        return int((self.singular_values > self.random_edge).sum())


@dataclass(frozen=True, eq=False)
class SpectraReport:
    """The matrices of a checkpoint in the order of layers and names.

    Attributes:
        left_out: tensors that are no matrices of numbers (vectors, integers).
        seconds: what it took.
    """

    source: str
    kind: SpectraKind
    spectra: tuple[Spectrum, ...]
    left_out: int
    seconds: float

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules inside the layers, each with its stack where there are several, in the order of the first layer."""
        return tuple(dict.fromkeys(s.row for s in self.spectra if s.layer is not None))

    @property
    def depth(self) -> int:
        """Number of layers; 0 where no matrix belongs to one."""
        return max((s.layer for s in self.spectra if s.layer is not None), default=-1) + 1
