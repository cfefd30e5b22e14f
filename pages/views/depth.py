"""The class lens: its lines over the layers, and who leads at each depth."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.figures import depth as figures
from core.results import Lens
from core.words import depth as words
from pages.ui import charts, markup, tables


def lens(result: Lens, *, height: int = 340) -> None:
    """The layer that decided, and the leading classes over the layers; height in pixels."""
    st.html(markup.lead(words.decided(result)))
    alt = f"Probability of the leading classes over {len(result.verdicts) - 1} layers"
    charts.chart(figures.lens(result, charts.theme(), height=height), "lens", alt)


def table(result: Lens, label: str) -> None:
    """Depth by depth: who leads, by how much, and the class that the page speaks of."""
    k = result.labels.index(label)
    values = result.logits if np.isnan(result.probabilities).any() else result.probabilities
    rows = [
        {
            "Depth": words.depth_name(d),
            "Leads": leader,
            "with": float(values[d].max()),
            label: float(values[d, k]),
        }
        for d, leader in enumerate(result.verdicts)
    ]
    tables.table(rows, "The class lens, depth by depth", key="lens-table")
