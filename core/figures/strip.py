"""A text in its own characters, tinted by a number a word or a token. HTML; colours come from the page's style."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.figures.markup import attribute, text
from core.results import Floats, Reading, Unit

#: Characters of the unread end of a text that are shown.
UNREAD = 400
#: Percent of colour in the strongest tint: dark text stays readable on it (contrast above 4.5).
_STRONGEST = 55


def strip(reading: Reading, units: Sequence[Unit], values: Floats, what: str, *, largest: float | None = None) -> str:
    """The whole text; each unit tinted by its value, the largest size most; `largest` sets the scale for several texts.

    values: one a unit; positive in the accent colour, negative in the other one. `what` names the number for whom
    hovers or listens. Special tokens are named chips; what the model never read stands behind it, struck through.
    """
    original = reading.prediction.text
    largest = (float(np.abs(values).max(initial=0.0)) if largest is None else largest) or 1.0
    parts: list[str] = []
    done = 0
    for unit, value in zip(units, values, strict=True):
        if unit.start > done:
            parts.append(text(original[done : unit.start]))
        parts.append(_unit(unit, float(value), float(value) / largest, what))
        done = max(done, unit.end)
    retained = reading.prediction.kept_characters
    parts.append(text(original[done:retained]) if retained > done else "")
    return f'<div class="hl-strip" dir="auto">{"".join(parts)}{_unread(original[max(retained, done) :])}</div>'


def legend(low: str, high: str, *, signed: bool) -> str:
    """What the tints mean, in words at both ends of a small scale."""
    kind = "hl-scale-signed" if signed else "hl-scale"
    return f'<p class="hl-legend"><span>{text(low)}</span><i class="{kind}"></i><span>{text(high)}</span></p>'


def _unit(unit: Unit, value: float, share: float, what: str) -> str:
    colour = "plus" if share >= 0 else "minus"
    strength = round(_STRONGEST * abs(share))
    title = attribute(f"{unit.text}: {what} {value:.3g}")
    kind = ' class="hl-special"' if unit.special else ""
    return f'<span{kind} title="{title}" style="--hl-c:var(--hl-{colour});--hl-s:{strength}%">{text(unit.text)}</span>'


def _unread(rest: str) -> str:
    if not rest.strip():
        return ""
    more = f" … and {len(rest) - UNREAD:,} more characters" if len(rest) > UNREAD else ""
    return f'<span class="hl-unread" title="not read: the text was cut off here"> {text(rest[:UNREAD] + more)}</span>'
