"""Texts, with or without labels, out of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.data.columns import choose_text_column
from core.data.tables import MAX_ROWS, column_names, read_columns
from core.errors import InputError
from core.results import LabelledTexts


def read_rows(
    path: Path, text_column: str | None = None, label_column: str | None = None, max_rows: int = MAX_ROWS
) -> LabelledTexts:
    """Read a CSV, TSV, Parquet or JSON-lines file. `text_column` None means 'text', or the only other column.

    Raises:
        NotFoundError: no such file.
        InputError: a file, column or cell that cannot be used; see `read_columns`. Blank texts are refused by row.
    """
    if text_column is None:
        text_column = choose_text_column(path, column_names(path), label_column)
    names = [text_column] if label_column is None else list(dict.fromkeys((text_column, label_column)))
    table = read_columns(path, names, max_rows)
    texts = tuple(_text(path, i, text_column, cell) for i, cell in enumerate(table[text_column], 1))
    labels = None
    if label_column is not None:
        labels = tuple(_label(path, i, label_column, cell) for i, cell in enumerate(table[label_column], 1))
    return LabelledTexts(texts, labels, tuple(table), str(path))


def _text(path: Path, row: int, column: str, cell: Any) -> str:
    if not isinstance(cell, str):
        seen = "nothing" if cell is None else f"a {type(cell).__name__} ({str(cell)[:40]})"
        raise InputError(f"'{path}', row {row}: column '{column}' holds {seen}, not text.", fix="name a text column.")
    if not cell.strip():
        raise InputError(f"'{path}', row {row}: the text is empty.", fix="fill it in, or remove the row.")
    return cell


def _label(path: Path, row: int, column: str, cell: Any) -> str:
    if isinstance(cell, list | tuple):
        return json.dumps(list(cell), ensure_ascii=False, default=str)
    if cell is None or isinstance(cell, dict):
        seen = "nothing" if cell is None else "an object"
        raise InputError(f"'{path}', row {row}: column '{column}' holds {seen}, not a label.", fix="fill it in.")
    return str(cell)
