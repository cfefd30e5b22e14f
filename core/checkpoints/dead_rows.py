"""Rows and columns of a matrix that hold nothing but zeros."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from core.checkpoints.dtype_codes import TORCH_NAMES
from core.checkpoints.reader import BLOCK
from core.files.safetensors_headers import TensorEntry

#: Blocks of file[start:end], through the buffer given.
Read = Callable[[int, int, NDArray[np.uint8]], Iterator[NDArray[np.uint8]]]


def rows_of(name: str, shape: tuple[int, ...]) -> int:
    """Rows along the first axis; of experts that share a tensor of three axes, the rows of every expert's matrix."""
    return math.prod(shape[:-1]) if len(shape) > 2 and "expert" in name else shape[0]


def dead_lines(tensor: TensorEntry, zeros: int, read: Read) -> tuple[int, int]:
    """Rows, and columns of a matrix of two axes, of zeros alone, -0 included.

    Read again only where there are zeros enough for one.
    """
    if len(tensor.shape) < 2 or not tensor.count:
        return 0, 0
    rows = rows_of(tensor.name, tensor.shape)
    row = (tensor.end - tensor.start) // rows
    wide = len(tensor.shape) == 2 and rows > 1 and zeros >= rows
    if zeros < tensor.count // rows and not wide:
        return 0, 0
    item = (tensor.end - tensor.start) // tensor.count
    signed = TORCH_NAMES[tensor.dtype].startswith(("float", "bfloat"))
    buffer = np.empty(max(1, BLOCK // row) * row if row <= BLOCK else BLOCK // item * item, dtype=np.uint8)
    starts = range(tensor.start, tensor.end, row if row > BLOCK else tensor.end - tensor.start)
    dead, used = 0, np.zeros(row // item, dtype=np.bool_)
    for start in starts:
        alive, place = np.zeros(1, dtype=np.bool_), 0
        for block in read(start, start + row if row > BLOCK else tensor.end, buffer):
            cells = _used(block.reshape(-1, min(row, len(block))), item, signed)
            if row <= BLOCK:
                dead += int((~cells.any(axis=1)).sum())
            alive |= cells.any()
            used[place : place + cells.shape[1]] |= cells.any(axis=0)
            place += cells.shape[1] if row > BLOCK else 0
        dead += int(row > BLOCK and not alive[0])
    return dead, int((~used).sum()) if wide else 0


def dead_lines_of_values(blocks: Iterable[NDArray[np.float32]]) -> tuple[int, int]:
    """The same of a matrix whose rows come block by block: (some rows, columns)."""
    dead, used = 0, None
    for block in blocks:
        cells = block != 0
        dead += int((~cells.any(axis=1)).sum())
        used = cells.any(axis=0) if used is None else used | cells.any(axis=0)
    return dead, 0 if used is None else int((~used).sum())


def _used(rows: NDArray[np.uint8], item: int, signed: bool) -> NDArray[np.bool_]:
    """Which elements of rows (n, bytes) are anything but zero: (n, elements); a sign in the last byte is left out."""
    octets = rows.reshape(len(rows), -1, item)
    if not signed:
        return np.asarray(np.any(octets, axis=2))
    return np.asarray(np.any(octets[:, :, :-1], axis=2) | (octets[:, :, -1] & 127 != 0))
