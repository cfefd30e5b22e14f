"""A dry run: the verdict, its stages with their marks, and the tensors of one pass."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.dry_run.records import exported
from core.results import DryRun, LoadedModel, Stage, StageStatus
from core.words import dry_run as words
from core.words import sizes
from pages.ui import markup, tables
from pages.ui.markup import sentence, text
from pages.ui.server_paths import hidden

_MARKS = {
    StageStatus.PASSED: ("hl-passed", "✓"),
    StageStatus.FAILED: ("hl-refused", "✕"),
    StageStatus.NOT_APPLICABLE: ("hl-notekind", "–"),
    StageStatus.LEFT_OUT: ("hl-warning", "○"),
}
#: A stage that passed with warnings.
_WARNED = ("hl-warning", "!")


ABOUT = (
    "A dry run reads a few short texts with the weights in memory, in modules of its own: whoever classifies meanwhile "
    "is not disturbed, and the model stays as it was. A difference is the largest between logits that must be equal, "
    "as a share of the largest logit; its bound is what the rounding of the number type allows."
)


def summary(result: DryRun) -> None:
    """The verdict, in the colour of a warning where there is one; and what it took."""
    verdict = markup.lead(words.verdict(result))
    st.html(f'<div class="hl-box hl-warn">{verdict}</div>' if result.warnings else verdict)
    st.html(markup.note(words.cost(result)))


def stages(result: DryRun) -> str:
    """Every stage on a line: mark, name, what was seen; where it failed, what to do."""
    return f'<ol class="hl-stages">{"".join(_stage(stage) for stage in result.stages)}</ol>'


def _stage(stage: Stage) -> str:
    style, mark = _WARNED if stage.passed and stage.warnings else _MARKS[stage.status]
    fix = f'<p class="hl-fix"><strong>Fix:</strong> {text(sentence(stage.fix))}</p>' if stage.fix else ""
    seen = f"<p>{text(hidden(sentence(stage.detail)))}</p>"
    return (
        f'<li><span class="hl-kind {style}"><span aria-hidden="true">{mark}</span> {text(words.outcome(stage))}</span>'
        f'<strong class="hl-name">{text(stage.name)}</strong>'
        f'<div class="hl-seen">{seen}<p class="hl-note">{text(stage.about)}</p>{fix}'
        "</div></li>"
    )


def download(model: LoadedModel, result: DryRun) -> None:
    """The whole of it as a file."""
    st.download_button(
        "Download JSON",
        exported(model, result, model.health),
        file_name="dry-run.json",
        on_click="ignore",
        key="dry_run.json",
    )


def tensors(result: DryRun) -> None:
    """The tensors of one pass."""
    st.html(markup.note(words.axes(result)))
    tables.table(rows(result), "Shape and type at each stage of the pass", key="dry-run-tensors")


def rows(result: DryRun) -> list[dict[str, Any]]:
    """One row a tensor, in the order of the pass."""
    return [
        {
            "Stage": t.name,
            "Axes": t.axes,
            "Shape": sizes.shape(t.shape),
            "Type": t.dtype,
            "As expected": "yes" if t.fits else "no",
            "Finite values": words.finite(t),
            "Largest finite value": t.largest,
        }
        for t in result.traced
    ]
