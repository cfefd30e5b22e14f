"""Attention as figures: all heads at a glance, and one matrix of who reads whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.clickable_cells import add_frame, add_markers
from core.figures.picture import picture
from core.figures.positions import aliases, hover_labels, places
from core.figures.style import PALETTES, Theme, finish, name, scale
from core.results import AttentionOverview, Floats, Unit
from core.results.text_units import unit_numbers

#: Up to so many rows are sent as numbers, more as a picture of 255 shades; its sides have at most so many pixels.
NUMBERS, PIXELS = 256, 600
#: Up to so many units are named at both axes: their labels stay apart on a telephone.
NAMED = 30


def heads(result: AttentionOverview, measure: str, chosen: tuple[int, int], theme: Theme) -> go.Figure:
    """One number of every head, layer by head; the chosen (layer, head) framed. Clicks: x the head, y the layer."""
    values = result.values[measure]
    layers, count = result.shape
    shares = measure in ("first token", "token before", "itself")
    form = "%{customdata:.1%}" if shares else "%{customdata:.3r} tokens"
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x0=0,
            dx=1,
            y0=0,
            dy=1,
            xgap=2,
            ygap=2,
            colorscale=scale(PALETTES[theme].rising),
            zmin=0,
            zmax=_end(values),
            hoverinfo="skip",
            colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": ".0%" if shares else None},
        )
    )
    places = [(head, layer) for layer in range(layers) for head in range(count)]
    hover = "layer %{y}, head %{x}<br>" + measure + " " + form + "<extra></extra>"
    add_markers(figure, places, values.ravel(), hover)
    layer, head = chosen
    add_frame(figure, (head, layer), theme)
    return _layers_and_heads(figure, layers, count, theme)


def _layers_and_heads(figure: go.Figure, layers: int, count: int, theme: Theme) -> go.Figure:
    """Axes that count heads and, downwards, layers."""
    finish(
        figure,
        theme,
        max(220, min(520, 70 + 44 * layers)),
        xaxis_title="head (from 0)",
        yaxis_title="layer (from 0)",
        hoverdistance=60,
        xaxis_automargin=False,
        yaxis_automargin=False,
        margin={"l": 56, "r": 8, "t": 8, "b": 48},
    )
    figure.update_xaxes(showgrid=False, zeroline=False, range=[-0.5, count - 0.5], dtick=_step(count), tick0=0)
    figure.update_yaxes(showgrid=False, zeroline=False, range=[layers - 0.5, -0.5], dtick=_step(layers), tick0=0)
    return figure


def matrix(values: Floats, units: Sequence[Unit], theme: Theme, *, hidden: int | None = None) -> go.Figure:
    """Who reads (rows) whom (columns), (U, U); colours end at the largest number shown.

    Both axes count the units of the text from 1. `hidden` is a column that is left out (its place in `units`), the
    others take the colours. Above `PIXELS` units a pixel stands for the largest number in a block of them (see
    `block`).
    """
    count, stand = len(units), places(units)
    shown = visible(values, hidden)
    shades = PALETTES[theme].rising[:-1]  # to the colour in which the text is tinted
    draw = _as_numbers if count <= NUMBERS else _as_image
    figure = go.Figure(draw(shown, stand[0], shades))
    finish(figure, theme, 640)
    if count <= NUMBERS:
        _named(figure, units)
    begin, end = stand[0] - 0.5, stand[-1] + 0.5
    figure.update_xaxes(range=[begin, end], showgrid=False, zeroline=False, side="top")
    figure.update_yaxes(range=[end, begin], showgrid=False, zeroline=False)
    if count > NUMBERS:  # nothing to be measured: the browser draws it in one go
        figure.update_layout(margin={"l": 64, "r": 8, "t": 56, "b": 8}, xaxis_automargin=False, yaxis_automargin=False)
        named = aliases(units)
        figure.update_layout(xaxis_labelalias=named, yaxis_labelalias=named)
    if count > NAMED:
        last = max((number for number in unit_numbers(units) if number is not None), default=0)
        figure.update_xaxes(title_text=f"what is read, 1 to {last:,} in the text")
        figure.update_yaxes(title_text=f"what reads, 1 to {last:,} in the text")
    return figure


def _as_numbers(shown: Floats, first: int, shades: tuple[str, ...]) -> go.Heatmap:
    """Each cell with its number, which hovering says; the first row and column stand at `first`."""
    return go.Heatmap(
        z=shown.astype(np.float32),
        x0=first,
        dx=1,
        y0=first,
        dy=1,
        zmin=0,
        zmax=_end(shown),
        showscale=False,
        colorscale=scale(shades),
        hovertemplate="%{y}<br>reads %{x}: %{z:.2%}<extra></extra>",
    )


def _as_image(shown: Floats, first: int, shades: tuple[str, ...]) -> go.Image:
    """A picture, a fraction of the size of the numbers; its cells stand where theirs would."""
    size = block(len(shown))
    centre = first + (size - 1) / 2
    return go.Image(
        source=picture(pooled(shown, size), _end(shown), shades),
        x0=centre,
        dx=size,
        y0=centre,
        dy=size,
        hovertemplate=f"{'around ' * (size > 1)}%{{y}} reads %{{x}}<extra></extra>",
    )


def visible(values: Floats, hidden: int | None) -> Floats:
    """The same with NaN in the hidden column."""
    if hidden is None:
        return values
    shown = np.array(values, dtype=np.float64)
    shown[:, hidden] = np.nan
    return shown


def block(count: int) -> int:
    """How many units each way one pixel stands for."""
    return -(-count // PIXELS)


def pooled(values: Floats, size: int) -> Floats:
    """The largest of every block of size x size; NaN where a block holds nothing else."""
    if size == 1:
        return values
    gap = -len(values) % size
    whole_blocks = np.pad(values, ((0, gap), (0, gap)), constant_values=np.nan)
    side = len(whole_blocks) // size
    blocks = whole_blocks.reshape(side, size, side, size)
    result = np.fmax.reduce(np.fmax.reduce(blocks, axis=3), axis=1)
    return np.asarray(result)


def _named(figure: go.Figure, units: Sequence[Unit]) -> None:
    """Words at the axes while there is room; hovering names them anyway, without a label for each cell."""
    room = len(units) <= NAMED
    words = [name(unit.text, 12) for unit in units] if room else hover_labels(units)
    axis = {"tickmode": "array", "tickvals": places(units), "ticktext": words, "showticklabels": room}
    figure.update_yaxes(**axis, tickfont={"size": 11})
    figure.update_xaxes(**axis, tickfont={"size": 11}, tickangle=-90 if room and len(units) > 6 else 0)


def _end(values: Floats) -> float:
    """Where the colours of a heat map end: its largest number, or 1 where there is none above 0."""
    finite = values[np.isfinite(values)]
    return float(finite.max(initial=0.0)) or 1.0


def _step(count: int) -> int:
    """Distance of the ticks of an axis that counts."""
    return 1 if count <= 16 else 4
