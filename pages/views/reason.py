"""Why this class, in one sentence below a verdict: words that were really taken away."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from core.errors import AppError
from core.results import Capability, ContributionOptions, Prediction, Selection
from core.words import contributions as words
from pages.ui import capabilities, markup
from pages.ui.services import engine, explainer
from pages.ui.waiting import SMALL

#: A verdict that took longer than so many seconds has its reason on the page that is for it: there it takes four times.
QUICK = 0.5


def draw(place: DeltaGenerator, selection: Selection, prediction: Prediction, seconds: float) -> None:
    """Nothing where the pair has no shares of words, where its head is untrained, and where it would take long."""
    model = engine().loaded_model(selection)
    if model is None or (seconds > QUICK and model.bytes > SMALL):  # the first verdict of a small one waits for imports
        return
    known = capabilities.capabilities(selection)
    if prediction.untrained_head or known.why_not(Capability.CONTRIBUTIONS):
        return
    options = ContributionOptions(prediction.top.label)
    try:
        result = explainer().contributions(selection, prediction.text, options)
        tested = explainer().deletions(selection, prediction.text, options)
    except AppError:  # the page of the reasons says it
        return
    if told := words.reason(tested, prediction.labels, shares=result.exact):
        place.html(f'<p class="hl-reason">{markup.quoting(told)}</p>')
