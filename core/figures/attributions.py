"""Attribution methods side by side: by position, and by what happens when their words are taken away."""

from __future__ import annotations

from typing import Literal

import numpy as np
import plotly.graph_objects as go

from core.figures.positions import hover_labels, named_axis, places
from core.figures.style import PALETTES, Theme, finish, scale
from core.results import FRACTIONS, Attributions, Faithfulness
from core.words.numbers import signed

#: How scores are written in hover labels.
_FORMS = {"probability": ".1%", "output": ".3r"}


def agreement(result: Attributions, theme: Theme) -> go.Figure:
    """One row a method, one column a unit; each row in shares of its own largest value."""
    rows = [m.method for m in result.methods]
    values = np.array([m.values for m in result.methods])
    shares = values / np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-30)
    words = hover_labels(result.units)
    hover_texts = [
        [f"{word}<br>{row} {signed(float(value))}" for word, value in zip(words, line, strict=True)]
        for row, line in zip(rows, values, strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            x=places(result.units),
            y=rows,
            z=shares,
            zmin=-1,
            zmax=1,
            text=hover_texts,
            colorscale=scale(PALETTES[theme].diverging),
            showscale=False,
            xgap=1,
            ygap=3,
            hovertemplate="%{text}<extra></extra>",
        )
    )
    finish(figure, theme, 120 + 34 * len(rows))
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return named_axis(figure, result.units)


def perturbation(result: Attributions, theme: Theme, which: Literal["removed", "kept"]) -> go.Figure:
    """The score when the first words of each method's order are taken away, or are all that is left.

    The band is the mean of the random orders, one standard deviation up and down; the dotted line the whole text.
    """
    colours = PALETTES[theme]
    figure = go.Figure()
    _band(figure, result, theme, which)
    for method, colour in zip(result.faithfulness, colours.lines, strict=False):
        x, y = _line(method, which)
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines+markers",
            name=method.name,
            line={"width": 2, "color": colour},
            hovertemplate=f"{method.name}<br>%{{x:.0%}} {which}: {_score(result)}<extra></extra>",
        )
    figure.add_hline(y=result.faithfulness[0].whole, line={"color": colours.muted, "width": 1, "dash": "dot"})
    finish(figure, theme, 340, yaxis_title=result.score, xaxis_title=f"{result.options.by} {which}")
    figure.update_xaxes(tickformat=".0%", tickvals=[0.0, *FRACTIONS], zeroline=False)
    if result.score == "probability":
        figure.update_yaxes(range=[-0.03, 1.03], tickformat=".0%", zeroline=False)
    return figure


def _band(figure: go.Figure, result: Attributions, theme: Theme, which: Literal["removed", "kept"]) -> None:
    """Random orders as a band around their mean."""
    lines = np.array([_line(shuffle, which)[1] for shuffle in result.shuffles])
    x = _line(result.shuffles[0], which)[0]
    mean, spread = lines.mean(axis=0), lines.std(axis=0)
    above, below = mean + spread, mean - spread
    if result.score == "probability":  # a deviation may lead out of what a probability can be
        above, below = above.clip(0, 1), below.clip(0, 1)
    colours = PALETTES[theme]
    figure.add_scatter(
        x=[*x, *reversed(x)],
        y=[*above, *reversed(below)],
        fill="toself",
        mode="lines",
        line={"width": 0},
        fillcolor=colours.soft,
        opacity=0.35,
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=x,
        y=mean,
        mode="lines",
        name="random order",
        line={"width": 1.5, "dash": "dash", "color": colours.muted},
        hovertemplate=f"random order<br>%{{x:.0%}} {which}: {_score(result)}<extra></extra>",
    )


def _score(result: Attributions) -> str:
    """The score in a hover label: its name and its number."""
    return f"{result.score} %{{y:{_FORMS[result.score]}}}"


def _line(one: Faithfulness, which: Literal["removed", "kept"]) -> tuple[list[float], list[float]]:
    """Fractions and scores; nothing removed is the whole text."""
    if which == "removed":
        return [0.0, *FRACTIONS], [one.whole, *map(float, one.removed)]
    return [*FRACTIONS], [*map(float, one.kept)]
