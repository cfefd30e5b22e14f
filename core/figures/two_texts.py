"""Two texts side by side: what was edited, what it changed, and a text with words struck out."""

from __future__ import annotations

from collections.abc import Iterable

import plotly.graph_objects as go

from core.figures.markup import text
from core.figures.style import PALETTES, Theme, class_tick, finish, hover_name
from core.figures.ticks import signed_ticks
from core.results import Edit, MinimalFlip, Reading, TwoTexts
from core.words.numbers import signed

#: Classes that are drawn.
DRAWN = 8


def before(edits: Iterable[Edit]) -> str:
    """Text A, what B lacks in <del>."""
    return _block(_marked(edit.before, edit.kind, "del") for edit in edits)


def after(edits: Iterable[Edit]) -> str:
    """Text B, what A lacks in <ins>."""
    return _block(_marked(edit.after, edit.kind, "ins") for edit in edits)


def struck(reading: Reading, flip: MinimalFlip) -> str:
    """The text with the words of a minimal flip in <del>, and the white space that goes with them as it is."""
    original, done, parts = reading.prediction.text, 0, list[str]()
    for word in (reading.words[i] for i in flip.removed):
        start = max(word.start, done)
        parts += [text(original[done:start]) if start > done else "", _marked(original[start : word.end], "", "del")]
        done = max(done, word.end)
    return _block([*parts, text(original[done:]) if done < len(original) else ""])


def changes(result: TwoTexts, theme: Theme) -> go.Figure:
    """The classes that change most, by size: B less A, of probabilities (of outputs in a regression)."""
    colours, chosen = PALETTES[theme], result.leading(DRAWN)
    values = (result.probabilities if result.has_probabilities else result.logits)[:, chosen]
    share = result.has_probabilities
    change, positions = (100 if share else 1) * result.change[chosen], list(range(len(chosen)))
    what, form = ("probability", ".1%") if share else ("value", ".3r")
    logits = "<br>logit %{customdata[3]:.3r} in A, %{customdata[4]:.3r} in B (%{customdata[5]})" if share else ""
    details = [
        [hover_name(result.labels[k], result.labels), a, b, za, zb, signed(float(zb - za))]
        for k, (a, b), (za, zb) in zip(chosen, values.T, result.logits[:, chosen].T, strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=change,
            y=positions,
            orientation="h",
            customdata=details,
            marker={"color": [colours.plus if v >= 0 else colours.minus for v in change], "cornerradius": 3},
            hovertemplate=f"%{{customdata[0]}}<br>{what} %{{customdata[1]:{form}}} in A, %{{customdata[2]:{form}}} in B"
            f"{logits}<extra></extra>",
        )
    )
    finish(
        figure,
        theme,
        70 + 34 * len(chosen),
        xaxis_title=f"change of {what}{' in points' if share else ''}, B less A",
        bargap=0.35,
    )
    ticks = [class_tick(result.labels[k], result.labels) for k in chosen]
    figure.update_yaxes(tickmode="array", tickvals=positions, ticktext=ticks, autorange="reversed", showgrid=False)
    figure.update_xaxes(**signed_ticks(change))
    return figure


def _marked(piece: str, kind: str, tag: str) -> str:
    if not piece or kind == "same":
        return text(piece) if piece else ""
    return f"<{tag}>{text(piece)}</{tag}>"


def _block(parts: Iterable[str]) -> str:
    return f'<div class="hl-strip hl-diff" dir="auto">{"".join(parts)}</div>'
