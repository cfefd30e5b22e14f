"""Which column of a table holds the values of a regression."""

from __future__ import annotations

import pytest

from core.results.dataset import DatasetSummary


@pytest.mark.parametrize(
    ("columns", "row", "label", "guess"),
    [
        (("text", "stars"), ("good", "4.5"), None, "stars"),
        (("text", "id", "label"), ("good", "7", "-1e-3"), "label", "label"),
        (("text", "label", "values"), ("good", "fine", "[1.5, -2]"), "label", "values"),
        (("text", "values"), ("12", "3|4"), None, "values"),
        (("text", "label"), ("good", "fine"), "label", None),
        (("text", "label"), ("good", " "), "label", None),
    ],
)
def test_it_is_guessed(columns: tuple[str, ...], row: tuple[str, ...], label: str | None, guess: str | None) -> None:
    empty = ("",) * len(columns)
    summary = DatasetSummary("0" * 16, "a.csv", 2, columns, "utf-8", (row, empty), "text", label)
    assert summary.value_column == guess
