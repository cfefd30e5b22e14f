"""Columns out of CSV, TSV, Parquet and JSON lines, read as they stand: no guessing of types, nothing dropped."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

from core.config.closed import suggest
from core.errors import InputError, NotFoundError

MAX_ROWS = 1_000_000
SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson")

Columns = dict[str, list[Any]]


def read_columns(path: Path, names: Sequence[str] | None = None, max_rows: int = MAX_ROWS) -> Columns:
    """The columns of a table by name, cells as stored (CSV and TSV: always text); names None means all.

    Raises:
        NotFoundError: no such file.
        InputError: another format, a damaged file, a missing or doubled column, no rows, or more than
            `max_rows` (a file is never cut silently).
    """
    _check_file(path)
    match path.suffix.lower():
        case ".parquet":
            table = _read_parquet(path, names, max_rows)
        case ".jsonl" | ".ndjson":
            table = _read_json_lines(path, names, max_rows)
        case _:
            table = _read_separated(path, names, max_rows)
    if not next(iter(table.values()), None):
        raise InputError(f"'{path}' has no rows.", fix="give a file with at least one row.")
    return table


def column_names(path: Path) -> list[str]:
    """The names of a table's columns; of JSON lines those of the first object.

    Raises:
        NotFoundError, InputError: as `read_columns`.
    """
    _check_file(path)
    match path.suffix.lower():
        case ".parquet":
            with _parquet(path) as file:
                return list(file.schema_arrow.names)
        case ".jsonl" | ".ndjson":
            return list(next(_json_rows(path), {}))
        case _:
            with path.open(encoding=_encoding(path), newline="") as text:
                return next(_records(path, _reader(path, text)))


def _check_file(path: Path) -> None:
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "not there"
        raise NotFoundError(f"The file '{path}' is {kind}.", fix="check the path.")
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"'{path}' is not a table that can be read.", fix=f"give a file of {', '.join(SUFFIXES)}.")
    if path.stat().st_size == 0:
        raise InputError(f"'{path}' is empty.", fix="give a file with a header and rows.")


def _read_separated(path: Path, names: Sequence[str] | None, max_rows: int) -> Columns:
    csv.field_size_limit(2**31 - 1)  # a text may be longer than the reader's own 128 KiB
    with path.open(encoding=_encoding(path), newline="") as file:
        records = _records(path, _reader(path, file))
        header = next(records)
        places = [header.index(name) for name in _wanted(path, header, names)]
        cells = list(islice(([row[i] for i in places] for row in records), max_rows + 1))
    _check_count(path, len(cells), max_rows)
    return {header[place]: [row[i] for row in cells] for i, place in enumerate(places)}


def _reader(path: Path, file: IO[str]) -> Any:
    try:
        first = file.readline()
    except UnicodeDecodeError as error:
        raise _not_utf8(path, error) from None
    if "\0" in first:
        raise InputError(f"'{path}' holds binary data or another encoding.", fix="save it as text in UTF-8.")
    file.seek(0)
    return csv.reader(file, delimiter=_delimiter(path, first), strict=True)


def _records(path: Path, reader: Any) -> Iterator[list[str]]:
    """The header with stripped names, then rows of as many cells; blank lines are skipped."""
    width = 0
    for row in _lines(path, reader):
        if not width:
            width = len(row)
            yield [name.strip() for name in row]
        elif len(row) != width:
            raise InputError(
                f"'{path}', line {reader.line_num}: {len(row)} cells where the header has {width}.",
                fix="put cells that contain the separator in double quotes.",
            )
        else:
            yield row
    if not width:
        raise InputError(f"'{path}' has no header.", fix="name the columns in the first line.")


def _lines(path: Path, reader: Any) -> Iterator[list[str]]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                f"'{path}' is damaged near line {reader.line_num}: {error}.",
                fix="put cells with separators, quotes or line ends in double quotes, and double the quotes inside.",
            ) from None
        except UnicodeDecodeError as error:
            raise _not_utf8(path, error) from None
        if row:
            yield row


def _delimiter(path: Path, header: str) -> str:
    """Tab for .tsv; else what the header shows: comma, or the semicolon or tab that spreadsheets may write."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    return max(",;\t", key=header.count)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _not_utf8(path: Path, error: UnicodeDecodeError) -> InputError:
    seen = error.object[error.start]
    return InputError(f"'{path}' is not UTF-8 text (it holds the byte 0x{seen:02x}).", fix="save it again as UTF-8.")


@contextmanager
def _parquet(path: Path) -> Iterator[Any]:
    import pyarrow
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except (pyarrow.ArrowException, OSError) as error:
        seen = " ".join(str(error).split())[:200]
        raise InputError(f"'{path}' is not a Parquet file that can be read: {seen}", fix="write it again.") from None


def _read_parquet(path: Path, names: Sequence[str] | None, max_rows: int) -> Columns:
    with _parquet(path) as file:
        wanted = _wanted(path, file.schema_arrow.names, names)
        _check_count(path, file.metadata.num_rows, max_rows)
        table: Columns = file.read(columns=wanted).to_pydict()
    return {name: table[name] for name in wanted}


def _read_json_lines(path: Path, names: Sequence[str] | None, max_rows: int) -> Columns:
    rows = list(islice(_json_rows(path), max_rows + 1))
    _check_count(path, len(rows), max_rows)
    wanted = _wanted(path, list(dict.fromkeys(name for row in rows for name in row)), names)
    missing = next(((i, name) for i, row in enumerate(rows, 1) for name in wanted if name not in row), None)
    if missing and names is not None:
        raise InputError(f"'{path}', row {missing[0]} has no field '{missing[1]}'.", fix="give it to every row.")
    return {name: [row.get(name) for row in rows] for name in wanted}


def _json_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding=_encoding(path)) as file:
        try:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _json_row(path, number, line)
        except UnicodeDecodeError as error:
            raise _not_utf8(path, error) from None


def _json_row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"'{path}', line {number} is not JSON: {error}.", fix="write one object a line.") from None
    if not isinstance(row, dict):
        raise InputError(
            f"'{path}', line {number} is a JSON {type(row).__name__}, not an object.", fix='write {"text": "..."}.'
        )
    return row


def _wanted(path: Path, header: Sequence[str], names: Sequence[str] | None) -> list[str]:
    wanted = list(header if names is None else names)
    for name in wanted:
        if name not in header:
            raise InputError(f"'{path}' has no column '{name}'.", fix=suggest(name, header))
        if header.count(name) > 1:
            raise InputError(f"'{path}' has {header.count(name)} columns '{name}'.", fix="rename all but one.")
    return wanted


def _check_count(path: Path, count: int, max_rows: int) -> None:
    if count > max_rows:
        raise InputError(f"'{path}' has more than {max_rows:,} rows.", fix="split the file, or raise the limit.")
