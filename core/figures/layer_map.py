"""A map of layers (columns) by modules (rows) whose cells can be clicked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.clickable_cells import Place, add_frame, add_markers
from core.figures.style import Theme, finish, path

#: Pixels that the name of a row takes.
LABEL = 14
#: What the axis of layers is called: they count as in the tensors' names.
LAYER = "layer (from 0, as in the names)"


def layer_map(
    values: NDArray[Any],
    rows: Sequence[str],
    marks: Sequence[Place],
    details: Sequence[Any],
    hover: str,
    chosen: Place | None,
    theme: Theme,
    height: int,
    **heat: Any,
) -> go.Figure:
    """Values (rows, layers) as colours, which `heat` describes to Plotly; the chosen (layer, row) framed.

    `marks` are the cells (layer, row) that hear clicks; `hover` is their label, over `details`, one a mark.
    """
    depth, space = values.shape[1], height / max(len(rows), 1)
    bar = {"thickness": 10, "outlinewidth": 0, **heat.pop("colorbar", {})}
    gaps = {"xgap": 2, "ygap": 2 if space > 8 else 0}
    figure = go.Figure(go.Heatmap(z=values, x0=0, dx=1, y0=0, dy=1, **gaps, hoverinfo="skip", colorbar=bar, **heat))
    add_markers(figure, marks, details, hover)
    if chosen is not None:
        add_frame(figure, chosen, theme)
    finish(figure, theme, height, xaxis_title=LAYER, hoverdistance=60)
    figure.update_xaxes(showgrid=False, zeroline=False, range=[-0.5, depth - 0.5], tick0=0, dtick=tick_step(depth))
    step = math.ceil(LABEL / space)  # names that would lie over one another are left to the hovering
    figure.update_yaxes(
        showgrid=False,
        zeroline=False,
        range=[len(rows) - 0.5, -0.5],
        tickmode="array",
        tickvals=list(range(0, len(rows), step)),
        ticktext=[path(m, 34) for m in rows[::step]],
    )
    return figure


def tick_step(count: int) -> int:
    """Between ticks, so that at most twenty stand on an axis."""
    return 1 if count <= 20 else -(-count // 16)
