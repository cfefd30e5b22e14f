"""Cosines between all classes as a heat map."""

from __future__ import annotations

import plotly.graph_objects as go

from core.figures.style import PALETTES, Theme, class_name, finish, hover_name, scale
from core.results import HeadGeometry

#: Up to so many classes are named at the axes.
NAMED = 40


def cosines(result: HeadGeometry, theme: Theme, *, shared: bool) -> go.Figure:
    """Class against class, the like side by side; the diagonal, always 1, is left out of the colours."""
    order = list(result.order)
    values = (result.cosines if shared else result.apart)[order][:, order].copy()
    names = [result.labels[k] for k in order]
    hovered = [hover_name(label, result.labels) for label in names]
    for i in range(len(order)):
        values[i, i] = float("nan")
    largest = max((abs(float(v)) for v in values.ravel() if v == v), default=1.0) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=hovered,
            y=hovered,
            colorscale=scale(PALETTES[theme].diverging),
            zmin=-largest,
            zmax=largest,
            hoverongaps=False,
            hovertemplate="%{y}<br>%{x}<br>cosine %{z:.3f}<extra></extra>",
            colorbar={"thickness": 10, "outlinewidth": 0, "title": {"text": "cosine", "font": {"size": 12}}},
        )
    )
    finish(figure, theme, 560)
    shown = [class_name(label, result.labels, 22) for label in names] if len(names) <= NAMED else []
    ticks = {"tickmode": "array", "tickvals": list(range(len(shown))), "ticktext": shown, "type": "category"}
    figure.update_xaxes(showgrid=False, zeroline=False, range=[-0.5, len(names) - 0.5], **ticks)
    figure.update_yaxes(showgrid=False, zeroline=False, range=[len(names) - 0.5, -0.5], **ticks)
    return figure
