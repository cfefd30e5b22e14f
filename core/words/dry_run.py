"""A dry run in words: on what it ran, and what its shapes mean."""

from __future__ import annotations

from core.results import DryRun, Stage, StageStatus, TracedTensor
from core.words.durations import duration

_AXES = {"B": "texts", "T": "tokens, the longest text's", "D": "hidden size", "K": "classes or values"}


def verdict(run: DryRun) -> str:
    """The outcome; stages that do not apply to this model are not counted, and what was warned of is said."""
    warnings = _warnings(run)
    counted = [stage for stage in run.stages if stage.status is not StageStatus.NOT_APPLICABLE]
    failed = [stage.name for stage in counted if stage.status is StageStatus.FAILED]
    left_out = [stage.name for stage in counted if stage.status is StageStatus.LEFT_OUT]
    if failed:
        more = f" {len(left_out)} left out." if left_out else ""
        return f"{len(failed)} of {len(counted)} stages failed: {', '.join(failed)}.{more}{warnings and f' {warnings}'}"
    if left_out:
        passed = len(counted) - len(left_out)
        left = f"Left out: {', '.join(left_out)}.{warnings and f' {warnings}'}"
        return f"{passed} of {len(counted)} stages passed. {left}"
    if not warnings:
        return "The 1 stage passed." if len(counted) == 1 else f"All {len(counted)} stages passed."
    warned = sum(bool(stage.warnings) for stage in counted)
    return f"No stage failed: {len(counted) - warned} passed without a warning, {warned} with {warnings}"


def outcome(stage: Stage) -> str:
    """How a stage ended, with the number of its warnings."""
    count = len(stage.warnings)
    return f"{stage.status}, {count} warning{'s' if count > 1 else ''}" if count else str(stage.status)


def _warnings(run: DryRun) -> str:
    """`1 warning: ...`, each in its own sentence; empty without any."""
    count = len(run.warnings)
    return f"{count} warning{'s' if count > 1 else ''}: {' '.join(run.warnings)}" if count else ""


def cost(run: DryRun) -> str:
    """On what it ran, and how long it took."""
    read = " and ".join(f"{t.read:,}" + (f" of {t.total:,}" if t.read < t.total else "") for t in run.texts)
    what = "text of" if len(run.texts) == 1 else "texts of"
    return f"{len(run.texts)} {what} {read} tokens, in {duration(run.seconds)}."


def axes(run: DryRun) -> str:
    """What the letters of the shapes stand for, with their sizes here; of those that a pass came to, if it stopped."""
    sizes: dict[str, int] = {}
    for tensor in run.traced:
        sizes.update(zip(tensor.axes.strip("()").split(", "), tensor.expected, strict=True))
    told = [f"{letter} {sizes[letter]:,} ({name})" for letter, name in _AXES.items() if letter in sizes]
    return f"Shapes: {'; '.join(told)}."


def finite(tensor: TracedTensor) -> str:
    """How many values of a tensor are finite: `4,096 of 4,096`."""
    return f"{tensor.finite:,} of {tensor.count:,}"
