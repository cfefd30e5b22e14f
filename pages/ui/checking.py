"""A dry run in words and rows: its stages with their marks, and the tensors of one pass."""

from __future__ import annotations

from typing import Any

from core.results import DryRun, Stage, StageStatus
from pages.ui import numbers
from pages.ui.markup import sentence, text

_MARKS = {
    StageStatus.PASSED: ("hl-passed", "✓"),
    StageStatus.FAILED: ("hl-refused", "✕"),
    StageStatus.NOT_APPLICABLE: ("hl-notekind", "–"),
    StageStatus.LEFT_OUT: ("hl-warning", "○"),
}


def stages(found: DryRun) -> str:
    """Every stage on a line: mark, name, what was seen; where it failed, what to do."""
    return f'<ol class="hl-stages">{"".join(_stage(stage) for stage in found.stages)}</ol>'


def _stage(stage: Stage) -> str:
    style, mark = _MARKS[stage.status]
    fix = f'<p class="hl-fix"><strong>Fix:</strong> {text(sentence(stage.fix))}</p>' if stage.fix else ""
    return (
        f'<li><span class="hl-kind {style}"><span aria-hidden="true">{mark}</span> {text(stage.status)}</span>'
        f'<strong class="hl-name">{text(stage.name)}</strong>'
        f'<div class="hl-seen"><p>{text(sentence(stage.detail))}</p><p class="hl-note">{text(stage.about)}</p>{fix}'
        "</div></li>"
    )


def cost(found: DryRun) -> str:
    """On what it ran, and how long it took."""
    read = " and ".join(f"{t.read:,}" + (f" of {t.total:,}" if t.read < t.total else "") for t in found.texts)
    what = "text of" if len(found.texts) == 1 else "texts of"
    return f"{len(found.texts)} {what} {read} tokens, in {' '.join(numbers.duration(found.seconds))}."


def axes(found: DryRun) -> str:
    """What the letters of the shapes stand for, with their sizes here."""
    sizes: dict[str, int] = {}
    for tensor in found.traced:
        sizes.update(zip(tensor.axes.strip("()").split(", "), tensor.expected, strict=True))
    names = {"B": "texts", "T": "tokens, the longest text's", "D": "hidden size", "K": "classes or values"}
    return "Shapes: " + "; ".join(f"{letter} {sizes[letter]:,} ({name})" for letter, name in names.items()) + "."


def rows(found: DryRun) -> list[dict[str, Any]]:
    """One row a tensor, in the order of the pass."""
    return [
        {"Stage": t.name, "Axes": t.axes, "Shape": " x ".join(f"{n:,}" for n in t.shape), "Type": t.dtype,
         "As expected": "yes" if t.fits else "no", "Finite values": f"{t.finite:,} of {t.count:,}",
         "Largest finite value": t.largest}
        for t in found.traced
    ]  # fmt: skip
