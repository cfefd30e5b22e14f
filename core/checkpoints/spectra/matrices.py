"""The matrices of a checkpoint: a tensor each, but for experts that share one, which are a matrix each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.checkpoints.checkpoint import Checkpoint
from core.checkpoints.coded_tensors import coded_tensors
from core.checkpoints.experts import SINGLE_EXPERT, expert_count
from core.checkpoints.orientation import inputs_first
from core.checkpoints.quantised.coded import Coded
from core.checkpoints.quantised.contents import Apart
from core.checkpoints.spectra.matrix import is_matrix, sides
from core.checkpoints.stacks import Place, places
from core.files.contents import read_table
from core.files.safetensors_headers import TensorEntry


@dataclass(frozen=True)
class StoredMatrix:
    """A matrix on disk.

    Attributes:
        entry: where its numbers are; of an expert its part of the tensor, under a name with its number. Of codes the
            whole tensor of codes.
        weight: what the codes stand for; None where numbers are stored as they are.
        first, rows, columns: which rows of what is stored, and how many numbers each has.
        shape: of the tensor that it is of.
        inputs_first: it is stored as (in, out).
        remark: what it was made of, where it is not the tensor as it stands.
    """

    entry: TensorEntry
    weight: Coded | None
    first: int
    rows: int
    columns: int
    shape: tuple[int, ...]
    place: Place
    inputs_first: bool = False
    expert: int | None = None
    remark: str = ""

    @property
    def name(self) -> str:
        """The tensor's; of an expert with its number behind it."""
        return self.entry.name

    @property
    def sides(self) -> tuple[int, int]:
        """Outputs and inputs, where it is known which axis is which."""
        return (self.columns, self.rows) if self.inputs_first else (self.rows, self.columns)

    @property
    def files(self) -> set[Path]:
        """Where its numbers, and what belongs to them, are."""
        parts = self.weight.parts if self.weight else ()
        return {self.entry.file, *(part.file for part in parts)}


def matrices(checkpoint: Checkpoint) -> tuple[tuple[StoredMatrix, ...], int]:
    """All matrices in the order of layers and names; and how many tensors hold none."""
    coded, transposed = coded_tensors(checkpoint), inputs_first(checkpoint)
    where = places(t.name for t in checkpoint.tensors)
    folder = checkpoint.path if checkpoint.path.is_dir() else checkpoint.path.parent
    config = read_table(folder / "config.json")
    result: list[StoredMatrix] = []
    left_out = 0
    for t in checkpoint.tensors:
        held = _of_tensor(t, coded.get(t.name), where[t.name], t.name in transposed, config)
        held = [_numbered(matrix) for matrix in held]
        result += held
        left_out += not held
    return tuple(result), left_out


def _of_tensor(
    t: TensorEntry, special: Coded | Apart | None, place: Place, transposed: bool, config: Mapping[str, Any]
) -> list[StoredMatrix]:
    """The matrices of one tensor; none of a vector, of whole numbers, of codes without a known layout."""
    if isinstance(special, Apart):
        return []
    if isinstance(special, Coded):
        rows, columns = special.stored
        one = StoredMatrix(t, special, 0, rows, columns, special.shape, place, special.inputs_first)
        one = replace(one, remark=f"dequantised from {special.how}")
        shape = special.shape
    else:
        rows, columns = sides(t)
        one = StoredMatrix(t, None, 0, rows, columns, t.shape, place, transposed, remark=_flattened(t, transposed))
        shape = t.shape
        if not is_matrix(t):
            return []
    experts = expert_count(t.name, shape, config)
    if experts is None:
        return [one] if min(rows, columns) > 1 else []
    return [_expert(one, i, experts) for i in range(experts)]


def _numbered(matrix: StoredMatrix) -> StoredMatrix:
    """`experts.5.w1` is the module `experts.w1` of expert 5: as where the experts of a layer share a tensor."""
    seen = SINGLE_EXPERT.fullmatch(matrix.place.module)
    if seen is None:
        return matrix
    module = f"{seen['around']}.{seen['module']}"
    return replace(matrix, place=replace(matrix.place, module=module), expert=int(seen["number"]))


def _expert(whole: StoredMatrix, number: int, experts: int) -> StoredMatrix:
    """One of the experts of a tensor: those of a tensor lie one behind the other."""
    t, shape = whole.entry, whole.shape
    rows, columns = (shape[1], shape[2]) if len(shape) == 3 else (shape[0] // experts, shape[1])
    name, remark = f"{t.name}[{number}]", f"expert {number} of {experts:,} in one tensor"
    if whole.weight is None:
        size = (t.end - t.start) // experts
        start = t.start + number * size
        entry = TensorEntry(name, t.dtype, (rows, columns), t.file, start, start + size)
    else:
        entry, remark = replace(t, name=name), f"{whole.remark}; {remark}"
    return replace(whole, entry=entry, first=number * rows, rows=rows, columns=columns, expert=number, remark=remark)


def _flattened(t: TensorEntry, transposed: bool) -> str:
    if transposed:
        return "kept as (in, out): rows and columns are told as outputs and inputs"
    return f"{len(t.shape)} axes, flattened to (first axis, all others)" if len(t.shape) > 2 else ""
