"""What the adapter and the mask change, in plain sentences and small cards."""

from __future__ import annotations

import numpy as np

from core.results import Ablation, AtScale, Floats, MaskEffect, ScaleCurve
from pages.ui import markup, numbers


def probability(probabilities: Floats, logits: Floats, k: int) -> str:
    """One class's probability in percent; its output where there is none."""
    value = float(probabilities[k])
    return f"{numbers.percent(value)}\u00a0%" if value == value else f"output {numbers.three_digits(float(logits[k]))}"


def card(heading: str, tag: str, verdict: str, label: str, told: str, *, on: bool) -> str:
    """One of two answers side by side."""
    return (
        f'<div class="hl-pooler"><h3>{markup.text(heading)}</h3>'
        f'<span class="hl-tag{" hl-on" if on else ""}">{markup.text(tag)}</span>'
        f"<p>says <strong>{markup.label(verdict)}</strong></p>"
        f'<p class="hl-told">{markup.label(label)} {markup.text(told)}</p></div>'
    )


def switched(off: AtScale, on: AtScale, label: str) -> str:
    """What the adapter's update changes."""
    k = on.labels.index(label)
    before, after = (probability(x.probabilities, x.logits, k) for x in (off, on))
    if len(on.labels) == 1:
        return f"Without the adapter's update the {before} becomes {after} with it."
    if off.label == on.label:
        first = f"'{on.label}' is the verdict with and without the adapter's update"
    else:
        first = f"Without the adapter's update the verdict would be '{off.label}', with it '{on.label}'"
    return f"{first}: '{label}' has {before} without it, {after} with it."


def flips(found: ScaleCurve) -> str:
    """At which scales the verdict changes."""
    if not found.flips:
        return f"'{found.verdicts[0]}' is the verdict at every scale from 0 to {found.scales[-1]:g}."
    steps = [f"at {flip.scale:.3f} from '{flip.before}' to '{flip.after}'" for flip in found.flips]
    return f"Going up from 0, the verdict flips {'; '.join(steps)}."


def carried(found: Ablation, label: str) -> str:
    """Which parts of the adapter carry the logit of a class, and the verdict."""
    cells, layers, modules = found.change(label)
    whole = found.whole(label)
    r, c = np.unravel_index(np.nanargmin(cells), cells.shape)
    i, j = int(np.argmin(layers)), int(np.argmin(modules))
    moves = "falls" if whole < 0 else "rises"
    first = f"Without the whole update the logit of '{label}' {moves} by {numbers.three_digits(abs(whole))}"
    if cells[r, c] >= 0:
        return f"{first}; no single part speaks for it: taken away alone, none lowers it."
    return (
        f"{first}. It hangs most on {found.layers[i]} ({layers[i]:+.2f} without it) and on {found.modules[j]} "
        f"({modules[j]:+.2f} without it in all layers); the single part that carries most is {found.modules[c]} in "
        f"{found.layers[r]} ({cells[r, c]:+.2f})."
    )


def flipping(found: Ablation) -> str:
    """Which parts the verdict cannot do without."""
    every = found.parts(found.labels[0])
    parts = [f"{part.module} in {part.layer}" for part in every if part.verdict != found.verdict]
    count, names = len(every), found.layers + found.modules
    verdicts = found.layer_verdicts + found.module_verdicts
    wholes = [name for name, verdict in zip(names, verdicts, strict=True) if verdict != found.verdict]
    alone = f"{len(parts)} of {count} parts flip the verdict when taken away alone" if parts else (
        f"None of the {count} parts flips the verdict when taken away alone"
    )  # fmt: skip
    some = f": {', '.join(parts[:5])}{' and others' if len(parts) > 5 else ''}" if parts else ""
    more = f"; of whole layers and kinds, {', '.join(wholes)}" if wholes else "; no whole layer and no whole kind does"
    return f"{alone}{some}{more}."


def reading_ahead(found: MaskEffect, label: str) -> str:
    """What reading in both directions changes."""
    k = found.labels.index(label)
    before, after = (probability(x.probabilities, x.logits, k) for x in (found.causal, found.bidirectional))
    moved = float(found.bidirectional.logits[k] - found.causal.logits[k])
    tail = f"'{label}' goes from {before} to {after}, its logit by {moved:+.2f}."
    if len(found.labels) == 1:
        return f"Read causally it gives {before}, read in both directions {after}."
    if found.causal.label == found.bidirectional.label:
        return f"The verdict is '{found.causal.label}' under both masks. Reading ahead, {tail}"
    return (
        f"Read causally the verdict is '{found.causal.label}', in both directions '{found.bidirectional.label}': {tail}"
    )
