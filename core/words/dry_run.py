"""A dry run in words: on what it ran, and what its shapes mean."""

from __future__ import annotations

from core.results import DryRun, TracedTensor
from core.words.durations import duration

_AXES = {"B": "texts", "T": "tokens, the longest text's", "D": "hidden size", "K": "classes or values"}


def cost(run: DryRun) -> str:
    """On what it ran, and how long it took."""
    read = " and ".join(f"{t.read:,}" + (f" of {t.total:,}" if t.read < t.total else "") for t in run.texts)
    what = "text of" if len(run.texts) == 1 else "texts of"
    return f"{len(run.texts)} {what} {read} tokens, in {duration(run.seconds)}."


def axes(run: DryRun) -> str:
    """What the letters of the shapes stand for, with their sizes here."""
    sizes: dict[str, int] = {}
    for tensor in run.traced:
        sizes.update(zip(tensor.axes.strip("()").split(", "), tensor.expected, strict=True))
    return "Shapes: " + "; ".join(f"{letter} {sizes[letter]:,} ({name})" for letter, name in _AXES.items()) + "."


def finite(tensor: TracedTensor) -> str:
    """How many values of a tensor are finite: `4,096 of 4,096`."""
    return f"{tensor.finite:,} of {tensor.count:,}"
