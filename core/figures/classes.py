"""Which classes are taken for which: a matrix without its diagonal."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.clickable_cells import add_frame, add_markers
from core.figures.style import PALETTES, Theme, class_name, finish, hover_name, scale
from core.results.classes import ClassReport

_SHARE = {"text": "share of the label's rows", "side": "right", "font": {"size": 12}}
#: Letters of a class's name at an axis.
_LETTERS = 22


def confusions(report: ClassReport, theme: Theme, chosen: tuple[int, int] | None, *, height: int = 620) -> go.Figure:
    """Label down, verdict across, in the report's order; a cell is as dark as its share of the label's rows.

    As many classes are named at the axes as there is room for; a closer look names the others.
    """
    order = report.order
    counts = report.confusion[np.ix_(order, order)].astype(float)
    totals = np.array([report.classes[k].support for k in order], dtype=float)
    off = counts - np.diag(np.diagonal(counts))
    shares = np.divide(off, totals[:, None], out=np.zeros_like(off), where=totals[:, None] > 0)
    colours = PALETTES[theme]
    figure = go.Figure(
        go.Heatmap(
            z=np.where(off > 0, shares, np.nan),
            x=_places(len(order)),
            y=_places(len(order)),
            colorscale=scale(colours.rising[1:]),
            zmin=0,
            hoverinfo="skip",
            hoverongaps=False,
            colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": ".0%", "title": _SHARE},
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
    edge = len(order) - 0.5
    line = {"color": colours.grid, "width": 1.5}
    figure.add_shape(type="line", x0=-0.5, y0=-0.5, x1=edge, y1=edge, line=line, layer="below")
    finish(figure, theme, height, xaxis_title="verdict", yaxis_title="label", hoverdistance=25)
    alias = {place: class_name(names[k], names, _LETTERS) for place, k in zip(_places(len(order)), order, strict=True)}
    axis = {
        "type": "category",
        "categoryarray": list(alias),
        "labelalias": alias,
        "ticks": "",
        "title": {"standoff": 8},
    }
    figure.update_xaxes(showgrid=False, zeroline=False, range=[-0.5, edge], tickangle=90, **axis)
    figure.update_yaxes(showgrid=False, zeroline=False, range=[edge, -0.5], **axis)
    return figure


def _places(count: int) -> list[str]:
    """Names of the places along an axis: of categories there is a tick each, at most, at any zoom."""
    return [str(place) for place in range(count)]
