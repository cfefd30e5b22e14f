"""Which tensors a checkpoint should hold, by what lies beside its files, and which of them are not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = tuple[int, ...]
#: What says which tensors there should be: config.json, through the class that it names; of an adapter the partner of
#: each of its factors; without either, what most layers have. Nothing does of one file of several.
Measure = Literal["config", "factors", "layers", "nothing"]


@dataclass(frozen=True)
class MissingTensor:
    """A tensor that should be there: its place as in `WeightStats`; `shape` is None where nothing tells it."""

    name: str
    layer: int | None
    module: str
    stack: str = ""
    shape: Shape | None = None


@dataclass(frozen=True)
class Reshaped:
    """A tensor of another shape than config.json makes it."""

    tensor: str
    shape: Shape
    expected: Shape


@dataclass(frozen=True)
class Completeness:
    """What was compared, and what came of it.

    Attributes:
        model: the class that config.json names, where that is the measure.
        count: how many tensors it needs.
        missing: those that are not there; also those that an index names and no shard holds.
        unread: names of a head's tensors that are not there either, and that a classifier does not read.
        beyond: names of tensors in layers that config.json does not know.
        stated_layers: what config.json says where it tells no more than that; else None.
        remark: why config.json is not the measure, as a sentence; empty where it is, and of an adapter.
    """

    measure: Measure = "layers"
    model: str = ""
    count: int = 0
    missing: tuple[MissingTensor, ...] = ()
    unread: tuple[str, ...] = ()
    reshaped: tuple[Reshaped, ...] = ()
    beyond: tuple[str, ...] = ()
    stated_layers: int | None = None
    remark: str = "No config.json lies beside the weights."


#: Of weights that nothing lies beside.
NOT_COMPARED = Completeness()
