"""The sentence of a page that waits."""

from __future__ import annotations

from core.words.waiting import stopped, waiting


def test_how_long_it_has_been() -> None:
    assert waiting(12.4).startswith("Asking the model: 12 s so far.")


def test_how_long_it_had_been() -> None:
    assert stopped(3.6).startswith("Stopped after 4 s")
