"""Spectra as figures: modules through the depth, the singular values of one matrix, their power law."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.layer_map import LAYER, tick_step
from core.figures.style import PALETTES, Theme, finish, path, whole
from core.figures.ticks import powers_of_ten
from core.results import PowerLaw, SpectraReport, Spectrum

#: Pixels of a row of a legend.
LEGEND_ROW = 20
#: Points of a curve; a matrix of thousands of singular values needs no more.
POINTS = 600


def through_depth(report: SpectraReport, measure: str, title: str, chosen: Spectrum, theme: Theme) -> go.Figure:
    """A line a module over the layers, a mark an expert; `measure` names a property of `Spectrum`, called `title`.

    Markers hear clicks: x is the layer, y the value. The chosen matrix is ringed.
    """
    figure = go.Figure()
    for i, module in enumerate(report.modules):
        result = [s for s in report.spectra if s.row == module and s.layer is not None]
        figure.add_scatter(
            x=[s.layer for s in result],
            y=[getattr(s, measure) for s in result],
            mode="markers" if any(s.expert is not None for s in result) else "lines+markers",
            name=path(module, 30),
            line=_line(i, theme),
            marker={"size": 8},
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            hovertemplate=whole(module) + "<br>layer %{x}: %{y:.4g}<extra></extra>",
        )
    value = getattr(chosen, measure)
    if chosen.layer is not None and math.isfinite(value):
        ring = {"symbol": "circle-open", "size": 16, "color": PALETTES[theme].minus, "line": {"width": 3}}
        figure.add_scatter(x=[chosen.layer], y=[value], mode="markers", marker=ring, hoverinfo="skip", showlegend=False)
    legend = math.ceil(len(report.modules) / 2) * LEGEND_ROW  # two columns at the least
    finish(figure, theme, 340 + legend, xaxis_title=LAYER, yaxis_title=title, hoverdistance=40)
    figure.update_xaxes(showgrid=False, zeroline=False, dtick=tick_step(report.depth))
    figure.update_yaxes(zeroline=False, rangemode="tozero")
    return figure


def _line(number: int, theme: Theme) -> dict[str, Any]:
    """The line of a module: every colour solid, then every colour dotted."""
    colours = PALETTES[theme].lines
    dash = "solid" if number < len(colours) else "dot"
    return {"width": 1.75, "color": colours[number % len(colours)], "dash": dash}


def singular_values(s: Spectrum, theme: Theme) -> go.Figure:
    """Singular values by rank, the largest first; the edge of a random matrix of the same norm as a line."""
    assert s.singular_values is not None
    colours = PALETTES[theme]
    ranks = _thinned(len(s.singular_values))
    values = s.singular_values[ranks - 1]
    figure = go.Figure(
        go.Scatter(
            x=ranks,
            y=np.where(values > 0, values, np.nan),
            mode="lines",
            line={"width": 2.5, "color": colours.plus},
            hovertemplate="rank %{x}: %{y:.4g}<extra></extra>",
            name="singular values",
        )
    )
    if s.random_edge:
        figure.add_scatter(
            x=[1, len(s.singular_values)],
            y=[s.random_edge] * 2,
            mode="lines",
            name="edge of a random matrix",
            line={"color": colours.minus, "width": 2, "dash": "dot"},
            hovertemplate=f"random entries of this size and norm end at {s.random_edge:.4g}<extra></extra>",
        )
    finish(figure, theme, 300, xaxis_title="rank of the singular value", yaxis_title="singular value")
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_yaxes(**powers_of_ten(values))
    return figure


def power_law(s: Spectrum, law: PowerLaw, theme: Theme) -> go.Figure:
    """The share of eigenvalues at least as large, on logarithmic axes, and the law through the tail."""
    assert s.singular_values is not None
    colours = PALETTES[theme]
    eigenvalues = s.singular_values[: law.values] ** 2
    ranks = _thinned(len(eigenvalues))
    figure = go.Figure(
        go.Scatter(
            x=eigenvalues[ranks - 1],
            y=ranks / law.values,
            mode="lines",
            name="eigenvalues",
            line={"width": 2.5, "color": colours.plus},
            hovertemplate="%{y:.2%} of the eigenvalues are at least %{x:.4g}<extra></extra>",
        )
    )
    if not law.refusal:
        ends = np.array([law.lowest**2, float(eigenvalues[0])])
        figure.add_scatter(
            x=ends,
            y=law.tail / law.values * (ends / ends[0]) ** (1 - law.alpha),
            mode="lines",
            name=f"power law, alpha {law.alpha:.2f}",
            line={"width": 2, "dash": "dash", "color": colours.minus},
            hoverinfo="skip",
        )
    finish(figure, theme, 300, xaxis_title="eigenvalue (singular value²)", yaxis_title="share at least as large")
    figure.update_xaxes(**powers_of_ten(eigenvalues), showgrid=False)
    figure.update_yaxes(**powers_of_ten(ranks / law.values))
    return figure


def _thinned(count: int) -> NDArray[np.int64]:
    """Ranks from 1 to count: the first hundred all, then ever fewer."""
    spread = np.unique(np.geomspace(1, max(count, 1), POINTS).round().astype(np.int64))
    even = np.unique(np.linspace(1, max(count, 1), min(count, POINTS)).round().astype(np.int64))
    return np.unique(np.concatenate([np.arange(1, min(count, 100) + 1), spread, even]))
