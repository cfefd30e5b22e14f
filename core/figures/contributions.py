"""Contributions as bars: the words, what is added besides, and the sum; base and adapter by position."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.positions import bars, hover_labels, named_axis, places
from core.figures.ranking import ranking
from core.figures.style import PALETTES, Figure, Theme, finish
from core.results import Contributions, Floats, Unit, by_unit
from core.words import contributions as words
from core.words.numbers import signed


def shares(units: Sequence[Unit], result: Contributions, noun: str, *, most: int = 6) -> str:
    """The largest words, then special tokens, constants and the other classes, each a bar, and their sum. HTML."""
    values = by_unit(result.values, tuple(units))
    special = np.array([unit.special for unit in units], dtype=bool)
    beside = [(words.SPECIAL, float(values[special].sum()))] if special.any() and result.exact else []
    beside += words.parts(result)
    own = [unit for unit in units if not unit.special]
    total = (f"sum: {result.quantity}", result.total) if result.exact else None
    return ranking(own, values[~special], noun, most=most, beside=beside, total=total)


def by_position(units: Sequence[Unit], result: Contributions, theme: Theme) -> Figure:
    """A bar a unit in the order of the text; where base and adapter are told apart, one upon the other."""
    values = by_unit(result.values, tuple(units))
    if result.base is None:
        return bars(units, values, theme, "contribution")
    base = by_unit(result.base, tuple(units))
    figure = go.Figure()
    for name, part, colour in (("base", base, 0), ("adapter", values - base, 1)):
        figure.add_trace(_layer(units, part, name, PALETTES[theme].lines[colour]))
    finish(figure, theme, 300, bargap=0.25, barmode="relative", yaxis_title="contribution")
    return named_axis(figure, units)


def _layer(units: Sequence[Unit], values: Floats, name: str, colour: str) -> go.Bar:
    return go.Bar(
        x=places(units),
        y=values,
        name=name,
        marker={"color": colour},
        customdata=[(text, signed(float(v))) for text, v in zip(hover_labels(units), values, strict=True)],
        hovertemplate=f"%{{customdata[0]}}<br>{name} %{{customdata[1]}}<extra></extra>",
    )
