"""An adapter's update as figures: layer by module, and the singular values of one module."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.layer_map import layer_map, tick_step
from core.figures.style import PALETTES, Theme, finish, scale, whole
from core.results import AdapterUpdate, ModuleUpdate


def modules(found: AdapterUpdate) -> tuple[str, ...]:
    """Modules inside the layers, in the order of the first layer that has them."""
    return tuple(dict.fromkeys(m.module for m in found.modules if m.layer is not None))


def relative(found: AdapterUpdate, chosen: ModuleUpdate, theme: Theme) -> go.Figure:
    """The change against the weight in every layer; the chosen module framed. Markers hear the clicks: x, y."""
    rows = modules(found)
    inside = [m for m in found.modules if m.layer is not None]
    depth = max(m.layer or 0 for m in inside) + 1
    values = np.full((len(rows), depth), np.nan)
    for m in inside:
        values[rows.index(m.module), m.layer or 0] = m.relative
    return layer_map(
        values, rows, marks=[(m.layer or 0, rows.index(m.module)) for m in inside],
        told=[(whole(m.name), m.relative, m.effective_rank, m.rank) for m in inside],
        hover="%{customdata[0]}<br>%{customdata[1]:.1%} of the weight<br>"
        "effective rank %{customdata[2]:.1f} of %{customdata[3]}<extra></extra>",
        chosen=None if chosen.layer is None else (chosen.layer, rows.index(chosen.module)), theme=theme,
        height=max(260, min(900, 90 + 34 * len(rows))), colorscale=scale(PALETTES[theme].rising),
        zmin=0, zmax=float(np.nanmax(values)) or 1.0, colorbar={"tickformat": ".0%"},
    )  # fmt: skip


def singular_values(chosen: ModuleUpdate, theme: Theme) -> go.Figure:
    """One bar a direction of the update, the largest first."""
    values = chosen.singular_values
    figure = go.Figure(
        go.Bar(x=list(range(1, len(values) + 1)), y=values, hovertemplate="direction %{x}: %{y:.4g}<extra></extra>")
    )
    finish(figure, theme, 260, xaxis_title="direction", yaxis_title="singular value", bargap=0.25)
    figure.update_xaxes(showgrid=False, zeroline=False, dtick=tick_step(len(values)))
    return figure
