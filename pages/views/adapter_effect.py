"""What an adapter changes: off and on side by side, the verdict over the scale, what each part carries."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.figures import adapter_effect as figures
from core.figures.strip import legend
from core.results import Ablation, AtScale, ScaleCurve
from core.words import adapter_effect as words
from core.words.class_names import readable
from core.words.verdict import stated
from pages.ui import charts, markup, tables

#: The largest scale of the update that can be tried.
LARGEST = 2.0
#: Parts in the table below the heat map.
LISTED = 12


def off_and_on(label: str, off: AtScale, on: AtScale) -> None:
    """What the adapter changed, in a sentence, in two cards and in bars."""
    st.html(markup.lead(words.switched(off, on, label)))
    st.html(markup.section("Off and on"))
    k = on.labels.index(label)
    left, right = st.columns([4, 9], gap="large")
    for side, heading, tag in ((off, "Off", "scale 0"), (on, "On", "scale 1, as trained")):
        says = side.label if side.has_probabilities else ""
        value = stated(float(side.probabilities[k]), float(side.logits[k]))
        with left, st.container(border=True):
            st.html(card(heading, tag, says, label, value, side.labels, on=side is on))
    with right:
        figure = figures.versus(
            on.labels,
            (off.logits, on.logits),
            (off.probabilities, on.probabilities),
            ("off", "on"),
            label,
            charts.theme(),
        )
        charts.chart(figure, "versus", f"The leading {_noun(on)} with the adapter off and on")


def _noun(result: AtScale | ScaleCurve) -> str:
    return "classes" if result.has_probabilities else "outputs"


def card(heading: str, tag: str, verdict: str, label: str, value: str, labels: Sequence[str], *, on: bool) -> str:
    """One of two answers side by side: its verdict, and the value of the class that the page speaks of.

    Without a verdict (a regression has none) the value stands alone. `labels` are all classes of the model.
    """
    says = markup.leads(verdict, labels) if verdict else ""
    return (
        f'<div class="hl-pooler"><h3>{markup.text(heading)}</h3>'
        f'<span class="hl-tag{" hl-on" if on else ""}">{markup.text(tag)}</span>{says}'
        f'<p class="hl-told">{markup.label(label, labels)} {markup.text(value)}</p></div>'
    )


def at_scale(label: str, scale: float, result: AtScale, curve: ScaleCurve) -> None:
    """The verdict at one scale, and that scale among all."""
    k, labels = result.labels.index(label), result.labels
    value = stated(float(result.probabilities[k]), float(result.logits[k]))
    says = f"<strong>{markup.label(result.label, labels)}</strong> " if result.has_probabilities else ""
    st.html(
        f'<p class="hl-verdict hl-at"><span>At scale {scale:.2f}</span> {says}'
        f"<b>{markup.label(label, labels)} {markup.text(value)}</b></p>"
    )
    alt = f"The leading {_noun(curve)} over the scale of the update from 0 to {LARGEST:g}"
    charts.chart(figures.curve(curve, scale, label, charts.theme()), "curve", alt)


def flips(label: str, curve: ScaleCurve) -> None:
    """Where the verdict flips, and what stays the same at every scale."""
    st.html(markup.lead(words.flips(curve, label)))
    st.html(markup.note(words.scales_about(curve)))


def parts(label: str, result: Ablation) -> None:
    """The heat map, what it says, and the largest parts as a table."""
    st.html(markup.lead(words.carried(result, label)))
    st.html(markup.note(f"{words.carriers(result, label)} {words.flipping(result)}".rstrip()))
    named = readable(label, result.labels)
    alt = f"Change of {words.measured(result)} of {named} without each part, {len(result.layers)} layers"
    charts.chart(figures.heat(result, label, charts.theme()), "heat", alt)
    st.html(legend(f"against: {words.measured(result)} rises without it", "for: it falls", signed=True))
    change = f"Change of {words.measured(result)}"
    rows = [
        {"Part": p.module, "Layer": p.layer, change: p.change}
        | ({} if result.is_regression else {"Says without it": p.verdict})
        for p in result.parts(label)[:LISTED]
    ]
    columns = {"Says without it": tables.classes(result.labels), change: tables.CHANGE}
    tables.table(rows, f"The parts whose absence changes {words.measured(result)} most", key="parts", columns=columns)
    st.html(markup.note(words.parts_about(result)))
