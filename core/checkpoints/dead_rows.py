"""Rows of a matrix that hold nothing but zeros."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from core.checkpoints.dtype_codes import TORCH_NAMES
from core.checkpoints.reader import BLOCK
from core.files.safetensors_headers import TensorEntry

#: Blocks of file[start:end], through the buffer given.
Read = Callable[[int, int, NDArray[np.uint8]], Iterator[NDArray[np.uint8]]]


def dead_rows(tensor: TensorEntry, zeros: int, read: Read) -> int:
    """Rows (along the first axis) of zeros alone, -0 included; read again only where there are zeros enough for one."""
    if len(tensor.shape) < 2 or not tensor.count or zeros < tensor.count // tensor.shape[0]:
        return 0
    row = (tensor.end - tensor.start) // tensor.shape[0]
    item = (tensor.end - tensor.start) // tensor.count
    signed = TORCH_NAMES[tensor.dtype].startswith(("float", "bfloat"))
    buffer = np.empty(max(1, BLOCK // row) * row if row <= BLOCK else BLOCK, dtype=np.uint8)
    if row <= BLOCK:
        blocks = read(tensor.start, tensor.end, buffer)
        return sum(int((~_used(block.reshape(-1, row), item, signed)).sum()) for block in blocks)
    starts = range(tensor.start, tensor.end, row)
    return sum(not any(_used(b[None], item, signed)[0] for b in read(s, s + row, buffer)) for s in starts)


def _used(rows: NDArray[np.uint8], item: int, signed: bool) -> NDArray[np.bool_]:
    """Which rows (n, bytes) of little-endian elements hold anything but zero; a sign in the last byte is left out."""
    octets = rows.reshape(len(rows), -1, item)
    if not signed:
        return np.asarray(np.any(octets, axis=(1, 2)))
    return np.asarray(np.any(octets[:, :, :-1], axis=(1, 2)) | np.any(octets[:, :, -1] & 127, axis=1))
