"""What an adapter changes: off and on side by side, the verdict over the scale, what each part carries."""

from __future__ import annotations

import streamlit as st

from core.figures import adapter_effect as figures
from core.figures.strip import legend
from core.results import Ablation, AtScale, ScaleCurve
from core.words import adapter_effect as words
from core.words.verdict import stated
from pages.ui import charts, markup, tables

#: The largest scale of the update that can be tried.
LARGEST = 2.0
#: Parts in the table below the heat map.
LISTED = 12
ABOUT = (
    "A scale multiplies the adapter's low-rank update and nothing else: at 0 the base's weights work alone below the "
    "same pooler and head, at 1 the adapter as it was trained. Flips are exact to 0.001; between two points 0.05 apart "
    "that agree, none is looked for."
)
PARTS = (
    "Each number is the change of the logit when the update of that part alone is scaled to 0. Parts work on each "
    "other's results, so the numbers do not add up to that of the whole."
)


def off_and_on(label: str, off: AtScale, on: AtScale) -> None:
    """What the adapter changed, in a sentence, in two cards and in bars."""
    st.html(markup.lead(words.switched(off, on, label)))
    st.html(markup.section("Off and on"))
    k = on.labels.index(label)
    left, right = st.columns([4, 9], gap="large")
    for side, heading, tag in ((off, "Off", "scale 0"), (on, "On", "scale 1, as trained")):
        value = stated(float(side.probabilities[k]), float(side.logits[k]), "output")
        with left, st.container(border=True):
            st.html(card(heading, tag, side.label, label, value, on=side is on))
    with right:
        figure = figures.versus(
            on.labels,
            (off.logits, on.logits),
            (off.probabilities, on.probabilities),
            ("off", "on"),
            label,
            charts.theme(),
        )
        charts.chart(figure, "versus", "Leading classes with the adapter off and on")


def card(heading: str, tag: str, verdict: str, label: str, value: str, *, on: bool) -> str:
    """One of two answers side by side: its verdict, and the value of the class that the page speaks of."""
    return (
        f'<div class="hl-pooler"><h3>{markup.text(heading)}</h3>'
        f'<span class="hl-tag{" hl-on" if on else ""}">{markup.text(tag)}</span>'
        f"<p>says <strong>{markup.label(verdict)}</strong></p>"
        f'<p class="hl-told">{markup.label(label)} {markup.text(value)}</p></div>'
    )


def at_scale(label: str, scale: float, result: AtScale, curve: ScaleCurve) -> None:
    """The verdict at one scale, and that scale among all."""
    k = result.labels.index(label)
    value = stated(float(result.probabilities[k]), float(result.logits[k]), "output")
    st.html(
        f'<p class="hl-verdict hl-at"><span>At scale {scale:.2f}</span> <strong>{markup.label(result.label)}</strong> '
        f"<b>{markup.label(label)} {markup.text(value)}</b></p>"
    )
    alt = f"Leading classes over the scale of the update from 0 to {LARGEST:g}"
    charts.chart(figures.curve(curve, scale, label, charts.theme()), "curve", alt)


def flips(curve: ScaleCurve) -> None:
    """Where the verdict flips, and what stays the same at every scale."""
    st.html(markup.lead(words.flips(curve)))
    st.html(markup.note(f"Kept at every scale: {', '.join(curve.kept)}. {ABOUT}" if curve.kept else ABOUT))


def parts(label: str, result: Ablation) -> None:
    """The heat map, what it says, and the largest parts as a table."""
    st.html(markup.lead(words.carried(result, label)))
    st.html(markup.note(words.flipping(result)))
    alt = f"Change of the logit of {label} without each part, {len(result.layers)} layers"
    charts.chart(figures.heat(result, label, charts.theme()), "heat", alt)
    st.html(legend("against: the logit rises without it", "for: it falls", signed=True))
    rows = [
        {"Part": p.module, "Layer": p.layer, "Change of logit": p.change, "Verdict without": p.verdict}
        for p in result.parts(label)[:LISTED]
    ]
    tables.table(rows, "The parts whose absence changes the logit most", key="parts")
    st.html(markup.note(PARTS))
