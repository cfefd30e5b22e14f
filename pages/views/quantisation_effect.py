"""What quantisation did to the text that was classified, on request, below its verdict."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import LoadedModel, QuantisationEffect, Selection
from core.words import outputs
from core.words import quantisation_effect as words
from pages.ui import markup, tables, task_progress
from pages.ui.services import explainer

_ASKED = "quantisation.asked"


def panel(model: LoadedModel | None, text: str) -> None:
    """A button where the model's base is quantised; after it, both verdicts and the logits of every class."""
    if model is None or model.quantisation == "none":
        return
    requested = selection, _ = model.selection, text
    st.button("Compare with the whole weights", key="quantisation.compare", on_click=_ask, args=requested)
    if st.session_state.get(_ASKED) != requested:
        return
    try:
        task = explainer().quantisation_effect(selection, text)
        result = task_progress.result(task, "quantisation", "Reading the text with the whole weights")
    except AppError as error:
        st.html(markup.problem(error))
        return
    if result is not None:
        draw(result)


def _ask(selection: Selection, text: str) -> None:
    st.session_state[_ASKED] = (selection, text)


def draw(result: QuantisationEffect) -> None:
    """The sentence and the table."""
    st.html(markup.note(words.effect(result)))
    rows = zip(result.whole.labels, result.whole.logits, result.quantised.logits, result.differences, strict=True)
    problem = result.whole.problem_type
    noun, measure = outputs.noun(problem).capitalize(), outputs.measure(problem).capitalize()
    names = (noun, f"{measure}, whole", f"{measure}, {result.quantisation}", "Difference")
    table = [dict(zip(names, row, strict=True)) for row in sorted(rows, key=lambda row: -row[1])]
    columns = {noun: tables.classes(result.whole.labels), "Difference": tables.CHANGE}
    alt = f"{measure}s with whole and with quantised weights"
    tables.table(table, alt, key="quantisation-table", columns=columns)
