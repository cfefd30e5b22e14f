"""What a page says while a large model takes its time."""

from __future__ import annotations


def waiting(seconds: float) -> str:
    """How long it has been, and that nobody has to stay."""
    return f"Asking the model: {seconds:.0f} s so far. You may turn to another page meanwhile."


def stopped(seconds: float) -> str:
    """That there is no answer, since nobody wanted it any more."""
    return f"Stopped after {seconds:.0f} s: the model was not asked to the end."
