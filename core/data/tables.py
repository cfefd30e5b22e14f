"""Columns out of CSV, TSV, Parquet and JSON lines, read as they stand: no guessing of types, nothing dropped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from core.data.columns import Columns, check_count, choose_columns
from core.data.separated import read_separated, separated_header
from core.data.text_encoding import encoding_of, not_utf8
from core.errors import InputError, NotFoundError

MAX_ROWS = 1_000_000
SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson")


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
            table = read_separated(path, names, max_rows)
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
            return separated_header(path)


def _check_file(path: Path) -> None:
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "not there"
        raise NotFoundError(f"The file '{path}' is {kind}.", fix="check the path.")
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"'{path}' is not a table that can be read.", fix=f"give a file of {', '.join(SUFFIXES)}.")
    if path.stat().st_size == 0:
        raise InputError(f"'{path}' is empty.", fix="give a file with a header and rows.")


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
        requested = choose_columns(path, file.schema_arrow.names, names)
        check_count(path, file.metadata.num_rows, max_rows)
        table: Columns = file.read(columns=requested).to_pydict()
    return {name: table[name] for name in requested}


def _read_json_lines(path: Path, names: Sequence[str] | None, max_rows: int) -> Columns:
    rows = list(islice(_json_rows(path), max_rows + 1))
    check_count(path, len(rows), max_rows)
    requested = choose_columns(path, list(dict.fromkeys(name for row in rows for name in row)), names)
    missing = next(((i, name) for i, row in enumerate(rows, 1) for name in requested if name not in row), None)
    if missing and names is not None:
        raise InputError(f"'{path}', row {missing[0]} has no field '{missing[1]}'.", fix="give it to every row.")
    return {name: [row.get(name) for row in rows] for name in requested}


def _json_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding=encoding_of(path)) as file:
        try:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _json_row(path, number, line)
        except UnicodeDecodeError as error:
            raise not_utf8(path, error) from None


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
