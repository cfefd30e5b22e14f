"""Cells come from disk as they are asked for, in any order, and few groups of them are in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from core.evaluation.stored_cells import StoredCells, batches

CELLS = [f"cell {i}" for i in range(95)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Groups of ten rows."""
    made = tmp_path_factory.mktemp("cells") / "table.parquet"
    parquet.write_table(pa.table({"0": CELLS, "1": CELLS[::-1]}), made, row_group_size=10)
    return made


def test_batches_are_the_whole_column(path: Path) -> None:
    assert [cell for batch in batches(path, "1") for cell in batch] == CELLS[::-1]


def test_rows_are_found_in_their_groups_in_any_order(path: Path) -> None:
    rows = np.array([0, 9, 10, 94, 3, 50, 49], np.int64)
    cells = StoredCells(path, "0", rows)
    assert len(cells) == 7
    assert list(cells) == [CELLS[row] for row in rows]
    assert cells[2:5] == [CELLS[10], CELLS[94], CELLS[3]]
    assert cells[-1] == CELLS[49]
    assert cells[5:] == [CELLS[50], CELLS[49]]
    with pytest.raises(IndexError):
        cells[7]


def test_a_group_is_read_once_for_all_its_rows(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = StoredCells(path, "0", np.arange(95))
    read: list[int] = []
    original = StoredCells._read

    def counted(self: StoredCells, group: int) -> list[str]:
        read.append(group)
        return original(self, group)

    monkeypatch.setattr(StoredCells, "_read", counted)
    assert cells[:] == CELLS
    assert read == list(range(10))
