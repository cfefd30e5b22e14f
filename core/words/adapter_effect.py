"""What the adapter's update changes, in plain sentences."""

from __future__ import annotations

import numpy as np

from core.results import Ablation, AtScale, ScaleCurve
from core.words.numbers import three_digits
from core.words.verdict import stated

#: Parts named in a sentence; the rest are "others".
_NAMED = 5


def switched(off: AtScale, on: AtScale, label: str) -> str:
    """What the adapter's update changes."""
    k = on.labels.index(label)
    before, after = (stated(float(side.probabilities[k]), float(side.logits[k]), "output") for side in (off, on))
    if len(on.labels) == 1:
        return f"Without the adapter's update the {before} becomes {after} with it."
    if off.label == on.label:
        first = f"'{on.label}' is the verdict with and without the adapter's update"
    else:
        first = f"Without the adapter's update the verdict would be '{off.label}', with it '{on.label}'"
    return f"{first}: '{label}' has {before} without it, {after} with it."


def flips(curve: ScaleCurve) -> str:
    """At which scales the verdict changes."""
    if not curve.flips:
        return f"'{curve.verdicts[0]}' is the verdict at every scale from 0 to {curve.scales[-1]:g}."
    steps = [f"at {flip.scale:.3f} from '{flip.before}' to '{flip.after}'" for flip in curve.flips]
    return f"Going up from 0, the verdict flips {'; '.join(steps)}."


def carried(result: Ablation, label: str) -> str:
    """Which parts of the adapter carry the logit of a class, and the verdict."""
    cells, layers, modules = result.change(label)
    whole = result.whole(label)
    r, c = np.unravel_index(np.nanargmin(cells), cells.shape)
    i, j = int(np.argmin(layers)), int(np.argmin(modules))
    moves = "falls" if whole < 0 else "rises"
    first = f"Without the whole update the logit of '{label}' {moves} by {three_digits(abs(whole))}"
    if cells[r, c] >= 0:
        return f"{first}; no single part speaks for it: taken away alone, none lowers it."
    return (
        f"{first}. It hangs most on {result.layers[i]} ({layers[i]:+.2f} without it) and on {result.modules[j]} "
        f"({modules[j]:+.2f} without it in all layers); the single part that carries most is {result.modules[c]} in "
        f"{result.layers[r]} ({cells[r, c]:+.2f})."
    )


def flipping(result: Ablation) -> str:
    """Which parts the verdict cannot do without."""
    every = result.parts(result.labels[0])
    parts = [f"{part.module} in {part.layer}" for part in every if part.verdict != result.verdict]
    names, verdicts = result.layers + result.modules, result.layer_verdicts + result.module_verdicts
    wholes = [name for name, verdict in zip(names, verdicts, strict=True) if verdict != result.verdict]
    alone = f"None of the {len(every)} parts flips the verdict when taken away alone"
    if parts:
        listed = ", ".join(parts[:_NAMED]) + (" and others" if len(parts) > _NAMED else "")
        alone = f"{len(parts)} of {len(every)} parts flip the verdict when taken away alone: {listed}"
    more = f"; of whole layers and kinds, {', '.join(wholes)}" if wholes else "; no whole layer and no whole kind does"
    return f"{alone}{more}."
