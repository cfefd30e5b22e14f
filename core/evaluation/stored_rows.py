"""Numbers of texts on disk as they come: a row a text, in order, so that work that was cut off goes on where it was."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError

_DTYPE = np.dtype("<f4")


class StoredRows:
    """A file of float32 rows of one width, and nothing else: how many there are is its length.

    A row that was written in part when the process was killed is cut off at the next opening.
    """

    def __init__(self, path: Path, width: int) -> None:
        self.path = path
        self.width = width
        self._row = width * _DTYPE.itemsize

    def count(self) -> int:
        """Rows that are there as a whole."""
        return self.path.stat().st_size // self._row if self.path.is_file() else 0

    def rows(self) -> NDArray[np.float32]:
        """(count, width), read-only and mapped: what is looked at is read from disk, and no more."""
        if not self.count():
            return np.zeros((0, self.width), np.float32)
        return np.memmap(self.path, _DTYPE, "r", shape=(self.count(), self.width))

    @contextmanager
    def writing(self, keep: int | None = None) -> Iterator[Appender]:
        """Append rows behind the first `keep` (None: all that are there as a whole); each is on disk when it returns.

        Raises:
            InputError: another process is writing this file.
        """
        from filelock import FileLock, Timeout

        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path.with_name(f"{self.path.name}.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise InputError(
                "Another process of this machine is answering this dataset with this model.",
                fix="wait for it, or stop it: what it has answered is kept.",
            ) from None
        try:
            with self.path.open("ab") as file:
                file.truncate(min(self.count(), self.count() if keep is None else keep) * self._row)
                yield Appender(file, self.width)
        finally:
            lock.release()


class Appender:
    """Writes rows behind those that are there."""

    def __init__(self, file: IO[bytes], width: int) -> None:
        self._file = file
        self._width = width

    def append(self, numbers: NDArray[Any]) -> None:
        """(n, width) rows, in any precision."""
        rows = np.ascontiguousarray(numbers, dtype=_DTYPE)
        if rows.shape[1:] != (self._width,):
            raise ValueError(f"rows of {self._width} numbers are expected, these are {rows.shape}")
        self._file.write(rows.tobytes())
        self._file.flush()
        os.fsync(self._file.fileno())


def let_go(rows: NDArray[Any]) -> None:
    """Pages of a mapped file that were looked at leave memory; nothing happens to other arrays."""
    mapped = getattr(rows, "_mmap", None)
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)
