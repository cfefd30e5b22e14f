"""An adapter's update as figures: layer by module, and the singular values of one module."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.style import PALETTES, Theme, finish, name, scale, whole
from core.results import AdapterUpdate, ModuleUpdate


def modules(found: AdapterUpdate) -> tuple[str, ...]:
    """Modules inside the layers, in the order of the first layer that has them."""
    return tuple(dict.fromkeys(m.module for m in found.modules if m.layer is not None))


def relative(found: AdapterUpdate, chosen: ModuleUpdate, theme: Theme) -> go.Figure:
    """The change against the weight in every layer; the chosen module framed. Markers hear the clicks: x, y."""
    colours, rows = PALETTES[theme], modules(found)
    inside = [m for m in found.modules if m.layer is not None]
    depth = max(m.layer or 0 for m in inside) + 1
    values = np.full((len(rows), depth), np.nan)
    for m in inside:
        values[rows.index(m.module), m.layer or 0] = m.relative
    figure = go.Figure(
        go.Heatmap(
            z=values, x0=0, dx=1, y0=0, dy=1, xgap=2, ygap=2, hoverinfo="skip", colorscale=scale(colours.rising),
            zmin=0, zmax=float(np.nanmax(values)) or 1.0,
            colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": ".0%"},
        )
    )  # fmt: skip
    invisible = {"opacity": 0}
    figure.add_scatter(
        x=[m.layer for m in inside], y=[rows.index(m.module) for m in inside], mode="markers",
        marker={"size": 22, "opacity": 0},
        customdata=[(whole(m.name), m.relative, m.effective_rank, m.rank) for m in inside],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]:.1%} of the weight<br>"
        "effective rank %{customdata[2]:.1f} of %{customdata[3]}<extra></extra>",
        selected={"marker": invisible}, unselected={"marker": invisible}, showlegend=False,
    )  # fmt: skip
    if chosen.layer is not None:
        x, y = chosen.layer, rows.index(chosen.module)
        line = {"color": colours.minus, "width": 3}
        figure.add_shape(type="rect", x0=x - 0.5, x1=x + 0.5, y0=y - 0.5, y1=y + 0.5, line=line)
    finish(
        figure,
        theme,
        max(260, min(900, 90 + 34 * len(rows))),
        xaxis_title="layer (from 0, as in the names)",
        hoverdistance=60,
    )
    figure.update_xaxes(showgrid=False, zeroline=False, range=[-0.5, depth - 0.5], tick0=0,
                        dtick=1 if depth <= 20 else -(-depth // 16))  # fmt: skip
    figure.update_yaxes(showgrid=False, zeroline=False, range=[len(rows) - 0.5, -0.5], tickmode="array",
                        tickvals=list(range(len(rows))), ticktext=[name(m, 34) for m in rows])  # fmt: skip
    return figure


def singular_values(chosen: ModuleUpdate, theme: Theme) -> go.Figure:
    """One bar a direction of the update, the largest first."""
    values = chosen.singular_values
    figure = go.Figure(
        go.Bar(x=list(range(1, len(values) + 1)), y=values, hovertemplate="direction %{x}: %{y:.4g}<extra></extra>")
    )
    finish(figure, theme, 260, xaxis_title="direction", yaxis_title="singular value", bargap=0.25)
    figure.update_xaxes(showgrid=False, zeroline=False, dtick=1 if len(values) <= 20 else -(-len(values) // 16))
    return figure
