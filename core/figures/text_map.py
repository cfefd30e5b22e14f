"""Texts as points, in the colours of what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.figures.style import Theme, finish, whole
from core.results.text_map import Projection, TextMap
from core.words.text_map import axis


@dataclass(frozen=True)
class PointGroup:
    """Points of one colour: which of those of the map."""

    name: str
    colour: str
    members: NDArray[np.int64]


def points(found: TextMap, groups: Sequence[PointGroup], hovered: Sequence[str], theme: Theme) -> go.Figure:
    """Each group's points; `hovered` is what each point of the map says. `customdata` has its number."""
    traces = [
        go.Scatter(
            x=found.points[group.members, 0],
            y=found.points[group.members, 1],
            mode="markers",
            name=whole(f"{group.name} ({len(group.members):,})"),
            marker={"size": 7, "color": group.colour, "opacity": 0.8},
            customdata=group.members,
            text=[hovered[i] for i in group.members],
            hovertemplate="%{text}<extra></extra>",
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 0.25}},
        )
        for group in groups
        if len(group.members)
    ]
    figure = go.Figure(traces)
    finish(figure, theme, 560, dragmode="select")
    scaled = {"scaleanchor": "x", "scaleratio": 1} if found.projection is Projection.PCA else {}
    figure.update_xaxes(title_text=axis(found, 0), showticklabels=False, zeroline=False)
    figure.update_yaxes(title_text=axis(found, 1), showticklabels=False, zeroline=False, **scaled)
    return figure
