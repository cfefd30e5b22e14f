"""Two checkpoints: what differs between two sets of weights, tensor by tensor, without loading either."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.figures import checkpoint_diff as figures
from core.results import CheckpointDiff, TensorDiff
from pages.ui import charts, frame, markup, sources, task_progress, url_state
from pages.ui.services import checkpoints
from pages.views import checkpoint_diff as view

_TENSOR = "checkpoints.tensor"
_KEYS = {
    "first": sources.FIRST,
    "first_path": sources.PATHS[sources.FIRST],
    "second": sources.SECOND,
    "second_path": sources.PATHS[sources.SECOND],
    "tensor": _TENSOR,
}


def chosen(result: CheckpointDiff) -> TensorDiff:
    """The tensor that the person looks at: what changed most, until another is chosen."""
    names = [t.name for t in result.tensors]
    if st.session_state.get(_TENSOR) not in names:
        st.session_state[_TENSOR] = (result.most_changed or result.tensors[0]).name
    picked = st.selectbox("Tensor", names, key=_TENSOR, persist_state="session")
    return result.tensors[names.index(picked or names[0])]


def overview(result: CheckpointDiff, t: TensorDiff) -> None:
    """Layer by module; a click chooses a tensor, on a whole layer the one that changed most in it."""

    def clicked(x: float, y: float) -> None:
        module = figures.rows(result)[round(y)]
        hit = [o for o in result.tensors if o.layer == round(x) and module in (o.module, figures.WHOLE)]
        most = max(hit, key=lambda o: o.relative if o.relative == o.relative else -1.0, default=t)
        st.session_state[_TENSOR] = most.name

    signs = f" {message}." if (message := figures.legend(result)) else ""
    st.html(markup.note(f"Change against the norm in the first, layer by module. A click chooses a tensor.{signs}"))
    logarithmic = st.toggle("Logarithmic colours", key="checkpoints.log", persist_state="session")
    figure = figures.changes(result, t, charts.theme(), logarithmic=logarithmic)
    alt = f"Relative change of {len(result.modules)} modules in {result.depth} layers"
    charts.clickable(figure, "checkpoints-layers", alt, clicked)


def draw(result: CheckpointDiff) -> None:
    """The verdict, the map beside one tensor, all of them."""
    view.sentences(result)
    st.html(view.facts(result))
    mapped = any(t.layer is not None and t.relative == t.relative for t in result.tensors)
    left, right = st.columns([8, 5], gap="medium") if mapped else (None, st.container())
    with right:
        t = chosen(result)
        view.one(t)
    if left is not None:
        with left:
            overview(result, t)
    view.table(result)
    st.html(markup.note(view.cost(result)))


frame.selection()
st.html(markup.title("Two checkpoints", "What differs between two sets of weights, tensor by tensor, from the files."))
frame.section_links()
st.session_state.update({_KEYS[key]: value for key, value in url_state.asked("checkpoints", _KEYS).items()})
try:
    paths = sources.chosen()
    if paths is not None:
        result = task_progress.result(checkpoints().diff(*paths), "checkpoints", "Comparison")
        if result is not None:
            draw(result)
except AppError as error:
    st.html(markup.problem(error))
    sources.suggest()
url_state.write("checkpoints", {key: str(st.session_state.get(state) or "") or None for key, state in _KEYS.items()})
