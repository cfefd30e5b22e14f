"""How two checkpoints differ, tensor by tensor."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal

from core.results.weights import row_name

#: How the two tensors of a pair were found: one name, or one once a prefix is off; a rule about how names, fused or
#: stacked tensors differ between versions; equal bytes under other names.
MatchedBy = Literal["name", "rule", "content"]


class TensorStatus(StrEnum):
    """What became of a tensor from the first checkpoint to the second."""

    EQUAL = "equal"
    SAME_VALUES = "equal in value"
    ROUNDED = "equal once rounded"
    CHANGED = "changed"
    OTHER_SHAPE = "other shape"
    NOT_COMPARED = "not compared"
    ONLY_FIRST = "only in the first"
    ONLY_SECOND = "only in the second"


#: Nothing but the way of storing differs.
UNCHANGED = (TensorStatus.EQUAL, TensorStatus.SAME_VALUES, TensorStatus.ROUNDED)


@dataclass(frozen=True)
class TensorDiff:
    """One tensor; a pair of fields or values is (in the first, in the second), None where it is absent.

    Sums run over the pairs of elements that are finite on both sides, in float64. A NaN at the same place, or the same
    infinity, counts as equal; any other pair with one counts as changed. What is not known is NaN.

    Attributes:
        name: in the first checkpoint, or in the second where only that has it.
        other_name: in the second, where the names of the two differ.
        layer: from 0; None outside the layers.
        module: name below the layer, without a closing `.weight`.
        dtypes: torch's names.
        count: pairs of elements that were compared; of another shape, those of the rows that both have.
        changed: how many of them differ.
        left_out: how many of them have a NaN or an infinity, and so are in no sum.
        largest: the largest |second - first|.
        mean: the mean |second - first|.
        norm: Frobenius norm of second - first.
        norms: those of the two.
        cosine: of the angle between the two as vectors; NaN where one is zero.
        note: what a person should know besides.
        stack: the stack of layers that `layer` counts in; empty where there is one alone.
        matched_by: how the second was found to be the first's.
    """

    name: str
    other_name: str
    layer: int | None
    module: str
    status: TensorStatus
    dtypes: tuple[str | None, str | None]
    shapes: tuple[tuple[int, ...] | None, tuple[int, ...] | None]
    count: int = 0
    changed: int = 0
    left_out: int = 0
    largest: float = math.nan
    mean: float = math.nan
    norm: float = math.nan
    norms: tuple[float, float] = (math.nan, math.nan)
    cosine: float = math.nan
    note: str = ""
    stack: str = ""
    matched_by: MatchedBy = "name"

    @property
    def row(self) -> str:
        """The row of the map: the module, with its stack where there are several."""
        return row_name(self.stack, self.module)

    @property
    def relative(self) -> float:
        """Norm of the difference against that of the first; infinite where only the first is zero."""
        return relative(self.norm, self.norms[0])

    @property
    def share(self) -> float:
        """Part of the elements that differ, 0 to 1; NaN where none were compared."""
        return self.changed / self.count if self.count else math.nan

    @property
    def short_name(self) -> str:
        """Layer and module, with the stack where there are several."""
        if self.layer is None:
            return self.module
        return f"{self.stack} layer {self.layer} {self.module}".lstrip()


@dataclass(frozen=True)
class CheckpointDiff:
    """Every tensor of either, in the order of layers and names.

    Attributes:
        prefixes: what was taken from the beginning of the names of the first, of the second, to match them.
        bytes: read from both.
    """

    first: str
    second: str
    tensors: tuple[TensorDiff, ...]
    prefixes: tuple[str, str]
    bytes: int
    seconds: float

    @cached_property
    def counts(self) -> Counter[TensorStatus]:
        """How many tensors of each status."""
        return Counter(t.status for t in self.tensors)

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """Modules inside the layers, each with its stack where there are several, in the order of the first layer."""
        return tuple(dict.fromkeys(t.row for t in self.tensors if t.layer is not None))

    @cached_property
    def stacks(self) -> dict[str, int]:
        """The stacks of layers by name, each with its number of layers; one alone has no name."""
        depths: dict[str, int] = {}
        for t in self.tensors:
            if t.layer is not None:
                depths[t.stack] = max(depths.get(t.stack, 0), t.layer + 1)
        return depths

    @cached_property
    def depth(self) -> int:
        """Number of layers; 0 where no tensor belongs to one."""
        return max((t.layer for t in self.tensors if t.layer is not None), default=-1) + 1

    @cached_property
    def most_changed(self) -> TensorDiff | None:
        """The changed tensor with the largest relative change; None where nothing changed by a known amount."""
        changed = [t for t in self.tensors if t.status is TensorStatus.CHANGED and not math.isnan(t.relative)]
        return max(changed, key=lambda t: t.relative, default=None)

    def change_of_layer(self, layer: int | None, stack: str = "") -> float:
        """The change of all its tensors together, against their norm in the first; NaN where none could be compared."""
        return together(t for t in self.tensors if (t.layer, t.stack) == (layer, stack))


def together(tensors: Iterable[TensorDiff]) -> float:
    """The relative change of several tensors as if they were one; those of another shape are left out."""
    known = [t for t in tensors if t.status in (*UNCHANGED, TensorStatus.CHANGED) and not math.isnan(t.norm)]
    if not known:
        return math.nan
    return relative(math.hypot(*(t.norm for t in known)), math.hypot(*(t.norms[0] for t in known)))


def relative(change: float, size: float) -> float:
    """A norm against another: 0 where both are 0."""
    if size == 0:
        return math.inf if change > 0 else change
    return change / size
