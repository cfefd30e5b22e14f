"""The class lens as lines: what would be said at every depth."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.figures.style import PALETTES, Theme, class_in_legend, finish, hover_name
from core.results import Lens
from core.words.layers import after

#: Classes drawn: the largest at the end, and those that led on the way.
DRAWN = 6
#: What the axis of depths is called.
AFTER = "after layer (from 0, as in the names)"


def lens(result: Lens, theme: Theme, *, height: int = 340) -> go.Figure:
    """The leading classes over the layers that were passed, none of them first; where it was decided is marked."""
    colours = PALETTES[theme]
    depths = list(range(len(result.verdicts)))
    values = result.probabilities if result.has_probabilities else result.logits
    what = "probability" if result.has_probabilities else "value"
    form = " %{y:.1%}" if result.has_probabilities else " %{y:.3r}"
    figure = go.Figure()
    for rank, k in enumerate(drawn_classes(result)):
        figure.add_scatter(
            x=depths,
            y=values[:, k],
            mode="lines+markers",
            name=class_in_legend(result.labels[k], result.labels),
            line={"width": 3 if rank == 0 else 1.75},
            marker={"size": 8 if rank == 0 else 5},
            customdata=[(hover_name(result.labels[k], result.labels), after(d)) for d in depths],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}: " + what + form + "<extra></extra>",
        )
    figure.add_vline(x=result.decided_at, line={"color": colours.muted, "width": 1, "dash": "dot"})
    ticks = [*depths] if len(depths) <= 20 else [*range(0, len(depths), -(-len(depths) // 16))]
    words = ["embeddings" if d == 0 else str(d - 1) for d in ticks]
    hovermode = "x unified" if len(depths) > 60 else "closest"
    finish(figure, theme, height, yaxis_title=what, xaxis_title=AFTER, hovermode=hovermode)
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
