"""Why this class, in one sentence below a verdict: words that were really taken away."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from core.errors import AppError
from core.results import Capability, ContributionOptions, Prediction, Selection
from core.words import contributions as words
from pages.ui import capabilities, markup
from pages.ui.services import explainer

#: A verdict that took longer than so many seconds has its reason on the page that it is asked on: it takes four times.
QUICK = 0.5


def draw(place: DeltaGenerator, selection: Selection, prediction: Prediction, seconds: float) -> None:
    """Nothing where the pair has no shares of words, where its head is untrained, and where it would take long."""
    known = capabilities.capabilities(selection)
    if seconds > QUICK or prediction.untrained_head or known.why_not(Capability.CONTRIBUTIONS):
        return
    options = ContributionOptions(prediction.top.label)
    try:
        result = explainer().contributions(selection, prediction.text, options)
        told = words.reason(explainer().deletions(selection, prediction.text, options), shares=result.exact)
    except AppError:  # the page of the reasons says it
        return
    if told:
        place.html(f'<p class="hl-reason">{markup.text(told)}</p>')
