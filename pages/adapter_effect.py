"""Adapter: with and without its update, at any scale of it, and which of its parts carry the decision."""

from __future__ import annotations

import re

import streamlit as st

from core.errors import AppError
from core.figures import adapter_effect as figures
from core.figures.strip import legend
from core.results import Ablation, AtScale, ScaleCurve
from core.words import adapter_effect as words
from core.words.verdict import stated
from pages.ui import charts, markup, question, tables, task_progress, url_state
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import adapter_effect as view

SCALE = "adapter.scale"
LARGEST = 2.0
#: Parts in the table below the heat map.
LISTED = 12
ABOUT = (
    "A scale multiplies the adapter's low-rank update and nothing else: at 0 the base's weights work alone, at 1 the "
    "adapter as it was trained. Flips are exact to 0.001; between two points 0.05 apart that agree, none is looked for."
)
PARTS = (
    "Each number is the change of the logit when the update of that part alone is scaled to 0. Parts work on each "
    "other's results, so the numbers do not add up to that of the whole."
)


def sides(request: Question) -> None:
    """Off and on, side by side."""
    off, on = (explainer().at_scale(request.selection, request.text, scale) for scale in (0, 1))
    st.html(markup.lead(words.switched(off, on, request.label)))
    st.html(markup.section("Off and on"))
    k = on.labels.index(request.label)
    left, right = st.columns([4, 9], gap="large")
    for side, heading, tag in ((off, "Off", "scale 0"), (on, "On", "scale 1, as trained")):
        message = stated(float(side.probabilities[k]), float(side.logits[k]), "output")
        with left, st.container(border=True):
            st.html(view.card(heading, tag, side.label, request.label, message, on=side is on))
    with right:
        figure = figures.versus(
            on.labels,
            (off.logits, on.logits),
            (off.probabilities, on.probabilities),
            ("off", "on"),
            request.label,
            charts.theme(),
        )
        charts.chart(figure, "versus", "Leading classes with the adapter off and on")


def begin() -> None:
    """The scale that the URL asks for; 1 for what is no scale."""
    for value in url_state.asked("adapter", ["scale"]).values():
        scale = float(value) if re.fullmatch(r"\d+(\.\d*)?", value) else 1.0
        st.session_state[SCALE] = min(round(scale, 2), LARGEST)
    st.session_state.setdefault(SCALE, 1.0)


@st.fragment
def scales(request: Question, result: ScaleCurve) -> None:
    """The slider, the verdict at its scale, the curve."""
    at = st.slider("Scale of the update", 0.0, LARGEST, step=0.01, key=SCALE, persist_state="session")
    url_state.write("adapter", {"scale": f"{at:g}" if at != 1 else None})
    now: AtScale = explainer().at_scale(request.selection, request.text, at)
    k = now.labels.index(request.label)
    message = stated(float(now.probabilities[k]), float(now.logits[k]), "output")
    st.html(
        f'<p class="hl-verdict hl-at"><span>At scale {at:.2f}</span> <strong>{markup.label(now.label)}</strong> '
        f"<b>{markup.label(request.label)} {markup.text(message)}</b></p>"
    )
    alt = f"Leading classes over the scale of the update from 0 to {LARGEST:g}"
    charts.chart(figures.curve(result, at, request.label, charts.theme()), "curve", alt)


def parts(request: Question, result: Ablation) -> None:
    """The heat map, what it says, and the largest parts as a table."""
    st.html(markup.lead(words.carried(result, request.label)))
    st.html(markup.note(words.flipping(result)))
    alt = f"Change of the logit of {request.label} without each part, {len(result.layers)} layers"
    charts.chart(figures.heat(result, request.label, charts.theme()), "heat", alt)
    st.html(legend("against: the logit rises without it", "for: it falls", signed=True))
    rows = [
        {"Part": p.module, "Layer": p.layer, "Change of logit": p.change, "Verdict without": p.verdict}
        for p in result.parts(request.label)[:LISTED]
    ]
    tables.table(rows, "The parts whose absence changes the logit most", key="parts")
    st.html(markup.note(PARTS))


def draw(request: Question) -> None:
    """All of it; or what this candidate would need."""
    try:
        sides(request)
    except AppError as error:
        st.html(markup.problem(error))
        return
    begin()
    st.html(markup.section("From off to twice as much"))
    curve = task_progress.result(explainer().scale_curve(request.selection, request.text), "curve", "Trying scales")
    if curve is not None:
        scales(request, curve)
        st.html(markup.lead(words.flips(curve)))
        st.html(markup.note(f"Kept at every scale: {', '.join(curve.kept)}. {ABOUT}" if curve.kept else ABOUT))
    st.html(markup.section("Which parts carry it"))
    result = task_progress.result(
        explainer().ablation(request.selection, request.text), "ablation", "Taking parts away"
    )
    if result is not None:
        parts(request, result)


asked = question.ask("Adapter", "What the adapter changed: off and on, at any scale, part by part.")
if asked is not None:
    draw(asked)
