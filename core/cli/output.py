"""What commands print: tables or JSON on stdout, everything else on stderr."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.errors import AppError
from core.results import to_json

PIPED_WIDTH = 160


def print_json(document: object) -> None:
    """One JSON document, in ASCII so that no terminal encoding can spoil it; NaN becomes null."""
    sys.stdout.write(json.dumps(to_json(document), indent=2, allow_nan=False) + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """A table as wide as the terminal; cells that begin as numbers stand on the right."""
    table = Table(title=Text(visible(title)) if title else None, title_justify="left", box=SIMPLE_HEAD)
    for i, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[i], int | float) or _is_number(row[i]) for row in rows)
        table.add_column(Text(column), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(str(cell))) for cell in row))
    Console(width=_width(), highlight=False).print(table)


def say(message: str) -> None:
    """A line for the person at the terminal; never part of the result."""
    print(visible(message), file=sys.stderr, flush=True)  # noqa: T201


def complain(error: AppError) -> None:
    """An error as problem and fix."""
    say(f"Error: {error.problem}")
    say(f"Fix: {error.command_fix or error.fix}")


def visible(text: str) -> str:
    """Text with control characters shown as escapes: none reaches the terminal; line ends and wide spaces as spaces."""
    return "".join(_shown(c) for c in text)


def short(text: str, length: int) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _shown(character: str) -> str:
    if character in "\n\t\u00a0":
        return " "
    if character.isprintable() or character == "\u200d":
        return character
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def _width() -> int:
    return shutil.get_terminal_size((PIPED_WIDTH, 24)).columns if sys.stdout.isatty() else PIPED_WIDTH


def _is_number(cell: object) -> bool:
    return isinstance(cell, str) and (cell.lstrip("+-<> ")[:1].isdigit() or cell == "–")
