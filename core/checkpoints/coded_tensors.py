"""Which tensors of a checkpoint are codes, and what they are read by: the files behind `quantised`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.checkpoints.checkpoint import Checkpoint
from core.checkpoints.dtype_codes import WIDE, value_table
from core.checkpoints.quantised.coded import Coded
from core.checkpoints.quantised.contents import Apart, contents_of
from core.checkpoints.quantised.method import Method, method_of
from core.checkpoints.reader import OpenFile, opened
from core.errors import CheckpointError
from core.files.safetensors_headers import TensorEntry

#: Numbers of a block of rows that are made at once: with their parts they take a few megabytes.
NUMBERS = 1 << 18


class FileSource:
    """What tensors hold, from open files."""

    def __init__(self, files: Mapping[Path, OpenFile]) -> None:
        self._files = files

    def elements(self, tensor: TensorEntry, start: int, end: int) -> NDArray[Any]:
        """Elements [start:end) of a tensor, (n,): integers as they are, floats of 8 and 16 bits as float32.

        Raises:
            CheckpointError: the file ends too early, or the tensor's type is not known.
        """
        item = (tensor.end - tensor.start) // max(tensor.count, 1)
        raw = np.empty((end - start) * item, dtype=np.uint8)
        begin = tensor.start + start * item
        for _ in self._files[tensor.file].blocks(begin, begin + len(raw), raw):
            pass
        return _numbers(raw, tensor)


def coded_tensors(checkpoint: Checkpoint) -> Mapping[str, Coded | Apart]:
    """By name, every tensor that is no weight as it stands. A few bytes of shapes are read, no weight.

    Raises:
        CheckpointError: a file that ended early, or changed since its header was read.
    """
    return _coded(checkpoint, method_of(checkpoint.path))


@lru_cache(maxsize=8)
def _coded(checkpoint: Checkpoint, method: Method) -> Mapping[str, Coded | Apart]:
    with opened({t.file for t in checkpoint.tensors}) as files:
        result = contents_of(checkpoint.tensors, method, FileSource(files))
    return MappingProxyType(dict(result))


def blocks_of_rows(weight: Coded, files: Mapping[Path, OpenFile]) -> Iterator[NDArray[np.float32]]:
    """The numbers of a weight as it is stored, (some rows, columns) at a time."""
    rows, columns = weight.stored
    read, step = weight.opened(FileSource(files)), max(NUMBERS // max(columns, 1), 1)
    for start in range(0, rows, step):
        yield read(start, min(start + step, rows))


def _numbers(raw: NDArray[np.uint8], tensor: TensorEntry) -> NDArray[Any]:
    match tensor.dtype:
        case "U8" | "BOOL":
            return raw
        case "I8":
            return raw.view(np.int8)
        case "I16":
            return raw.view(np.int16)
        case "U16":
            return raw.view(np.uint16)
        case dtype if dtype in WIDE:
            return raw.view(WIDE[dtype])
    try:
        table = value_table(tensor.dtype)
    except KeyError:
        raise CheckpointError(
            f"The dtype {tensor.dtype} of '{tensor.name}' is not known here.", fix="dequantise the checkpoint first."
        ) from None
    return np.asarray(table[raw if len(table) == 2**8 else raw.view(np.uint16)])
