"""The model that answers, in the top bar: its name, whether it is in memory, and how good it is by its own card."""

from __future__ import annotations

from core.results import CandidateSummary, LoadedModel, Selection
from core.words import stated_results as words
from core.words.calibrated import stated_by
from core.words.sizes import size
from core.words.untrained_head import MARK
from pages.ui import markup


def label(candidate: CandidateSummary, adapter: str, selection: Selection, model: LoadedModel | None) -> str:
    """Markdown: candidate, adapter's title, the leading measure; the dot is full while the pair is in memory.

    One whose head is untrained is told by another colour and in words, in the place of the measure.
    """
    untrained = model is not None and bool(model.untrained_head)
    dot = "○" if model is None else ":orange[●]" if untrained else ":green[●]"
    quality = MARK if untrained else words.leading(candidate.stated_with(selection.adapter))
    by = "" if untrained or not quality else " by its card"
    stated = f":gray[ · {markup.plain(quality)}{by}]" if quality else ""
    return f"{dot} **{markup.plain(candidate.title or candidate.id)}** · {markup.plain(adapter)}{stated}"


def details(candidate: CandidateSummary, selection: Selection, model: LoadedModel | None) -> str:
    """Below the two boxes: how good the pair is, and what it takes in memory."""
    quality = markup.text(words.stated(candidate.stated_with(selection.adapter)))
    return f'<p class="hl-quality">{quality}</p>{_calibration(model)}{_memory(model)}'


def _calibration(model: LoadedModel | None) -> str:
    """By what its probabilities are stated, where they are not its own."""
    if model is None or model.calibration is None:
        return ""
    return f'<p class="hl-quality">{markup.text(stated_by(model.calibration))}</p>'


def _memory(model: LoadedModel | None) -> str:
    if model is None:
        return '<p class="hl-status"><span>Not in memory</span></p>'
    template = " · in the chat template" if model.chat_template == "user" else ""
    message = f"In memory · {size(model.bytes)} on {model.device}{template}"
    return f'<p class="hl-status hl-on"><span>{markup.text(message)}</span></p>'
