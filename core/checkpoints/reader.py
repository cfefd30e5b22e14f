"""The bytes of a tensor in blocks, through one small buffer; a file that changes meanwhile is noticed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import CheckpointError

#: Bytes of one block: about what a core's second-level cache holds.
BLOCK = 1 << 20


class OpenFile:
    """A weight file held open. A copy in memory, not a map: a file cut short while mapped would kill the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            raise CheckpointError(f"'{path}' is gone.", fix="start again when it is at rest.") from None
        self._seen = _identity(os.fstat(self._descriptor))

    def blocks(self, start: int, end: int, buffer: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
        """Views (n,) of `buffer` with `file[start:end]` in turn, each valid until the next; all but the last full.

        Raises:
            CheckpointError: the file ends before `end`.
        """
        place = start
        while place < end:
            view = buffer[: min(len(buffer), end - place)]
            filled = 0
            while filled < len(view):
                got = os.preadv(self._descriptor, [view[filled:].data], place + filled)
                if got == 0:
                    raise CheckpointError(
                        f"'{self.path}' ended at byte {place + filled:,} while byte {end:,} was expected.",
                        fix="wait until it is written whole, or fetch it again.",
                    )
                filled += got
            yield view
            place += len(view)

    def require_unchanged(self) -> None:
        """Raises:
        CheckpointError: the file was replaced or written since it was opened.
        """
        try:
            now = _identity(os.stat(self.path))
        except FileNotFoundError:
            now = None
        if now != self._seen or _identity(os.fstat(self._descriptor)) != self._seen:
            raise CheckpointError(
                f"'{self.path}' was replaced or written while it was read.", fix="start again when it is at rest."
            )

    def close(self) -> None:
        """Close it."""
        os.close(self._descriptor)


@contextmanager
def opened(paths: set[Path]) -> Iterator[dict[Path, OpenFile]]:
    """All of these files, held open together."""
    files: dict[Path, OpenFile] = {}
    try:
        for path in sorted(paths):
            files[path] = OpenFile(path)
        yield files
    finally:
        for file in files.values():
            file.close()


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
