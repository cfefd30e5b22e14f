"""Values given beside values that should be, and how far they lie apart."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.style import PALETTES, Theme, finish
from core.results.value_evaluation import ValueEvaluation

#: Rows that are drawn, and bars of their errors. A browser draws so many marks at once without WebGL, whose programs
#: are compiled from strings, which our pages forbid.
POINTS, BARS = 2000, 40


def drawn(result: ValueEvaluation) -> NDArray[np.int64]:
    """Places of the rows in the picture: all that are compared, or evenly picked of many."""
    places = np.flatnonzero(result.compared)
    if len(places) <= POINTS:
        return places
    return places[np.linspace(0, len(places) - 1, POINTS).astype(np.int64)]


def given_against_actual(result: ValueEvaluation, output: int, theme: Theme, *, height: int = 360) -> go.Figure:
    """A mark a row: what it is given over what it should be; on the line they are the same."""
    colours, places = PALETTES[theme], drawn(result)
    x, y = result.actual[places, output], result.predicted[places, output]
    ends = [float(min(x.min(), y.min())), float(max(x.max(), y.max()))]
    figure = go.Figure()
    figure.add_scatter(
        x=ends,
        y=ends,
        mode="lines",
        line={"color": colours.muted, "width": 1, "dash": "dash"},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=x,
        y=y,
        mode="markers",
        marker={"color": colours.plus, "size": 6, "opacity": 0.9 if len(x) < 100 else 0.45},
        customdata=result.rows[places] + 1,
        hovertemplate="row %{customdata:,}<br>actual %{x:.4~g}<br>given %{y:.4~g}<extra></extra>",
        showlegend=False,
    )
    finish(figure, theme, height, xaxis_title="actual", yaxis_title="given")
    figure.update_xaxes(zeroline=False)
    figure.update_yaxes(zeroline=False)
    return figure


def errors(result: ValueEvaluation, output: int, theme: Theme, *, height: int = 360) -> go.Figure:
    """How many rows are off by how much, below and above: bars over the error of all compared rows."""
    colours = PALETTES[theme]
    off = (result.predicted - result.actual)[result.compared, output]
    counts, edges = np.histogram(off, bins=min(BARS, max(5, round(2 * len(off) ** (1 / 3)))))
    figure = go.Figure()
    figure.add_bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=np.diff(edges),
        marker={"color": colours.plus, "line": {"color": colours.ground, "width": 1}},
        customdata=np.stack([edges[:-1], edges[1:]], axis=1),
        hovertemplate="off by %{customdata[0]:.3~g} to %{customdata[1]:.3~g}<br>%{y:,} rows<extra></extra>",
        showlegend=False,
    )
    figure.add_vline(x=0, line={"color": colours.ink, "width": 1.5, "dash": "dash"})
    finish(figure, theme, height, xaxis_title="off by (given minus actual)", yaxis_title="rows")
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_yaxes(zeroline=False)
    return figure
