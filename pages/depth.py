"""Depth: pooler and head applied at every layer, the class lens."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import AppError
from core.figures.depth import lens as lens_figure
from core.results import Lens
from pages.ui import charts, markup, question, sentences, tables
from pages.ui.engine import explainer
from pages.ui.question import Question

ABOUT = (
    "At each depth the states go through the final norm, the pooler and the head, as if the layers above were not "
    "there. The head was trained on the last layer only: what it says of earlier ones shows when the information is in "
    "the form it reads, not when it is there at all."
)


def table(found: Lens, label: str) -> None:
    """Depth by depth: who leads, by how much, and the class that was asked for."""
    k = found.labels.index(label)
    values = found.logits if np.isnan(found.probabilities).any() else found.probabilities
    rows = [
        {
            "Depth": "embeddings" if d == 0 else f"layer {d}",
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
        found = explainer().lens(asked.selection, asked.text)
    except AppError as error:
        st.html(markup.problem(error))
        return
    st.html(markup.lead(sentences.decided(found)))
    alt = f"Probability of the leading classes over {len(found.verdicts) - 1} layers"
    charts.chart(lens_figure(found, charts.theme(), height=420), "lens", alt)
    table(found, asked.label)
    st.html(markup.note(ABOUT))
    st.html(
        markup.note(f"The last depth equals the model's own logits within {found.final_difference:.1e}.")
    )  # fmt: skip


asked = question.ask("Depth", "What would be said after each layer, if it were the last.")
if asked is not None:
    draw(asked)
