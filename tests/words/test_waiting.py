"""The sentence of a page that waits."""

from __future__ import annotations

from core.words.waiting import waiting


def test_how_long_it_has_been() -> None:
    assert waiting(12.4).startswith("Asking the model: 12 s so far.")
