"""Texts out of a file, with or without labels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LabelledTexts:
    """Texts in the order of the file.

    Attributes:
        labels: one a text, as written; a list (Parquet, JSON lines) stands as JSON text. None: none were asked for.
        columns: the columns of the file that were read.
        source: where they came from, for messages.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...] | None
    columns: tuple[str, ...]
    source: str

    def __len__(self) -> int:
        return len(self.texts)
