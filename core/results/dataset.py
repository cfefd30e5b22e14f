"""A table of labelled texts that a person brought, and how its labels match a model's classes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class DatasetSummary:
    """What is known of a table without its rows.

    Attributes:
        id: the start of the SHA-256 of its content: the same file has the same id.
        name: the file's name.
        encoding: in which its text was read; empty for a format that fixes it.
        head: the first rows, a cell a column; long cells are cut, and end in "…".
        text_column, label_column: guessed by names and contents; None where nothing fits.
    """

    id: str
    name: str
    rows: int
    columns: tuple[str, ...]
    encoding: str
    head: tuple[tuple[str, ...], ...]
    text_column: str | None
    label_column: str | None

    @property
    def value_column(self) -> str | None:
        """The column of a regression's values, guessed: of labels, else the first besides texts, that holds numbers.

        One number a cell or several, in all of the first rows in which it holds anything; None where there is none.
        """
        named = [self.label_column] if self.label_column else []
        others = [name for name in self.columns if name != self.text_column]
        return next((name for name in (*named, *others) if self._holds_numbers(self.columns.index(name))), None)

    def _holds_numbers(self, column: int) -> bool:
        cells = [row[column].strip("[] ") for row in self.head if row[column].strip()]
        return bool(cells) and all(_is_number(part) for cell in cells for part in cell.replace("|", ",").split(","))


def _is_number(part: str) -> bool:
    try:
        float(part)
    except ValueError:
        return False
    return True


class LabelRule(StrEnum):
    """How a label of a file was found among a model's classes."""

    NAME = "name"
    SPELLING = "spelling"
    INDEX = "index"
    GIVEN = "given"
    NONE = "none"


@dataclass(frozen=True)
class LabelMatch:
    """One label as written in a file.

    Attributes:
        count: rows that have it.
        class_name: the model's class that it means; None: there is none.
        suggestions: classes with names like it, the nearest first, for one that has none.
    """

    written: str
    count: int
    class_name: str | None
    by: LabelRule
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatasetRequest:
    """What of a dataset is to be answered, and against what.

    Attributes:
        dataset: its id.
        given: classes that a person gave to labels as written, as pairs; the others are matched by rules.
    """

    dataset: str
    text_column: str
    label_column: str | None
    given: tuple[tuple[str, str], ...] = ()
