"""The class lens as lines: what would be said at every depth."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.style import PALETTES, Theme, finish, name, whole
from core.results import Lens

#: Classes drawn: the largest at the end, and those that led on the way.
DRAWN = 6


def lens(result: Lens, theme: Theme, *, height: int = 340) -> go.Figure:
    """Probability of the leading classes over depth (0: embeddings), the depth of the decision marked."""
    colours = PALETTES[theme]
    depths = list(range(len(result.verdicts)))
    values = result.logits if np.isnan(result.probabilities).any() else result.probabilities
    what = "output" if values is result.logits else "probability"
    figure = go.Figure()
    for rank, k in enumerate(drawn_classes(result)):
        figure.add_scatter(
            x=depths,
            y=values[:, k],
            mode="lines+markers",
            name=name(result.labels[k]),
            line={"width": 3 if rank == 0 else 1.75},
            marker={"size": 8 if rank == 0 else 5},
            customdata=[whole(result.labels[k])] * len(depths),
            hovertemplate="%{customdata}<br>depth %{x}: " + what + " %{y:.3f}<extra></extra>",
        )
    figure.add_vline(x=result.decided_at, line={"color": colours.muted, "width": 1, "dash": "dot"})
    ticks = [*depths] if len(depths) <= 20 else [*range(0, len(depths), -(-len(depths) // 16))]
    words = ["embeddings" if d == 0 else f"layer {d}" if len(depths) <= 8 else str(d) for d in ticks]
    finish(figure, theme, height, yaxis_title=what, hovermode="x unified" if len(depths) > 60 else "closest")
    figure.update_xaxes(tickmode="array", tickvals=ticks, ticktext=words, showgrid=False, zeroline=False)
    if what == "probability":
        figure.update_yaxes(range=[0, 1.03], tickformat=".0%")
    return figure


def drawn_classes(result: Lens) -> list[int]:
    """Classes by rank at the end; those that led at some depth come in before the merely good ones."""
    final = [int(k) for k in np.argsort(-result.logits[-1], kind="stable")]
    led = {int(k) for k in result.logits.argmax(axis=1)}
    chosen = sorted(final, key=lambda k: (k != final[0], k not in led, final.index(k)))[:DRAWN]
    return sorted(chosen, key=final.index)
