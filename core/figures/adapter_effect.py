"""The adapter's effect: classes over the scale of its update, what each part carries, and two answers compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.style import PALETTES, Theme, class_in_legend, class_tick, finish, hover_name, name, scale
from core.results import Ablation, Floats, ScaleCurve
from core.words.numbers import signed

#: Classes that are drawn.
DRAWN = 6
#: Up to so many cells of a heat map have their number written in them.
WRITTEN = 150


def leading(logits: Floats, main: int, *, always: Sequence[int] = ()) -> list[int]:
    """Classes to draw of logits (S, K): those in `always`, those that lead in some row, the best of row `main`.

    In the order of row `main`.
    """
    order = [int(k) for k in np.argsort(-logits[main], kind="stable")]
    led = {int(k) for k in logits.argmax(axis=1)}
    chosen = sorted(order, key=lambda k: (k not in always, k != order[0], k not in led, order.index(k)))[:DRAWN]
    return sorted(chosen, key=order.index)


def curve(result: ScaleCurve, at: float, label: str, theme: Theme, *, height: int = 380) -> go.Figure:
    """Probability of the leading classes over the scale; the scale looked at, the trained one and flips marked."""
    colours = PALETTES[theme]
    values, what, form = _values(result.logits, result.probabilities)
    trained = int(np.argmin(np.abs(result.scales - 1)))
    figure = go.Figure()
    for k in leading(result.logits, trained, always=[result.labels.index(label)]):
        figure.add_scatter(
            x=result.scales,
            y=values[:, k],
            mode="lines",
            name=class_in_legend(result.labels[k], result.labels),
            line={"width": 3 if result.labels[k] == label else 1.75},
            customdata=[hover_name(result.labels[k], result.labels)] * len(result.scales),
            hovertemplate="%{customdata}<br>scale %{x:.2f}: " + what + f" %{{y:{form}}}<extra></extra>",
        )
    for flip in result.flips:
        figure.add_vline(
            x=flip.scale,
            line={"color": colours.minus, "width": 1.5, "dash": "dash"},
            annotation={"text": f"flips at {flip.scale:.3f}", "font": {"size": 12, "color": colours.minus}},
            annotation_position="bottom right" if flip.scale < 1 else "bottom left",
        )
    figure.add_vline(x=1, line={"color": colours.muted, "width": 1, "dash": "dot"})
    figure.add_vline(x=at, line={"color": colours.ink, "width": 2})
    finish(figure, theme, height, xaxis_title="scale of the adapter's update", yaxis_title=what)
    figure.update_xaxes(range=[-0.02, float(result.scales[-1]) + 0.02], dtick=0.25, showgrid=False, zeroline=False)
    return _as_shares(figure, what, "y")


def versus(
    labels: tuple[str, ...],
    logits: tuple[Floats, Floats],
    probabilities: tuple[Floats, Floats],
    names: tuple[str, str],
    label: str,
    theme: Theme,
) -> go.Figure:
    """Two answers to one text, a line a class from the first to the second: (K,) each, `names` say which is which."""
    colours = PALETTES[theme]
    both, what, form = _values(np.stack(logits), np.stack(probabilities))
    drawn = leading(np.stack(logits), 1, always=[labels.index(label)])
    places = list(range(len(drawn)))
    figure = go.Figure()
    for place, k in zip(places, drawn, strict=True):
        _join(figure, both[:, k], place, colours.soft)
    for row, colour, title in zip(both, (colours.minus, colours.plus), names, strict=True):
        figure.add_scatter(
            x=row[drawn],
            y=places,
            mode="markers",
            name=name(title),
            marker={"size": 12, "color": colour},
            customdata=[hover_name(labels[k], labels) for k in drawn],
            hovertemplate=f"%{{customdata}}<br>{name(title)}: {what} %{{x:{form}}}<extra></extra>",
        )
    finish(figure, theme, 110 + 38 * len(drawn), xaxis_title=what)
    figure.update_yaxes(
        tickmode="array",
        tickvals=places,
        ticktext=[class_tick(labels[k], labels) for k in drawn],
        range=[len(drawn) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
    )
    return _as_shares(figure, what, "x")


def _join(figure: go.Figure, ends: Floats, place: int, colour: str) -> None:
    """The line between the two answers of one class."""
    line = {"color": colour, "width": 3}
    figure.add_scatter(x=ends, y=[place, place], mode="lines", line=line, showlegend=False, hoverinfo="skip")


def heat(result: Ablation, label: str, theme: Theme) -> go.Figure:
    """Change of the class's logit without each part; whole layers in the last column, whole kinds in the last row.

    A part that speaks for the class is in the accent colour: without it the logit falls.
    """
    z, verdicts = _grid(result, label)
    rows, columns = len(result.layers), len(result.modules)
    largest = float(np.nanmax(np.abs(z[:-1]), initial=0.0)) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=z,
            x=_edges(columns),
            y=_edges(rows),
            xgap=2,
            ygap=2,
            zmin=-largest,
            zmax=largest,
            colorscale=scale(PALETTES[theme].diverging[::-1]),
            text=_written(z, verdicts, result.verdict),
            texttemplate="%{text}" if z.size <= WRITTEN else None,
            textfont={"size": 12},
            hoverongaps=False,
            customdata=_details(result, z, verdicts),
            hovertemplate="%{customdata}<extra></extra>",
            showscale=False,
        )
    )
    finish(figure, theme, 120 + max(20, 42 - rows) * (rows + 1))
    edge = {"tickmode": "array", "showgrid": False, "zeroline": False}
    ticks = [*map(name, result.modules), "all"]
    angle = -40 if columns > 3 else 0
    figure.update_xaxes(tickvals=_middles(columns), ticktext=ticks, side="top", tickangle=angle, **edge)
    ticks = [*map(name, result.layers), "all"]
    figure.update_yaxes(tickvals=_middles(rows), ticktext=ticks, autorange="reversed", **edge)
    return figure


def _details(result: Ablation, z: Floats, verdicts: Sequence[Sequence[str]]) -> list[list[str]]:
    """What hovering says of each cell."""
    layers, modules = [*result.layers, "", "all layers"], [*result.modules, "", "all modules"]
    return [
        [
            f"without {name(kind)}, {layer}: {signed(change)}{_says(result, said)}"
            for kind, change, said in zip(modules, row, words, strict=True)
        ]
        for layer, row, words in zip(layers, z, verdicts, strict=True)
    ]


def _says(result: Ablation, said: str) -> str:
    """The verdict on a line of its own; a regression has none."""
    return "" if result.is_regression else f"<br>says {hover_name(said, result.labels)}"


def _grid(result: Ablation, label: str) -> tuple[Floats, list[list[str]]]:
    """Changes (R + 2, C + 2) and verdicts: cells, an empty row and column, then the whole layers and kinds."""
    cells, by_layer, by_module = result.change(label)
    rows, columns = cells.shape
    z = np.full((rows + 2, columns + 2), np.nan)
    z[:rows, :columns], z[:rows, -1], z[-1, :columns], z[-1, -1] = cells, by_layer, by_module, result.whole(label)
    verdicts = [[*row, "", said] for row, said in zip(result.cell_verdicts, result.layer_verdicts, strict=True)]
    return z, [*verdicts, [""] * (columns + 2), [*result.module_verdicts, "", result.verdict_without]]


def _edges(count: int) -> list[float]:
    """Where cells begin and end: `count` of width 1, a narrow gap, one more."""
    return [*(float(i) for i in range(count + 1)), count + 0.2, count + 1.2]


def _middles(count: int) -> list[float]:
    return [*(i + 0.5 for i in range(count)), count + 0.7]


def _written(z: Floats, verdicts: Sequence[Sequence[str]], verdict: str) -> list[list[str]]:
    """The number of each cell, and whether the verdict flips without it."""
    return [
        [
            "" if np.isnan(v) else signed(float(v)) + ("<br>flips" if said != verdict else "")
            for v, said in zip(row, words, strict=True)
        ]
        for row, words in zip(z, verdicts, strict=True)
    ]


def _values(logits: Floats, probabilities: Floats) -> tuple[Floats, str, str]:
    """Probabilities, what they are called, how they are written; a regression has values only."""
    return (logits, "value", ".3r") if np.isnan(probabilities).any() else (probabilities, "probability", ".1%")


def _as_shares(figure: go.Figure, what: str, axis: str) -> go.Figure:
    if what == "probability":
        update = figure.update_xaxes if axis == "x" else figure.update_yaxes
        update(range=[-0.02, 1.03], tickformat=".0%", zeroline=False)
    return figure
