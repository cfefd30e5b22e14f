"""What the weights of a checkpoint look like, tensor by tensor."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from core.results.completeness import NOT_COMPARED, Completeness, MissingTensor

ExportFormat = Literal["csv", "parquet", "json"]
#: What a tensor holds: weights; codes that no weights can be made of here; or what belongs to codes: scales, zero
#: points, tables, shapes.
TensorRole = Literal["weight", "codes", "scales"]

#: Bins of every histogram.
BINS = 64


@dataclass(frozen=True)
class Histogram:
    """Equal bins between min and max of the finite values: `BINS` + 1 edges, `BINS` counts; the last bin is closed.

    Where min equals max, the edges span half a unit to either side, as numpy has it. Empty without finite values.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class WeightStats:
    """One tensor. Everything but `count`, `nan` and `inf` is about its finite values, and NaN where there are none.

    Attributes:
        layer: number of the transformer layer, from 0; None outside the layers.
        module: name below the layer, without a closing `.weight`; other parameters keep theirs (`q_proj.bias`).
        dtype: torch's name.
        std: with n - 1; NaN for fewer than two values.
        norm: Euclidean (Frobenius).
        near_zeros: |w| < 1e-5, zeros included.
        q01, q50, q99: quantiles with linear interpolation.
        kurtosis: excess (0 for a normal distribution), of the population; NaN where all values are equal.
        dead_rows: rows (along the first axis, for two axes and more) that hold nothing but zeros. Of experts in one
            tensor of three axes: rows of every expert's matrix.
        note: why there are no numbers, or how exact they are; what they were dequantised from.
        stack: the stack of layers that `layer` counts in (`decoder`); empty where the checkpoint has one alone.
        role: only weights count as parameters.
        dead_columns: columns of a matrix that hold nothing but zeros.
        inputs_first: the matrix is kept as (in, out), so that its columns are outputs.
    """

    name: str
    layer: int | None
    module: str
    dtype: str
    shape: tuple[int, ...]
    count: int
    mean: float
    std: float
    min: float
    max: float
    norm: float
    zeros: int
    near_zeros: int
    nan: int
    inf: int
    q01: float
    q50: float
    q99: float
    kurtosis: float
    histogram: Histogram
    dead_rows: int
    note: str = ""
    stack: str = ""
    role: TensorRole = "weight"
    dead_columns: int = 0
    inputs_first: bool = False

    @property
    def row(self) -> str:
        """The row of the map: the module, with its stack where there are several."""
        return row_name(self.stack, self.module)


@dataclass(frozen=True)
class Outlier:
    """A tensor that deserves a look: what was seen, and the rule that found it.

    Attributes:
        damage: training leaves no weight so, and a checkpoint that has it is not called intact.
    """

    tensor: str
    seen: str
    rule: str
    damage: bool = False


@dataclass(frozen=True)
class WeightReport:
    """A checkpoint: its tensors in the order of layers and names, what stands out, and what reading it took.

    Attributes:
        packed_bytes: how many of `bytes` are codes that are no weights here, counted apart.
        completeness: whether the tensors are there that should be.
    """

    source: str
    tensors: tuple[WeightStats, ...]
    outliers: tuple[Outlier, ...]
    bytes: int
    seconds: float
    packed_bytes: int = 0
    completeness: Completeness = NOT_COMPARED

    @property
    def parameters(self) -> int:
        """Elements of all weights, quantised ones as they are once dequantised; neither codes nor scales."""
        return sum(t.count for t in self.tensors if t.role == "weight")

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules inside the layers, each with its stack where there are several, in the order of the first layer."""
        return tuple(dict.fromkeys(t.row for t in self.tensors if t.layer is not None))

    @property
    def depth(self) -> int:
        """Number of layers, of the deepest stack; 0 where no tensor belongs to one."""
        return max((t.layer for t in self.tensors if t.layer is not None), default=-1) + 1


def gaps(report: WeightReport) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    """Layers that lack modules which most layers of their stack have: stack, layer, what is missing.

    A layer counts that has nothing of its own: in architectures whose layers are of several kinds, each kind has. An
    adapter is none of a checkpoint's layers: it lacks what it does not adapt.
    """
    held: dict[str, dict[int, dict[str, None]]] = {}
    for t in report.tensors:
        if t.layer is not None and ".lora_" not in t.name:
            held.setdefault(t.stack, {}).setdefault(t.layer, {})[t.module] = None
    found: list[tuple[str, int, tuple[str, ...]]] = []
    for stack, layers in held.items():
        counted = Counter(frozenset(modules) for modules in layers.values())
        usual, often = counted.most_common(1)[0]
        if often < 2 or 2 * often <= len(layers):  # one layer by itself is no rule for others
            continue
        order = next(tuple(modules) for modules in layers.values() if usual == frozenset(modules))
        for layer in range(max(layers) + 1):
            has = frozenset(layers.get(layer, ()))
            if has < usual:
                found.append((stack, layer, tuple(module for module in order if module not in has)))
    return tuple(found)


def missing(report: WeightReport) -> tuple[MissingTensor, ...]:
    """The tensors that should be there: by what lies beside the files, or else by what most layers have."""
    if report.completeness.missing or report.completeness.measure != "layers":
        return report.completeness.missing
    return tuple(
        MissingTensor(_alike(report, stack, module, layer), layer, module, stack)
        for stack, layer, modules in gaps(report)
        for module in modules
    )


def _alike(report: WeightReport, stack: str, module: str, layer: int) -> str:
    """The name in this layer of a tensor that another layer has."""
    other = next(t for t in report.tensors if t.layer is not None and (t.stack, t.module) == (stack, module))
    before, number, after = other.name.partition(f"{other.layer}.")
    return f"{before}{layer}.{after}" if number else other.name


def row_name(stack: str, module: str) -> str:
    """`encoder: self_attn.q_proj`; the module alone where there is one stack."""
    return f"{stack}: {module}" if stack else module
