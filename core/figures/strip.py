"""A text in its own characters, tinted by a number a word or a token. HTML; colours come from the page's style."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.figures.markup import attribute, direction, text
from core.results import Floats, Reading, Unit

#: Characters of the unread beginning or end of a text that are shown.
UNREAD = 400
#: Percent of colour in the strongest tint: dark text stays readable on it (contrast above 4.5).
_STRONGEST = 55


def strip(reading: Reading, units: Sequence[Unit], values: Floats, what: str, *, largest: float | None = None) -> str:
    """The whole text; each unit tinted by its value, the largest size most; `largest` sets the scale for several texts.

    values: one a unit; positive in the accent colour, negative in the other one. `what` names the number for whom
    hovers or listens. Special tokens and those of a chat template are named chips; what the model never read stands
    before or behind it, struck through.
    """
    original = reading.prediction.text
    largest = (float(np.abs(values).max(initial=0.0)) if largest is None else largest) or 1.0
    begin, retained = reading.prediction.kept
    parts = [_unread(original[max(0, begin - UNREAD) : begin], max(0, begin - UNREAD))]
    done = begin
    for unit, value in zip(units, values, strict=True):
        if unit.start > done:
            parts.append(text(original[done : unit.start]))
        parts.append(_unit(unit, float(value), float(value) / largest, what))
        done = max(done, unit.end)
    parts.append(text(original[done:retained]) if retained > done else "")
    rest = original[max(retained, done) :]
    parts.append(_unread(rest[:UNREAD], len(rest) - UNREAD, behind=True))
    return f'<div class="hl-strip" dir="{direction(original)}">{"".join(parts)}</div>'


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


def _unread(shown: str, left_out: int, *, behind: bool = False) -> str:
    """A part of the text that was cut off, behind what was read or before it; so many more characters are not shown."""
    if not shown.strip():
        return ""
    more = f"{left_out:,} more characters" if left_out > 0 else ""
    if behind:
        words = f" {text(shown + (f' … and {more}' if more else ''))}"
    else:
        words = f"{text((f'{more} and … ' if more else '') + shown)} "
    return f'<span class="hl-unread" title="not read: the text was cut off here">{words}</span>'
