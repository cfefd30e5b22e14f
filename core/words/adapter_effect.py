"""What the adapter's update changes, in plain sentences."""

from __future__ import annotations

import numpy as np

from core.results import Ablation, AtScale, ScaleCurve
from core.words.class_names import readable
from core.words.layers import COUNTED
from core.words.numbers import signed, three_digits
from core.words.verdict import leads, stated

_SCALES = (
    "A scale multiplies the adapter's low-rank update and nothing else: at 0 the base's weights work alone below the "
    "same pooler and head, at 1 the adapter as it was trained."
)
_FLIPS = " Flips are exact to 0.001; between two points 0.05 apart that agree, none is looked for."
_SAME_HEAD = (
    "Pooler and head are the adapter's on both sides, or the base's where it brings none: choosing no adapter above "
    "takes them away as well."
)
#: Parts named in a sentence; the rest are "others".
_NAMED = 5


def switched(off: AtScale, on: AtScale, label: str) -> str:
    """What the adapter's update changes."""
    k, named = on.labels.index(label), readable(label, on.labels)
    before, after = (stated(float(side.probabilities[k]), float(side.logits[k])) for side in (off, on))
    if not on.has_probabilities:
        return f"The adapter's update moves '{named}' from {before} to {after}."
    whose = "" if label == on.label == off.label else f"'{named}' has "
    if off.label == on.label:
        return (
            f"With and without the adapter's update {leads(on.label, on.labels)}: {whose}{after} with it, {before} "
            f"without it. {_SAME_HEAD}"
        )
    return (
        f"Without the adapter's update {leads(off.label, on.labels)}, with it {leads(on.label, on.labels)}: "
        f"{whose}{before} without it, {after} with it. {_SAME_HEAD}"
    )


def flips(curve: ScaleCurve, label: str) -> str:
    """At which scales the verdict changes; of a regression, between which values the output `label` moves."""
    if not curve.has_probabilities:
        values = curve.logits[:, curve.labels.index(label)]
        low, high = three_digits(float(values.min())), three_digits(float(values.max()))
        return f"From scale 0 to {curve.scales[-1]:g} '{readable(label, curve.labels)}' lies between {low} and {high}."
    if not curve.flips:
        return f"At every scale from 0 to {curve.scales[-1]:g} {leads(curve.verdicts[0], curve.labels)}."
    steps = [
        f"at {flip.scale:.3f} from '{readable(flip.before, curve.labels)}' to '{readable(flip.after, curve.labels)}'"
        for flip in curve.flips
    ]
    return f"Going up from 0, what it says flips {'; '.join(steps)}."


def carried(result: Ablation, label: str) -> str:
    """Whether the adapter speaks for a class, and which of its layers does most."""
    named, whole, layers = readable(label, result.labels), result.whole(label), result.change(label)[1]
    k, i = result.labels.index(label), int(np.argmin(layers))
    without, with_it = three_digits(float(result.without[k])), three_digits(float(result.full[k]))
    moves = "raises" if whole < 0 else "lowers" if whole > 0 else "does not move"
    first = f"The adapter's update {moves} {measured(result)} of '{named}', from {without} to {with_it}."
    if layers[i] >= 0:
        return f"{first} No layer of it speaks for '{named}' alone."
    most = f"{result.layers[i][:1].upper()}{result.layers[i][1:]}"
    return f"{first} {most} speaks for it most: without that part of the update it changes by {signed(layers[i])}."


def carriers(result: Ablation, label: str) -> str:
    """The kind of module and the single part that carry the class most, with their numbers."""
    cells, _, modules = result.change(label)
    r, c = np.unravel_index(np.nanargmin(cells), cells.shape)
    j = int(np.argmin(modules))
    if cells[r, c] >= 0:
        return f"No single part speaks for it: taken away alone, none lowers {measured(result)}."
    kind = f" Of the kinds of modules it is {result.modules[j]} in all layers ({signed(modules[j])})."
    part = f"The single part that it needs most is {result.modules[c]} in {result.layers[r]} ({signed(cells[r, c])})."
    return part + (kind if modules[j] < 0 else "")


def scales_about(curve: ScaleCurve) -> str:
    """What a scale is, what stays the same at every one, and how exact flips are where there may be some."""
    kept = f"Kept at every scale: {', '.join(curve.kept)}. " if curve.kept else ""
    return f"{kept}{_SCALES}{_FLIPS if curve.has_probabilities else ''}"


def parts_about(result: Ablation) -> str:
    """What the numbers of the parts are."""
    return (
        f"Each number is the change of {measured(result)} when the update of that part alone is scaled to 0. Parts "
        f"work on each other's results, so the numbers do not add up to that of the whole. {COUNTED}"
    )


def measured(result: Ablation) -> str:
    """What the changes are of."""
    return "the value" if result.is_regression else "the logit"


def flipping(result: Ablation) -> str:
    """Which parts the verdict cannot do without; empty for a regression, which has none."""
    if result.is_regression:
        return ""
    every = result.parts(result.labels[0])
    parts = [f"{part.module} in {part.layer}" for part in every if part.verdict != result.verdict]
    names, verdicts = result.layers + result.modules, result.layer_verdicts + result.module_verdicts
    wholes = [name for name, verdict in zip(names, verdicts, strict=True) if verdict != result.verdict]
    alone = f"None of the {len(every)} parts changes what it says when taken away alone"
    if parts:
        listed = ", ".join(parts[:_NAMED]) + (" and others" if len(parts) > _NAMED else "")
        alone = f"{len(parts)} of {len(every)} parts change what it says when taken away alone: {listed}"
    more = f"; of whole layers and kinds, {', '.join(wholes)}" if wholes else "; no whole layer and no whole kind does"
    return f"{alone}{more}."
