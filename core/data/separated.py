"""CSV and TSV, in the encodings and with the separators that spreadsheets write."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from core.data.columns import Columns, check_count, choose_columns
from core.data.text_encoding import encoding_of, not_utf8
from core.errors import InputError


def read_separated(path: Path, names: Sequence[str] | None, max_rows: int) -> Columns:
    """The columns of a CSV or TSV file; every cell is text.

    Raises:
        InputError: damaged, not UTF-8, rows of other widths than the header, and as `choose_columns`.
    """
    csv.field_size_limit(2**31 - 1)  # a text may be longer than the reader's own 128 KiB
    with path.open(encoding=encoding_of(path), newline="") as file:
        records = _records(path, _reader(path, file))
        header = next(records)
        places = [header.index(name) for name in choose_columns(path, header, names)]
        cells = list(islice(([row[i] for i in places] for row in records), max_rows + 1))
    check_count(path, len(cells), max_rows)
    return {header[place]: [row[i] for row in cells] for i, place in enumerate(places)}


def separated_header(path: Path) -> list[str]:
    """The names in the first line.

    Raises:
        InputError: none, or not UTF-8.
    """
    with path.open(encoding=encoding_of(path), newline="") as file:
        return next(_records(path, _reader(path, file)))


def _reader(path: Path, file: IO[str]) -> Any:
    try:
        first = file.readline()
    except UnicodeDecodeError as error:
        raise not_utf8(path, error) from None
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
            raise not_utf8(path, error) from None
        if row:
            yield row


def _delimiter(path: Path, header: str) -> str:
    """Tab for .tsv; else what the header shows: comma, or the semicolon, tab or bar that programs write."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    return max(",;\t|", key=header.count)
