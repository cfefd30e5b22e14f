"""A map of layers (columns) by modules (rows) whose cells can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.style import PALETTES, Theme, finish, name

#: What the axis of layers is called: they count as in the tensors' names.
LAYER = "layer (from 0, as in the names)"
Place = tuple[int, int]


def layer_map(
    values: NDArray[Any],
    rows: Sequence[str],
    marks: Sequence[Place],
    told: Sequence[Any],
    hover: str,
    chosen: Place | None,
    theme: Theme,
    height: int,
    **heat: Any,
) -> go.Figure:
    """Values (rows, layers) as colours, which `heat` describes to Plotly; the chosen (layer, row) framed.

    A heat map hears no clicks: over the cells of `marks` (layer, row) lie invisible markers, x the layer and y the row,
    that do; `hover` is their label, over `told`, one a mark.
    """
    depth = values.shape[1]
    bar = {"thickness": 10, "outlinewidth": 0, **heat.pop("colorbar", {})}
    figure = go.Figure(
        go.Heatmap(z=values, x0=0, dx=1, y0=0, dy=1, xgap=2, ygap=2, hoverinfo="skip", colorbar=bar, **heat)
    )
    invisible = {"opacity": 0}
    figure.add_scatter(
        x=[x for x, _ in marks],
        y=[y for _, y in marks],
        mode="markers",
        marker={"size": 22, "opacity": 0},
        customdata=told,
        hovertemplate=hover,
        selected={"marker": invisible},
        unselected={"marker": invisible},
        showlegend=False,
    )
    if chosen is not None:
        x, y = chosen
        line = {"color": PALETTES[theme].minus, "width": 3}
        figure.add_shape(type="rect", x0=x - 0.5, x1=x + 0.5, y0=y - 0.5, y1=y + 0.5, line=line)
    finish(figure, theme, height, xaxis_title=LAYER, hoverdistance=60)
    figure.update_xaxes(showgrid=False, zeroline=False, range=[-0.5, depth - 0.5], tick0=0, dtick=tick_step(depth))
    figure.update_yaxes(
        showgrid=False,
        zeroline=False,
        range=[len(rows) - 0.5, -0.5],
        tickmode="array",
        tickvals=list(range(len(rows))),
        ticktext=[name(m, 34) for m in rows],
    )
    return figure


def tick_step(count: int) -> int:
    """Between ticks, so that at most twenty stand on an axis."""
    return 1 if count <= 20 else -(-count // 16)
