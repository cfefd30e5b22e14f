"""Pooling: what the pooler weighed, and what the others would have said."""

from __future__ import annotations

from pages.ui import details, markup, question
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import pooling as view


def draw(request: Question) -> None:
    """The weights; on request what was clamped, what each position adds, every pooler."""
    result = explainer().pooling(request.selection, request.text)
    view.weights(request, result)
    if result.clamped is not None:
        details.part("Share of clamped dimensions by position", "clamped", lambda: view.clamped(request, result))
    details.part(
        f"What each position adds to the logit of '{markup.plain(request.named)}'",
        "parts",
        lambda: view.parts(request, explainer().position_parts(request.selection, request.text)),
    )
    details.part(
        "All poolers on the same hidden states",
        "poolers",
        lambda: view.all_poolers(request, explainer().poolers(request.selection, request.text)),
    )


request = question.ask("Pooling", "What the pooler weighed before the head saw anything.")
if request is not None:
    draw(request)
