"""Stated probabilities beside observed shares, and errors beside what is kept, as lines."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.style import PALETTES, Theme, finish
from core.results.calibration_report import STATED, TEMPERATURE, VENN_ABERS, CalibrationReport
from core.words.calibration import WAYS

#: Marks of bins with the fewest and the most rows, in pixels across.
_SMALL, _LARGE = 5.0, 18.0
_DASHES = {STATED: "solid", TEMPERATURE: "solid", VENN_ABERS: "dot"}


def reliability(report: CalibrationReport, theme: Theme, *, height: int = 380) -> go.Figure:
    """Share of right verdicts over their probability, bin by bin; a mark is larger the more rows it stands for."""
    colours = PALETTES[theme]
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": colours.muted, "width": 1, "dash": "dash"},
        hoverinfo="skip",
        showlegend=False,
    )
    most = max(int(found.bins.count.max()) for found in report.ways.values())
    for colour, (name, found) in zip((colours.minus, colours.plus, colours.lines[1]), report.ways.items(), strict=True):
        filled = found.bins.count > 0
        count = found.bins.count[filled]
        figure.add_scatter(
            x=found.bins.mean_confidence[filled],
            y=found.bins.share_correct[filled],
            mode="lines+markers",
            name=WAYS[name],
            line={"color": colour, "width": 2, "dash": _DASHES[name]},
            marker={"color": colour, "size": _SMALL + (_LARGE - _SMALL) * np.sqrt(count / most), "opacity": 0.85},
            customdata=count,
            hovertemplate="stated %{x:.1%}<br>right %{y:.1%}<br>%{customdata:,} rows<extra>" + WAYS[name] + "</extra>",
        )
    finish(figure, theme, height, xaxis_title="probability of the verdict", yaxis_title="share that is right")
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%", zeroline=False)
    figure.update_yaxes(range=[0, 1.04], tickformat=".0%", zeroline=False)
    return figure


def risk_coverage(report: CalibrationReport, theme: Theme, *, height: int = 300) -> go.Figure:
    """Share of errors among the verdicts kept, over the share kept, the surest first."""
    colours = PALETTES[theme]
    figure = go.Figure()
    figure.add_scatter(
        x=report.coverage,
        y=report.risk,
        mode="lines",
        line={"color": colours.plus, "width": 2.5},
        hovertemplate="%{x:.1%} kept<br>%{y:.1%} of them wrong<extra></extra>",
        showlegend=False,
    )
    finish(figure, theme, height, xaxis_title="share of verdicts kept", yaxis_title="share of those that is wrong")
    figure.update_xaxes(range=[0, 1.01], tickformat=".0%", zeroline=False)
    figure.update_yaxes(rangemode="tozero", tickformat=".1%", zeroline=False)
    return figure
