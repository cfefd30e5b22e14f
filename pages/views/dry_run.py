"""A dry run in rows: its stages with their marks, and the tensors of one pass."""

from __future__ import annotations

from typing import Any

from core.results import DryRun, Stage, StageStatus
from core.words import sizes
from core.words.dry_run import finite
from pages.ui.markup import sentence, text

_MARKS = {
    StageStatus.PASSED: ("hl-passed", "✓"),
    StageStatus.FAILED: ("hl-refused", "✕"),
    StageStatus.NOT_APPLICABLE: ("hl-notekind", "–"),
    StageStatus.LEFT_OUT: ("hl-warning", "○"),
}


def stages(result: DryRun) -> str:
    """Every stage on a line: mark, name, what was seen; where it failed, what to do."""
    return f'<ol class="hl-stages">{"".join(_stage(stage) for stage in result.stages)}</ol>'


def _stage(stage: Stage) -> str:
    style, mark = _MARKS[stage.status]
    fix = f'<p class="hl-fix"><strong>Fix:</strong> {text(sentence(stage.fix))}</p>' if stage.fix else ""
    return (
        f'<li><span class="hl-kind {style}"><span aria-hidden="true">{mark}</span> {text(stage.status)}</span>'
        f'<strong class="hl-name">{text(stage.name)}</strong>'
        f'<div class="hl-seen"><p>{text(sentence(stage.detail))}</p><p class="hl-note">{text(stage.about)}</p>{fix}'
        "</div></li>"
    )


def rows(result: DryRun) -> list[dict[str, Any]]:
    """One row a tensor, in the order of the pass."""
    return [
        {
            "Stage": t.name,
            "Axes": t.axes,
            "Shape": sizes.shape(t.shape),
            "Type": t.dtype,
            "As expected": "yes" if t.fits else "no",
            "Finite values": finite(t),
            "Largest finite value": t.largest,
        }
        for t in result.traced
    ]
