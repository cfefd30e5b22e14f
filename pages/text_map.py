"""Map: the texts of a dataset as points, those alike to the model close together."""

from __future__ import annotations

from core.results import LoadedModel, Selection
from core.words import text_map as words
from pages.ui import details, task_progress
from pages.ui.services import datasets
from pages.views import evaluated
from pages.views import text_map as view


def panel(selection: Selection, _: LoadedModel) -> None:
    """From the answers to the picture."""
    result = evaluated.answered(selection)
    if result is None:
        return
    found = task_progress.result(datasets().text_map(result, view.projection()), "text_map", "Map")
    if found is not None:
        view.draw(result, found)
        details.how(*words.ABOUT)


evaluated.page("Map", "Which texts does the model take to be alike?", view.KEYS, view.MOST, panel)
