"""Soft labels are read back as they were written, also where a class has a name like a formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.data.soft_labels import soft_labels
from core.data.tables import read_columns


def test_a_column_a_class_and_a_row_a_text(tmp_path: Path) -> None:
    p = np.random.default_rng(0).dirichlet(np.ones(3), 5)
    classes = ("=1+1", "card_arrival", "où")
    path = tmp_path / "a.parquet"
    path.write_bytes(soft_labels(classes, p))
    table = read_columns(path)
    assert tuple(table) == classes
    np.testing.assert_allclose(np.array([table[name] for name in classes]).T, p, atol=1e-7)
