"""Poolers and heads by the names that people use."""

from __future__ import annotations

from core.words import components


def test_names_of_the_specification_and_of_people() -> None:
    assert [components.pooler(name) for name in ("context", "mean", "attention", "gem")] == [
        "last token",
        "mean",
        "attention",
        "gem",
    ]
    assert [components.head(name) for name in ("vanilla", "sequential")] == ["linear", "sequential"]
