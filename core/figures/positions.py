"""Numbers by position in the text. The axis is the position: equal tokens at two places never merge."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from core.figures.style import PALETTES, Theme, finish, name, whole
from core.results import Floats, Unit

#: Up to so many units are named at the axis; more are numbered, and named when hovered.
NAMED = 45


def bars(units: Sequence[Unit], values: Floats, theme: Theme, title: str, *, percent: bool = False) -> go.Figure:
    """One bar a unit in the order of the text; values in the accent colour when positive, else in the other one."""
    colours = PALETTES[theme]
    places = list(range(1, len(units) + 1))
    form = ".2%" if percent else ".3f"
    figure = go.Figure(
        go.Bar(
            x=places,
            y=values,
            marker={"color": [colours.plus if v >= 0 else colours.minus for v in values], "cornerradius": 3},
            customdata=[whole(unit.text) for unit in units],
            hovertemplate=f"%{{x}}: %{{customdata}}<br>{title} %{{y:{form}}}<extra></extra>",
        )
    )
    finish(figure, theme, 280, bargap=0.25, yaxis_title=title, yaxis_tickformat=".0%" if percent else None)
    return named_axis(figure, units)


def named_axis(figure: go.Figure, units: Sequence[Unit]) -> go.Figure:
    """Units under the x axis of a figure whose x is the position, counted from 1."""
    figure.update_xaxes(showgrid=False, zeroline=False, range=[0.4, len(units) + 0.6])
    if len(units) <= NAMED:
        places = list(range(1, len(units) + 1))
        ticks = [name(unit.text, 14) for unit in units]
        figure.update_xaxes(tickmode="array", tickvals=places, ticktext=ticks, tickangle=-45 if len(units) > 8 else 0)
    else:
        figure.update_xaxes(title="position")
    return figure
