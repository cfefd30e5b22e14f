"""Cells of a heat map that can be clicked and framed.

A heat map hears no clicks. Over its cells lie invisible markers that do; they also carry what hovering says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.figures.style import PALETTES, Theme

#: Column and row of a cell, as on the axes.
Place = tuple[int, int]


def add_markers(figure: go.Figure, places: Sequence[Place], details: Any, hover: str) -> None:
    """A marker on each cell; `hover` is their template, over `details`, one a marker."""
    invisible = {"opacity": 0}
    figure.add_scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        mode="markers",
        marker={"size": 22, "opacity": 0},
        customdata=details,
        hovertemplate=hover,
        selected={"marker": invisible},
        unselected={"marker": invisible},
        showlegend=False,
    )


def add_frame(figure: go.Figure, place: Place, theme: Theme) -> None:
    """A frame around the chosen cell."""
    x, y = place
    line = {"color": PALETTES[theme].minus, "width": 3}
    figure.add_shape(type="rect", x0=x - 0.5, x1=x + 0.5, y0=y - 0.5, y1=y + 0.5, line=line)
