"""Which columns of a table are read, and how many rows it may have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.config.strict_model import nearest, suggest
from core.errors import InputError

TEXT_COLUMN = "text"

#: Cells by column, all of one length.
Columns = dict[str, list[Any]]


def choose_columns(path: Path, header: Sequence[str], names: Sequence[str] | None) -> list[str]:
    """The columns asked for, all where `names` is None.

    Raises:
        InputError: one that is not in the header (with the nearest that is), or is there twice.
    """
    requested = list(header if names is None else names)
    for name in requested:
        if name not in header:
            raise InputError(f"'{path}' has no column '{name}'.", fix=suggest(name, header))
        if header.count(name) > 1:
            raise InputError(f"'{path}' has {header.count(name)} columns '{name}'.", fix="rename all but one.")
    return requested


def choose_text_column(path: Path, header: Sequence[str], label_column: str | None) -> str:
    """The column of the texts where none was named: 'text', or the only one that is not the labels'.

    Raises:
        InputError: several, and none is called 'text'.
    """
    candidates = [name for name in header if name != label_column]
    if TEXT_COLUMN in candidates:
        return TEXT_COLUMN
    if len(candidates) == 1:
        return candidates[0]
    close = nearest(TEXT_COLUMN, candidates)
    hint = f"the text column, perhaps '{close}'" if close else "the text column"
    raise InputError(f"'{path}' has no column '{TEXT_COLUMN}'; it has: {', '.join(header)}.", fix=f"name {hint}.")


def check_count(path: Path, rows: int, max_rows: int) -> None:
    """Refuse a table with more rows than allowed: a file is never cut silently.

    Raises:
        InputError: too many.
    """
    if rows > max_rows:
        raise InputError(f"'{path}' has more than {max_rows:,} rows.", fix="split the file, or raise the limit.")
