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


def table(found: Lens, label: str) -> None:
    """Depth by depth: who leads, by how much, and the class that was asked for."""
    k = found.labels.index(label)
    values = found.logits if np.isnan(found.probabilities).any() else found.probabilities
    rows = [
        {
            "Depth": words.place(d),
            "Leads": leader,
            "with": float(values[d].max()),
            label: float(values[d, k]),
        }
        for d, leader in enumerate(found.verdicts)
    ]
    tables.table(rows, "The class lens, depth by depth", key="lens-table")


def draw(asked: Question) -> None:
    """The lines, the layer that decided, the check against the model."""
    try:
        found = explainer().depth(asked.selection, asked.text)
    except AppError as error:
        st.html(markup.problem(error))
        return
    st.html(markup.lead(words.decided(found)))
    alt = f"Probability of the leading classes over {len(found.verdicts) - 1} layers"
    charts.chart(lens_figure(found, charts.theme(), height=420), "lens", alt)
    table(found, asked.label)
    st.html(markup.note(words.ABOUT))
    st.html(markup.note(words.checked(found)))


asked = question.ask("Depth", "What would be said after each layer, if it were the last.")
if asked is not None:
    draw(asked)
