"""Pooling: what the pooler weighed, and what the others would have said."""

from __future__ import annotations

from pages.ui import question
from pages.ui.services import explainer
from pages.views import pooling as view

request = question.ask("Pooling", "What the pooler weighed before the head saw anything.")
if request is not None:
    view.weights(request, explainer().pooling(request.selection, request.text))
    view.parts(request, explainer().position_parts(request.selection, request.text))
    view.all_poolers(request, explainer().poolers(request.selection, request.text))
