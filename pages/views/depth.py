"""The class lens: its lines over the layers, and who leads at each depth."""

from __future__ import annotations

import streamlit as st

from core.figures import depth as figures
from core.results import Lens
from core.words import depth as words
from core.words.layers import after
from pages.ui import charts, markup, tables


def lens(result: Lens, label: str, *, height: int = 340) -> None:
    """The layer that decided, and the leading classes over the layers; height in pixels."""
    st.html(markup.lead(words.decided(result, label)))
    alt = words.drawn(result)
    charts.chart(figures.lens(result, charts.theme(), height=height), "lens", alt)


def table(result: Lens, label: str) -> None:
    """Depth by depth: who leads, by how much, and the class that the page speaks of."""
    k, own = result.labels.index(label), f"p of {label}"
    if not result.has_probabilities:
        values = [
            {"Depth": after(d), **dict(zip(result.labels, map(float, row), strict=True))}
            for d, row in enumerate(result.logits)
        ]
        tables.table(values, "The outputs, depth by depth", key="lens-table")
        return
    shares = result.probabilities
    rows = [
        {"Depth": after(d), "Ahead": leader, "Its probability": float(shares[d].max()), own: float(shares[d, k])}
        for d, leader in enumerate(result.verdicts)
    ]
    columns = {
        "Ahead": tables.classes(result.labels),
        "Its probability": tables.SHARE,
        own: tables.shares_of(label, result.labels),
    }
    tables.table(rows, "Who is ahead, depth by depth", key="lens-table", columns=columns)
