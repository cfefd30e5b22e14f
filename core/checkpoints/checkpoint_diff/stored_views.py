"""Weights that are compared otherwise than as they lie in a file: a part of a tensor, or rows and columns exchanged.

Each is read as what codes stand for is read: rows of float32, some at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.checkpoints.quantised.coded import Coded, Floats32, Rows, Source, read_rows
from core.files.safetensors_headers import TensorEntry

#: Numbers of the rows that are exchanged for columns at once, since each such time the whole weight is read: 16 MB.
SLAB = 1 << 22


@dataclass(frozen=True)
class Plain(Coded):
    """A tensor of floats of 32 bits and fewer, which stands for itself; `shape` may order its axes otherwise."""

    def opened(self, source: Source) -> Rows:
        """The rows as they are stored."""
        columns = self.stored[1]
        return lambda start, end: read_rows(source, self.codes, columns, start, end).astype(np.float32)


def plain(tensor: TensorEntry, *, inputs_first: bool = False) -> Plain:
    """`inputs_first` where the last two axes are (in, out)."""
    *others, rows, columns = tensor.shape
    shape = (*others, columns, rows) if inputs_first else tensor.shape
    return Plain(tensor, (), shape, inputs_first, "")


@dataclass(frozen=True)
class SomeOutputs(Coded):
    """Some outputs of a matrix, or of one of a stack of them (E, out, in).

    Attributes:
        whole: what it is a part of.
        expert: which matrix of the stack.
        outputs: which of its outputs.
    """

    whole: Coded
    expert: int
    outputs: range

    @property
    def stored(self) -> tuple[int, int]:
        """Rows and columns in the order of the whole."""
        inputs = self.whole.shape[-1] if len(self.shape) > 1 else 1
        return (inputs, len(self.outputs)) if self.inputs_first else (len(self.outputs), inputs)

    def opened(self, source: Source) -> Rows:
        """The whole's rows, and of each only what belongs to the part."""
        read, outputs = self.whole.opened(source), self.outputs
        if self.inputs_first:
            first, chosen = self.expert * self.whole.shape[-1], slice(outputs.start, outputs.stop, outputs.step)
            return lambda start, end: read(first + start, first + end)[:, chosen]
        above = self.expert * self.whole.shape[-2]
        places = range(above + outputs.start, above + outputs.stop, outputs.step)
        return lambda start, end: read(places[start], places[end - 1] + 1)[:: outputs.step]


@dataclass(frozen=True)
class Turned(Coded):
    """A weight read along its other axis: rows of outputs where rows of inputs are stored, and the other way round."""

    whole: Coded

    def opened(self, source: Source) -> Rows:
        """Many rows at a time, made of the columns of everything that is stored of their matrix."""
        read, depth = self.whole.opened(source), self.whole.stored[1]
        count = self.stored[1]  # rows of one matrix as it is stored
        step = max(SLAB // max(count, 1), 1)
        slab = _Slab(lambda matrix, a, b: _columns(read, matrix * count, count, a, b))

        def rows(start: int, end: int) -> Floats32:
            result = []
            while start < end:
                matrix, place = divmod(start, depth)
                begin = place - place % step
                upto = min(begin + step, depth)
                stop = min(upto, place + end - start)
                result.append(slab.of(matrix, begin, upto)[place - begin : stop - begin])
                start += stop - place
            return np.concatenate(result)

        return rows


def turned(weight: Coded) -> Turned:
    """The same numbers along the other axis."""
    return Turned(weight.codes, weight.parts, weight.shape, not weight.inputs_first, weight.how, weight)


def is_view(weight: Coded) -> bool:
    """Whether it is read otherwise than its file has it."""
    return isinstance(weight, Plain | SomeOutputs | Turned)


class _Slab:
    """The rows that were made last: blocks are asked for in their order, many to a slab."""

    def __init__(self, make: Callable[[int, int, int], Floats32]) -> None:
        self._make = make
        self._place: tuple[int, int, int] | None = None
        self._rows: Floats32 = np.empty((0, 0), dtype=np.float32)

    def of(self, matrix: int, start: int, end: int) -> Floats32:
        if self._place != (matrix, start, end):
            self._place, self._rows = (matrix, start, end), self._make(matrix, start, end)
        return self._rows


def _columns(read: Rows, first: int, count: int, start: int, end: int) -> Floats32:
    """Columns [start:end) of `count` rows from `first` on: (end - start, count)."""
    result = np.empty((end - start, count), dtype=np.float32)
    width = max(SLAB // max(end - start, 1) // 16, 1)
    for row in range(0, count, width):
        stop = min(row + width, count)
        result[:, row:stop] = read(first + row, first + stop)[:, start:end].T
    return result
