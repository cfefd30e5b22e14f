"""Reading the header of a safetensors file: names, dtypes and shapes, without a byte of the weights.

Format: 8 bytes of length (little endian), JSON of that length, then the tensors' bytes without gaps
(https://github.com/huggingface/safetensors#format).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from core.errors import CheckpointError
from core.files.contents import LFS_POINTER

MAX_HEADER_BYTES = 100_000_000

#: Bytes of one element; the names are the format's own.
ITEM_BYTES = {
    "BOOL": 1,
    "U8": 1,
    "I8": 1,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "F8_E4M3FNUZ": 1,
    "F8_E5M2FNUZ": 1,
    "F8_E8M0": 1,
    "U16": 2,
    "I16": 2,
    "F16": 2,
    "BF16": 2,
    "U32": 4,
    "I32": 4,
    "F32": 4,
    "U64": 8,
    "I64": 8,
    "F64": 8,
}


@dataclass(frozen=True)
class TensorEntry:
    """A tensor in a file; its bytes are `file[start:end]`."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    file: Path
    start: int
    end: int

    @property
    def count(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)


def read_header(path: Path) -> tuple[TensorEntry, ...]:
    """The tensors of one file, checked against the file's real size.

    Raises:
        CheckpointError: unreadable, truncated, not safetensors, a header that lies about offsets or sizes, or bytes
            that belong to no tensor.
    """
    size, raw = _read(path)
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError):  # not UTF-8, not JSON, a number of thousands of digits
        raise _broken(path, "its header is not JSON") from None
    if not isinstance(header, dict):
        raise _broken(path, "its header is not a table of tensors")
    header.pop("__metadata__", None)
    entries = tuple(_entry(path, name, value, 8 + len(raw), size) for name, value in header.items())
    _require_covered(path, entries, 8 + len(raw), size)
    return entries


def _read(path: Path) -> tuple[int, bytes]:
    """The file's size in bytes, and the header as it stands in it."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            length = int.from_bytes(start, "little")
            if size < 8 or length > min(size - 8, MAX_HEADER_BYTES):
                _refuse_pointer(path, start + file.read(len(LFS_POINTER)))
                raise _broken(path, f"its header claims {length:,} bytes and the file has {size:,}")
            return size, file.read(length)
    except OSError as error:
        raise CheckpointError(
            f"'{path}' cannot be read: {error.strerror or error}.", fix="let the user of this process read it."
        ) from None


def _refuse_pointer(path: Path, start: bytes) -> None:
    if start.startswith(LFS_POINTER):
        raise CheckpointError(
            f"'{path.name}' is a pointer of git-lfs, not the weights themselves.",
            fix="have the file itself fetched by git-lfs where this runs.",
            command_fix=f"run `git lfs pull` in '{path.parent}'.",
        )


def _require_covered(path: Path, entries: tuple[TensorEntry, ...], data_start: int, size: int) -> None:
    """Each byte behind the header belongs to one tensor, or the safetensors library does not open the file."""
    ordered = sorted(entries, key=lambda e: (e.start, e.end))
    for before, after in pairwise(ordered):
        if after.start < before.end:
            raise _broken(path, f"tensors '{before.name}' and '{after.name}' overlap")
        if after.start > before.end:
            raise _strays(path, after.start - before.end, f"between '{before.name}' and '{after.name}'")
    if ordered and ordered[0].start > data_start:
        raise _strays(path, ordered[0].start - data_start, f"between the header and '{ordered[0].name}'")
    end = ordered[-1].end if ordered else data_start
    if size > end:
        raise _strays(path, size - end, f"behind '{ordered[-1].name}', its last tensor" if ordered else "behind it")


def _entry(path: Path, name: str, value: Any, data_start: int, file_size: int) -> TensorEntry:
    try:
        dtype, shape = str(value["dtype"]), tuple(value["shape"])
        begin, end = value["data_offsets"]
    except (KeyError, TypeError, ValueError):
        raise _broken(path, f"tensor '{name}' lacks dtype, shape or data_offsets") from None
    numbers = (*shape, begin, end)
    if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in numbers) or begin > end:
        raise _broken(path, f"tensor '{name}' has impossible sizes")
    expected = math.prod(shape) * ITEM_BYTES[dtype] if dtype in ITEM_BYTES else end - begin
    if end - begin != expected:
        raise _broken(path, f"tensor '{name}' of shape {list(shape)} needs {expected:,} bytes and has {end - begin:,}")
    if data_start + end > file_size:
        raise _broken(path, f"tensor '{name}' ends at byte {data_start + end:,} and the file at {file_size:,}")
    return TensorEntry(name, dtype, shape, path, data_start + begin, data_start + end)


def _broken(path: Path, seen: str) -> CheckpointError:
    return CheckpointError(
        f"'{path.name}' is truncated or not a safetensors file: {seen}.",
        fix=f"fetch or copy '{path}' again, whole.",
    )


def _strays(path: Path, count: int, where: str) -> CheckpointError:
    stray = "1 byte that belongs" if count == 1 else f"{count:,} bytes that belong"
    return CheckpointError(
        f"'{path.name}' is damaged: it has {stray} to no tensor, {where}. The safetensors library opens no such file.",
        fix=f"fetch or copy '{path}' again, whole, or save it again.",
    )
