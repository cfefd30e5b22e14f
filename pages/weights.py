"""Weights: statistics of every tensor of a candidate, an adapter, or any safetensors file, without loading it."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.figures import weights as figures
from core.results import WeightReport, WeightStats
from core.words import weights as words
from pages.ui import charts, frame, markup, source, task_progress, url_state
from pages.ui.services import checkpoints
from pages.views import weights as view

_KEYS = {**source.KEYS, **{name: f"weights.{name}" for name in ("by", "scale", "tensor")}}


def restore() -> None:
    """Choices as the URL asks, or as they were, or the first; what is not there any more falls back to the first."""
    state = st.session_state
    for key, value in url_state.asked("weights", _KEYS).items():
        state[_KEYS[key]] = value
    source.restore()
    known = {"by": words.STATISTICS, "scale": figures.SCALES}
    for key, values in known.items():
        if state.get(_KEYS[key]) not in values:
            state[_KEYS[key]] = next(iter(values))


def chosen(report: WeightReport) -> WeightStats:
    """The tensor that the person looks at."""
    names = [t.name for t in report.tensors]
    if st.session_state.get(_KEYS["tensor"]) not in names:
        inside = (t.name for t in report.tensors if t.layer is not None and len(t.shape) > 1)
        st.session_state[_KEYS["tensor"]] = next(inside, names[0])
    picked = st.selectbox("Tensor", names, key=_KEYS["tensor"], persist_state="session")
    return report.tensors[names.index(picked or names[0])]


def overview(report: WeightReport, t: WeightStats, statistic: str) -> None:
    """Layer by module; a click chooses the tensor."""

    def clicked(x: float, y: float) -> None:
        hit = (round(x), report.modules[round(y)])
        st.session_state[_KEYS["tensor"]] = next((o.name for o in report.tensors if (o.layer, o.module) == hit), t.name)

    scale = st.segmented_control(
        "Colours",
        figures.SCALES,
        format_func=view.SCALES.__getitem__,
        key=_KEYS["scale"],
        required=True,
        persist_state="session",
    )
    alt = f"{words.STATISTICS[statistic]} of {len(report.modules)} modules in {report.depth} layers"
    figure = figures.layers(report, statistic, scale or figures.SCALES[0], t, charts.theme())
    charts.clickable(figure, "weights-layers", alt, clicked)


def one(report: WeightReport, t: WeightStats, statistic: str) -> None:
    """A tensor: its values, its numbers, its module through the depth."""
    st.html(markup.section(t.name))
    left, right = st.columns(2, gap="large")
    with left:
        logarithmic = st.toggle("Logarithmic counts", key="weights.log", persist_state="session")
        if t.histogram.counts:
            figure = figures.histogram(t, charts.theme(), logarithmic=logarithmic)
            charts.chart(figure, "weights-histogram", f"Histogram of {t.name}")
    with right:
        if t.layer is not None:
            st.html(markup.note(f"{t.module} in every layer"))
            lines = figures.through_depth(report, statistic, t.module, words.STATISTICS[statistic], charts.theme())
            charts.chart(lines, "weights-depth", f"{statistic} of {t.module} in every layer")
    st.html(view.facts(t))
    if t.note:
        st.html(markup.note(t.note))


def draw(report: WeightReport) -> None:
    """What stands out, the overview, one tensor, all of them."""
    st.html(markup.lead(words.read(report)))
    view.outliers(report)
    left, right = st.columns(2, gap="small")
    with right:
        t = chosen(report)
    with left:
        statistic = st.selectbox(
            "Statistic",
            list(words.STATISTICS),
            format_func=words.STATISTICS.__getitem__,
            key=_KEYS["by"],
            persist_state="session",
        )
    if report.depth:
        overview(report, t, statistic)
    one(report, t, statistic)
    view.table(report)
    st.html(markup.note(f"{words.cost(report)} {words.EXACT}"))


frame.selection()
st.html(markup.title("Weights", "Statistics of every tensor, straight from the files."))
frame.section_links()
restore()
try:
    path = source.choose()
    if path is not None:
        found = task_progress.result(checkpoints().statistics(path), "weights", "Weight statistics")
        if found is not None:
            draw(found)
except AppError as error:
    st.html(markup.problem(error))
url_state.write("weights", {key: str(st.session_state.get(state, "")) or None for key, state in _KEYS.items()})
