"""Which columns of a table are read, and how many rows it may have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.config.strict_model import nearest, suggest
from core.errors import InputError

TEXT_COLUMN = "text"
#: What such columns are usually called, the likeliest first.
_TEXTS = (TEXT_COLUMN, "texts", "message", "utterance", "sentence", "query", "question", "content", "review", "body")
_LABELS = ("label", "labels", "intent", "class", "category", "target", "topic", "sentiment", "label_text", "y")

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


def guess_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str | None, str | None]:
    """The columns of texts and labels, by their names and by the cells of some rows; None where nothing fits.

    Texts: a column of a usual name, else the one with the longest cells, which hold several words. Labels: a column of
    a usual name, else the one whose values come back most often, of those with at least two.
    """
    cells = {name: [row[i].strip() for row in rows] for i, name in enumerate(header)}
    text = _named(header, _TEXTS) or _longest(cells)
    others = {name: values for name, values in cells.items() if name != text}
    return text, _named(list(others), _LABELS) or _most_repeated(others)


def _named(header: Sequence[str], names: Sequence[str]) -> str | None:
    by_name = {name.strip().casefold(): name for name in reversed(header)}
    return next((by_name[name] for name in names if name in by_name), None)


def _longest(cells: dict[str, list[str]]) -> str | None:
    lengths = {name: sum(map(len, values)) for name, values in cells.items() if any(" " in v for v in values)}
    return max(lengths, key=lengths.__getitem__) if lengths else None


def _most_repeated(cells: dict[str, list[str]]) -> str | None:
    shares = {name: len(set(values)) / len(values) for name, values in cells.items() if len(set(values)) > 1}
    best = min(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] < 1 else None


def check_count(path: Path, rows: int, max_rows: int) -> None:
    """Refuse a table with more rows than allowed: a file is never cut silently.

    Raises:
        InputError: too many.
    """
    if rows > max_rows:
        raise InputError(f"'{path}' has more than {max_rows:,} rows.", fix="split the file, or raise the limit.")
