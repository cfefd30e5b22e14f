"""Numbers by position in the text. The axis is the position: equal tokens at two places never merge.

It counts the units of the text from 1, as every page does; special tokens stand before 1 or behind the last one, and
go by their names.
"""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from core.figures.style import PALETTES, Theme, finish, name, whole
from core.results import Floats, Unit
from core.results.text_units import unit_numbers

#: Up to so many units are named at the axis; more are numbered, and named when hovered.
NAMED = 45


def bars(units: Sequence[Unit], values: Floats, theme: Theme, title: str, *, percent: bool = False) -> go.Figure:
    """One bar a unit in the order of the text; values in the accent colour when positive, else in the other one."""
    colours = PALETTES[theme]
    form = ".2%" if percent else ".3f"
    figure = go.Figure(
        go.Bar(
            x=places(units),
            y=values,
            marker={"color": [colours.plus if v >= 0 else colours.minus for v in values], "cornerradius": 3},
            customdata=hover_labels(units),
            hovertemplate=f"%{{customdata}}<br>{title} %{{y:{form}}}<extra></extra>",
        )
    )
    finish(figure, theme, 280, bargap=0.25, yaxis_title=title, yaxis_tickformat=".0%" if percent else None)
    return named_axis(figure, units)


def named_axis(figure: go.Figure, units: Sequence[Unit]) -> go.Figure:
    """Units under the x axis of a figure whose x are their `places`."""
    stand = places(units)
    figure.update_xaxes(showgrid=False, zeroline=False, range=[stand[0] - 0.6, stand[-1] + 0.6])
    if len(units) <= NAMED:
        ticks = [name(unit.text, 14) for unit in units]
        figure.update_xaxes(tickmode="array", tickvals=stand, ticktext=ticks, tickangle=-45 if len(units) > 8 else 0)
    else:
        figure.update_xaxes(title="number in the text", labelalias=aliases(units))
    return figure


def places(units: Sequence[Unit]) -> list[int]:
    """(U,) where each stands on an axis: the first of the text at 1, what stands before it at 0 and below."""
    before = next((i for i, unit in enumerate(units) if not unit.special), 0)
    return list(range(1 - before, len(units) + 1 - before))


def hover_labels(units: Sequence[Unit]) -> list[str]:
    """`4: card`, with its number in the text; the name of a special token."""
    names = [whole(unit.text) for unit in units]
    numbers = unit_numbers(units)
    return [text if number is None else f"{number}: {text}" for number, text in zip(numbers, names, strict=True)]


def aliases(units: Sequence[Unit]) -> dict[str, str]:
    """What stands at an axis that counts in place of the numbers of special tokens: their names."""
    special = [(place, unit) for place, unit in zip(places(units), units, strict=True) if unit.special]
    return {str(place).replace("-", "\u2212"): name(unit.text, 14) for place, unit in special}
