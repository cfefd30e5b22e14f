"""Which classes are taken for which: a matrix without its diagonal."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.clickable_cells import add_frame, add_markers
from core.figures.style import PALETTES, Theme, class_name, finish, hover_name, scale
from core.results.classes import ClassReport

#: Up to so many classes are named at the axes.
NAMED = 40


def confusions(report: ClassReport, theme: Theme, chosen: tuple[int, int] | None, *, height: int = 560) -> go.Figure:
    """Label down, verdict across, in the report's order; a cell is as dark as its share of the label's rows."""
    order = report.order
    counts = report.confusion[np.ix_(order, order)].astype(float)
    totals = np.array([report.classes[k].support for k in order], dtype=float)
    off = counts - np.diag(np.diagonal(counts))
    shares = np.divide(off, totals[:, None], out=np.zeros_like(off), where=totals[:, None] > 0)
    colours = PALETTES[theme]
    figure = go.Figure(
        go.Heatmap(
            z=np.where(off > 0, shares, np.nan),
            x0=0,
            dx=1,
            y0=0,
            dy=1,
            colorscale=scale(colours.rising[1:]),
            zmin=0,
            hoverinfo="skip",
            hoverongaps=False,
            colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": ".0%"},
        )
    )
    names = report.names
    places = [(int(x), int(y)) for y, x in np.argwhere(off > 0)]
    details = [
        (hover_name(names[order[y]], names), hover_name(names[order[x]], names), int(off[y, x]), int(totals[y]))
        for x, y in places
    ]
    hover = "label %{customdata[0]}<br>answered %{customdata[1]}<br>%{customdata[2]:,} of %{customdata[3]:,} rows"
    add_markers(figure, places, details, f"{hover}<extra></extra>")
    figure.update_traces(marker_size=9, selector={"type": "scatter"})
    if chosen is not None:
        where = {int(k): place for place, k in enumerate(order)}
        add_frame(figure, (where[chosen[1]], where[chosen[0]]), theme)
    count = len(order)
    figure.add_scatter(
        x=[-0.5, count - 0.5],
        y=[-0.5, count - 0.5],
        mode="lines",
        line={"color": colours.grid, "width": 1.5},
        hoverinfo="skip",
        showlegend=False,
    )
    finish(figure, theme, height, xaxis_title="verdict", yaxis_title="label", hoverdistance=25)
    shown = [class_name(names[k], names, 22) for k in order] if count <= NAMED else []
    ticks = {"tickmode": "array", "tickvals": list(range(len(shown))), "ticktext": shown}
    figure.update_xaxes(showgrid=False, zeroline=False, range=[-0.5, count - 0.5], **ticks)
    figure.update_yaxes(showgrid=False, zeroline=False, range=[count - 0.5, -0.5], **ticks)
    return figure
