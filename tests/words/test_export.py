"""What is said of an export."""

from __future__ import annotations

from core.results import Export
from core.words import export as words

DONE = Export("/m/out", "transformers", "org/base", "intents", "float32", "X", 1000, ("a", "b"), 2048, 5, 2.5e-7, 1e-3)


def test_what_lies_where_and_how_far_it_is_from_ours() -> None:
    assert words.written(DONE) == "Written to /m/out as transformers, opened by `X`: 2.00 KiB."
    assert "5 texts of several lengths" in words.compared(DONE)
    assert "(0.00100 is allowed in float32)" in words.compared(DONE)


def test_no_path_gets_into_what_it_was_made_of() -> None:
    said = words.made_of(DONE)
    assert said.startswith("`org/base` with the adapter `intents` merged, written as transformers in float32")
    assert "/m/out" not in said
    assert "`a`, `b`" in said
