"""Cells of a stored table, read a group of rows at a time: a million of them are never in memory together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

#: Rows that are written, and read, together.
GROUP = 8192


def batches(path: Path, column: str) -> Iterator[list[str]]:
    """Cells of a column of a Parquet file, in the order of the file."""
    import pyarrow.parquet as parquet

    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(GROUP, columns=[column]):
            yield batch.column(0).to_pylist()


class StoredCells(Sequence[str]):
    """Cells of a column in these rows, one after the other; the group that was read last is kept."""

    def __init__(self, path: Path, column: str, rows: NDArray[np.int64]) -> None:
        import pyarrow.parquet as parquet

        self._path, self._column, self._rows = path, column, rows
        with parquet.ParquetFile(path) as file:
            sizes = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
        self._ends = np.cumsum(sizes, dtype=np.int64)
        self._last: tuple[int, list[str]] = (-1, [])

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self._cell(int(row)) for row in self._rows[place]]
        return self._cell(int(self._rows[place]))

    def _cell(self, row: int) -> str:
        group = int(np.searchsorted(self._ends, row, side="right"))
        if self._last[0] != group:
            self._last = (group, self._read(group))
        return self._last[1][row - (int(self._ends[group - 1]) if group else 0)]

    def _read(self, group: int) -> list[str]:
        import pyarrow.parquet as parquet

        with parquet.ParquetFile(self._path) as file:
            cells: Any = file.read_row_group(group, columns=[self._column]).column(0).to_pylist()
            return list(cells)
