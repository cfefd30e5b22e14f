"""An adapter's update as figures: layer by module, and the singular values of one module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.layer_map import layer_map, tick_step
from core.figures.style import PALETTES, Theme, finish, scale, whole
from core.figures.ticks import signed_ticks
from core.results import ModuleUpdate


class Placed(Protocol):
    """Something about one adapted module."""

    @property
    def layer(self) -> int | None:
        """From 0; None outside the layers."""

    @property
    def module(self) -> str:
        """Path inside the layer."""

    @property
    def name(self) -> str:
        """Layer and module."""


def modules(parts: Sequence[Placed]) -> tuple[str, ...]:
    """Modules inside the layers, in the order of the first layer that has them."""
    return tuple(dict.fromkeys(m.module for m in parts if m.layer is not None))


def leading(parts: Sequence[Placed], values: Sequence[float]) -> dict[tuple[int, int], int]:
    """The part that each cell (layer, row of `modules`) shows: of many experts the one farthest from 0."""
    rows = modules(parts)
    result: dict[tuple[int, int], int] = {}
    for i, part in enumerate(parts):
        if part.layer is not None:
            cell = (part.layer, rows.index(part.module))
            if cell not in result or _size(values[i]) > _size(values[result[cell]]):
                result[cell] = i
    return result


def _size(value: float) -> float:
    """How far from 0; NaN is nearer than any number."""
    return abs(value) if value == value else -1.0


def layers(
    parts: Sequence[Placed],
    values: Sequence[float],
    details: Sequence[str],
    chosen: Placed,
    theme: Theme,
    *,
    signed: bool = False,
) -> go.Figure:
    """A value a module as colours, `details` what hovering says; shares of 1, or from -1 to 1 where `signed`.

    Of a module's experts the `leading` one is shown. The chosen module is framed. Markers hear the clicks: x is the
    layer, y the row in `modules`.
    """
    rows = modules(parts)
    shown = leading(parts, values)
    places = list(shown)
    grid = np.full((len(rows), max(layer for layer, _ in places) + 1), np.nan)
    for (layer, row), i in shown.items():
        grid[row, layer] = values[i]
    return layer_map(
        grid,
        rows,
        marks=places,
        details=[(whole(parts[i].name), details[i]) for i in shown.values()],
        hover="%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
        chosen=None if chosen.layer is None else (chosen.layer, rows.index(chosen.module)),
        theme=theme,
        height=max(260, min(900, 90 + 34 * len(rows))),
        **_colours(grid, theme, signed),
    )


def _colours(grid: NDArray[np.float64], theme: Theme, signed: bool) -> dict[str, Any]:
    """From 0 to the largest value, or as far below 0 as above where values have a sign."""
    most = float(np.nanmax(np.abs(grid), initial=0.0)) or 1.0
    palette = PALETTES[theme]
    return {
        "colorscale": scale(palette.diverging if signed else palette.rising),
        "zmin": -most if signed else 0,
        "zmax": most,
        "colorbar": signed_ticks([-most, most]) if signed else {"tickformat": ".0%" if most >= 0.05 else ".1%"},
    }


def singular_values(chosen: ModuleUpdate, theme: Theme) -> go.Figure:
    """One bar a direction of the update, the largest first."""
    values = chosen.singular_values
    figure = go.Figure(
        go.Bar(x=list(range(1, len(values) + 1)), y=values, hovertemplate="direction %{x}: %{y:.4g}<extra></extra>")
    )
    finish(figure, theme, 260, xaxis_title="direction", yaxis_title="singular value", bargap=0.25)
    figure.update_xaxes(showgrid=False, zeroline=False, dtick=tick_step(len(values)))
    return figure
