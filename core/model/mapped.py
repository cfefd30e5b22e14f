"""Weights that are mapped from their files: read when they are needed, and let go when they were."""

from __future__ import annotations

import ctypes
import mmap
import sys
from functools import lru_cache
from pathlib import Path

from torch import Tensor

#: What a process has in its memory, a line a mapping; the inode of what is no file is 0.
_MAPS = Path("/proc/self/maps")
#: Of `madvise`, since Linux 5.4: take these pages away. What was changed in memory stays, unlike with MADV_DONTNEED.
_PAGE_OUT = 21


def is_mapped(tensor: Tensor) -> bool:
    """Whether its numbers are pages of a file, which the system takes back by itself when memory is short."""
    if tensor.device.type != "cpu" or not _MAPS.is_file():
        return False
    address = tensor.data_ptr()
    for line in _MAPS.read_text(errors="replace").splitlines():
        place, _, _, _, inode, *_ = line.split()
        start, end = (int(number, 16) for number in place.split("-"))
        if start <= address < end:
            return inode != "0"
    return False


def let_go(tensor: Tensor) -> None:
    """Give the memory of a mapped tensor back; it is read from its file again when somebody needs it."""
    libc = _libc()
    if libc is None or not is_mapped(tensor):
        return
    start = -(-tensor.data_ptr() // mmap.PAGESIZE) * mmap.PAGESIZE
    end = (tensor.data_ptr() + tensor.nbytes) // mmap.PAGESIZE * mmap.PAGESIZE
    if end > start:
        libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _PAGE_OUT)


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL | None:
    """None where there is no such call; then pages go when the system wants them."""
    return ctypes.CDLL(None) if sys.platform == "linux" else None
