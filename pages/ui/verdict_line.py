"""The verdict in one line, as it stands on every page that explains it. HTML."""

from __future__ import annotations

from core.results import Prediction
from core.results.sureness import Sureness
from core.words import outputs
from core.words import verdict as words
from pages.ui import markup


def line(prediction: Prediction, name: str, *, earlier: bool) -> str:
    """The verdict in one line, with who gives it and how sure it is; `earlier`: of the text before the one asked."""
    said = "Closest class" if prediction.sureness is Sureness.NOT_SURE else outputs.title(prediction)
    before = " for the text before" if earlier else ""
    number = markup.text(words.number(prediction))
    answer = markup.label(prediction.label, prediction.labels)
    if prediction.problem_type == "regression" and len(prediction.labels) > 1:
        answer, number = markup.text(words.answer(prediction)), ""
    return (
        f'<p class="hl-verdict hl-in-line{markup.kind(prediction)}{" hl-earlier" if earlier else ""}">'
        f"<span>{said}{before}</span> "
        f"<strong>{answer}</strong> <b>{number}</b>{markup.mark(prediction)}"
        f'{markup.sureness(prediction)}<span class="hl-who">by {markup.text(name)}</span>'
        '<span class="hl-unasked">not of what is typed now</span></p>'
    )
