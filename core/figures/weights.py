"""Weight statistics as figures: layer by module, one module through the depth, one tensor's values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, assert_never

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.layer_map import LAYER, layer_map, tick_step
from core.figures.style import PALETTES, Theme, finish, name, scale, whole
from core.figures.ticks import MOST, power_of_ten, powers_of_ten
from core.results import WeightReport, WeightStats

Scale = Literal["linear", "logarithmic", "by module"]
SCALES: tuple[Scale, ...] = ("linear", "logarithmic", "by module")


def grid(report: WeightReport, statistic: str) -> NDArray[np.float64]:
    """(modules of each stack, layers) of one statistic; NaN where a layer has no such module."""
    rows = {module: i for i, module in enumerate(report.modules)}
    values = np.full((len(rows), report.depth), np.nan)
    for t in report.tensors:
        if t.layer is not None:
            values[rows[t.row], t.layer] = getattr(t, statistic)
    return values


def coloured(values: NDArray[np.float64], how: Scale) -> NDArray[np.float64]:
    """What the colours show: the value; its decimal logarithm (none at 0 and below); its place in its row, 0 to 1."""
    match how:
        case "linear":
            return values
        case "logarithmic":
            return np.log10(values, out=np.full_like(values, np.nan), where=values > 0)
        case "by module":
            return np.array([_placed(row) for row in values]).reshape(values.shape)
        case _:
            assert_never(how)


def _placed(row: NDArray[np.float64]) -> NDArray[np.float64]:
    known = row[np.isfinite(row)]
    if not known.size or known.min() == known.max():
        return np.where(np.isfinite(row), 0.5, np.nan)
    return np.asarray((row - known.min()) / (known.max() - known.min()))


def layers(report: WeightReport, statistic: str, how: Scale, chosen: WeightStats, theme: Theme) -> go.Figure:
    """Every module in every layer by one statistic; the chosen tensor framed. Markers hear the clicks: x, y."""
    colours = PALETTES[theme]
    values = grid(report, statistic)
    shown = coloured(values, how)
    known = shown[np.isfinite(shown)]
    signed = how == "linear" and bool((known < 0).any())
    largest = float(np.abs(known).max(initial=0)) or 1.0
    words = statistic.replace("_", " ")
    places = [(layer, row) for row in range(values.shape[0]) for layer in range(values.shape[1])]
    return layer_map(
        shown,
        report.modules,
        marks=places,
        details=[(whole(report.modules[y]), _significant(values[y, x])) for x, y in places],
        hover="layer %{x}, %{customdata[0]}<br>" + words + " %{customdata[1]}<extra></extra>",
        chosen=None if chosen.layer is None else (chosen.layer, report.modules.index(chosen.row)),
        theme=theme,
        height=max(260, min(900, 90 + 30 * len(values))),
        colorscale=scale(colours.diverging if signed else colours.rising),
        zmin=-largest if signed else None,
        zmax=largest if signed else None,
        colorbar=_bar(known, how),
    )


def _bar(known: NDArray[np.float64], how: Scale) -> dict[str, Any]:
    """Ticks of the colours: whole powers of ten of logarithms, none where each row has a scale of its own."""
    if how != "logarithmic" or not known.size:
        return {"showticklabels": how != "by module"}
    powers = range(math.ceil(float(known.min())), math.floor(float(known.max())) + 1)
    chosen = powers[:: max(1, -(-len(powers) // MOST))]
    return {"tickvals": [*chosen], "ticktext": [power_of_ten(power) for power in chosen]}


def through_depth(report: WeightReport, statistic: str, module: str, title: str, theme: Theme) -> go.Figure:
    """One row of the map, a module in every layer, as a line; `title` is what the statistic is called."""
    values = grid(report, statistic)[report.modules.index(module)]
    figure = go.Figure(
        go.Scatter(
            x=list(range(len(values))),
            y=values,
            mode="lines+markers",
            name=name(module, 40),
            line={"width": 2.5},
            hovertemplate="layer %{x}: %{y:.4g}<extra></extra>",
        )
    )
    finish(figure, theme, 260, xaxis_title=LAYER, yaxis_title=title)
    figure.update_xaxes(showgrid=False, zeroline=False, dtick=tick_step(len(values)))
    return figure


def histogram(t: WeightStats, theme: Theme, *, logarithmic: bool) -> go.Figure:
    """How many finite values lie in each of the bins between min and max."""
    edges, counts = np.array(t.histogram.edges), np.array(t.histogram.counts)
    figure = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=np.diff(edges),
            marker={"line": {"width": 0}},
            customdata=list(zip(_all_significant(edges[:-1]), _all_significant(edges[1:]), strict=True)),
            hovertemplate="%{customdata[0]} to %{customdata[1]}<br>%{y:,} values<extra></extra>",
        )
    )
    finish(figure, theme, 260, xaxis_title="value", yaxis_title="values a bin", bargap=0)
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_yaxes(**(_of_counts(counts) if logarithmic else {"nticks": 6}), zeroline=False)
    return figure


def _of_counts(counts: NDArray[Any]) -> dict[str, Any]:
    """A logarithmic axis on which the bar of a single value can be seen."""
    axis = powers_of_ten(counts)
    return axis | {"range": [axis["range"][0] - 0.3, axis["range"][1]]}


def _all_significant(values: Sequence[float] | NDArray[np.float64]) -> list[str]:
    return [_significant(float(value)) for value in values]


def _significant(value: float) -> str:
    return "none" if math.isnan(value) else f"{value:.4g}"
