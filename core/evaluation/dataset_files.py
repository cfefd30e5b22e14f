"""A dataset's two files: its cells as text in Parquet, and what is known of it; and how a file becomes these."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.data.columns import Columns, guess_columns
from core.data.tables import read_columns
from core.data.text_encoding import detect_encoding
from core.evaluation.stored_cells import GROUP
from core.results.dataset import DatasetSummary

TABLE, ABOUT = "table.parquet", "about.json"
#: So many rows tell which columns are which; characters of a cell in the preview.
_HEAD, _CELL = 200, 300
_ENCODED = (".csv", ".tsv", ".jsonl", ".ndjson")


def read_table(path: Path) -> tuple[Columns, str]:
    """The columns of a file and its encoding, empty where the format fixes it; what is no UTF-8 is written anew first.

    Raises:
        InputError: see `read_columns` and `detect_encoding`.
    """
    if path.suffix not in _ENCODED:
        return read_columns(path), ""
    encoding = detect_encoding(path)
    if encoding not in ("utf-8-sig", "utf-16"):
        part = path.with_name("decoded")
        with path.open(encoding=encoding, newline="") as read, part.open("w", encoding="utf-8", newline="") as written:
            shutil.copyfileobj(read, written)
        part.replace(path)
    return read_columns(path), encoding.removesuffix("-sig")


def described(dataset: str, name: str, table: Columns, encoding: str) -> DatasetSummary:
    """What is known of a table."""
    columns = tuple(table)
    rows = len(table[columns[0]])
    cells = [[_cell(table[column][i]) for column in columns] for i in range(min(rows, _HEAD))]
    text, label = guess_columns(columns, cells)
    head = tuple(tuple(c[:_CELL] + "…" if len(c) > _CELL else c for c in row) for row in cells[:20])
    return DatasetSummary(dataset, name, rows, columns, encoding, head, text, label)


def store(folder: Path, table: Columns, summary: DatasetSummary) -> None:
    """Both files into a folder."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    # Columns go by their numbers: any name is allowed, and Parquet's own rules for names do not matter.
    arrays = {str(i): pa.array(map(_cell, cells), pa.large_string()) for i, cells in enumerate(table.values())}
    parquet.write_table(pa.table(arrays), folder / TABLE, compression="zstd", row_group_size=GROUP)
    (folder / ABOUT).write_text(json.dumps(asdict(summary), ensure_ascii=False), encoding="utf-8")


def _cell(value: Any) -> str:
    """A cell as text: nothing is empty, a list is JSON."""
    if value is None or value != value:
        return ""
    if (isinstance(value, Sequence) and not isinstance(value, str)) or isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    text = str(value)
    return text.encode(errors="replace").decode() if not text.isascii() else text
