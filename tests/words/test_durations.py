"""Times as people read them."""

from __future__ import annotations

from core.words import durations


def test_seconds_from_one_on_and_milliseconds_below() -> None:
    assert durations.parts(0.00831) == ("8.31", "ms")
    assert durations.parts(1.5) == ("1.50", "s")
    assert durations.duration(1.5) == "1.50 s"
