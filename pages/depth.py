"""Depth: pooler and head applied at every layer, the class lens."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import AppError
from core.figures.depth import lens as lens_figure
from core.results import Lens
from core.words import depth as words
from pages.ui import charts, markup, question, tables
from pages.ui.question import Question
from pages.ui.services import explainer


def table(result: Lens, label: str) -> None:
    """Depth by depth: who leads, by how much, and the class that was asked for."""
    k = result.labels.index(label)
    values = result.logits if np.isnan(result.probabilities).any() else result.probabilities
    rows = [
        {
            "Depth": words.place(d),
            "Leads": leader,
            "with": float(values[d].max()),
            label: float(values[d, k]),
        }
        for d, leader in enumerate(result.verdicts)
    ]
    tables.table(rows, "The class lens, depth by depth", key="lens-table")


def draw(request: Question) -> None:
    """The lines, the layer that decided, the check against the model."""
    try:
        result = explainer().depth(request.selection, request.text)
    except AppError as error:
        st.html(markup.problem(error))
        return
    st.html(markup.lead(words.decided(result)))
    alt = f"Probability of the leading classes over {len(result.verdicts) - 1} layers"
    charts.chart(lens_figure(result, charts.theme(), height=420), "lens", alt)
    table(result, request.label)
    st.html(markup.note(words.ABOUT))
    st.html(markup.note(words.checked(result)))


asked = question.ask("Depth", "What would be said after each layer, if it were the last.")
if asked is not None:
    draw(asked)
