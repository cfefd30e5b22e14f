"""Every table that leaves the app as a file: CSV, TSV, Parquet, JSON, JSON lines.

A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return (OWASP's list) as a
formula, and the names of tensors and classes and the texts in our tables are other people's. So in CSV and TSV
the guard is a `'` in front of every text cell and header that begins so, or begins so after apostrophes of its
own. To have the text back, take one `'` off each cell that begins with apostrophes and one of those characters;
no other cell was changed. Numbers are never touched, negative ones included. Parquet and JSON hold text as it is.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal, assert_never, get_args

from core.data.atomic import open_to_replace
from core.errors import InputError

FileFormat = Literal["csv", "tsv", "parquet", "json", "jsonl"]
Record = Mapping[str, Any]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """A text that no spreadsheet runs: see the module for the rule."""
    return f"'{text}" if _begins_as_formula(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _begins_as_formula(cell) else cell


def check_destination(path: Path, formats: Sequence[FileFormat] = get_args(FileFormat)) -> FileFormat:
    """Refuse a place that cannot be written to, before anything is computed; the format that its ending names.

    Raises:
        InputError: an unknown ending, no such folder, a folder in its place.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending not in formats:
        *most, last = (f".{name}" for name in formats)
        raise InputError(f"'{path}' has no known ending.", fix=f"end its name in {', '.join(most)} or {last}.")
    if path.is_dir():
        raise InputError(f"'{path}' cannot be written: it is a folder.", fix="name a file inside it.")
    if not path.parent.is_dir():
        raise InputError(f"There is no folder '{path.parent}'.", fix="make it, or write elsewhere.")
    return next(name for name in formats if name == ending)


def export(path: Path, records: Iterable[Record], columns: Sequence[str] | None = None) -> None:
    """Write one row a record, in the format that the path's ending names: all of it, or nothing.

    Until the last row is written the file that was there before stays as it was.

    Args:
        path: where to, an existing file is replaced.
        records: plain data (`core.results.to_json`: no NaN), each with the same keys in the same order. A list or
            a dictionary goes into Parquet and JSON only.
        columns: their keys; None: those of the first, which no records do not have.

    Raises:
        InputError: as `check_destination`; a place that cannot be written to.
    """
    kind = check_destination(path)
    try:
        with open_to_replace(path) as file:
            _write(file, records, kind, columns)
    except OSError as error:
        seen = error.strerror or error
        raise InputError(f"'{path}' cannot be written: {seen}.", fix="choose another place.") from None


def encoded(records: Iterable[Record], kind: FileFormat, columns: Sequence[str] | None = None) -> bytes:
    """The same file in memory, for a download."""
    file = io.BytesIO()
    _write(file, records, kind, columns)
    return file.getvalue()


def _write(file: IO[bytes], records: Iterable[Record], kind: FileFormat, columns: Sequence[str] | None) -> None:
    match kind:
        case "csv":
            _write_separated(file, records, columns, ",")
        case "tsv":
            _write_separated(file, records, columns, "\t")
        case "parquet":
            _write_parquet(file, records, columns)
        case "json":
            file.write(json.dumps([dict(record) for record in records], indent=1, allow_nan=False).encode())
        case "jsonl":
            # A lone surrogate becomes its JSON escape.
            lines = (json.dumps(dict(record), ensure_ascii=False, allow_nan=False) for record in records)
            file.writelines(f"{line}\n".encode("utf-8", "backslashreplace") for line in lines)
        case _:
            assert_never(kind)


def _write_separated(file: IO[bytes], records: Iterable[Record], columns: Sequence[str] | None, delimiter: str) -> None:
    header, records = _header(records, columns)
    writer = csv.writer(_Lines(file.write), delimiter=delimiter, lineterminator=_Lines.END)
    writer.writerow([guarded(name) for name in header])
    writer.writerows([_cell(record[name]) for name in header] for record in records)


class _Lines:
    r"""Takes csv's rows with `\r\n` behind each, so that it quotes both characters, and ends them with `\n`."""

    END = "\r\n"

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write

    def write(self, row: str) -> None:
        """One row, its end included."""
        self._write((row.removesuffix(self.END) + "\n").encode("utf-8", "replace"))


def _cell(value: Any) -> Any:
    return guarded(value) if isinstance(value, str) else "" if value is None else value


def _write_parquet(file: IO[bytes], records: Iterable[Record], columns: Sequence[str] | None) -> None:
    import pyarrow
    import pyarrow.parquet as parquet

    header, records = _header(records, columns)
    cells: dict[str, list[Any]] = {name: [] for name in header}
    for record in records:
        for name in header:
            cells[name].append(_encodable(record[name]))
    parquet.write_table(pyarrow.table({_encodable(name): column for name, column in cells.items()}), file)


def _header(records: Iterable[Record], columns: Sequence[str] | None) -> tuple[list[str], Iterator[Record]]:
    """The columns, and the records again."""
    rows = iter(records)
    if columns is not None:
        return list(columns), rows
    first = next(rows, None)
    return (list(first), chain((first,), rows)) if first is not None else ([], rows)


def _encodable(value: Any) -> Any:
    """A lone surrogate cannot be written as UTF-8; it becomes a question mark."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def _begins_as_formula(text: str) -> bool:
    return text.lstrip("'").startswith(FORMULA_STARTS)
