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
