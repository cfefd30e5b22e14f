"""Two checkpoints: what differs between two sets of weights, tensor by tensor, without loading either."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import CheckpointDiff, TensorDiff
from pages.ui import checkpoint_picker, details, frame, markup, task_progress, url_state
from pages.ui.services import checkpoints
from pages.views import checkpoint_diff as view

_TENSOR = "checkpoints.tensor"
_KEYS = {**checkpoint_picker.PAIR_KEYS, "tensor": _TENSOR}


def choose_tensor(result: CheckpointDiff) -> TensorDiff:
    """The tensor that the person looks at: what changed most, until another is chosen."""
    names = [t.name for t in result.tensors]
    if st.session_state.get(_TENSOR) not in names:
        st.session_state[_TENSOR] = (result.most_changed or result.tensors[0]).name
    picked = st.selectbox("Tensor", names, key=_TENSOR, persist_state="session")
    return result.tensors[names.index(picked or names[0])]


def draw(result: CheckpointDiff) -> None:
    """The verdict, the map beside one tensor, how many of each kind; on request all of them."""
    view.summary(result)
    has_map = any(t.layer is not None and t.relative == t.relative for t in result.tensors)
    left, right = st.columns([8, 5], gap="medium") if has_map else (None, st.container())
    with right:
        chosen = choose_tensor(result)
        view.tensor(chosen)
    if left is not None:
        with left:
            view.layers(result, chosen, _TENSOR)
    st.html(view.facts(result))
    details.part("Every tensor, searched and sorted, and as files", "table", lambda: view.table(result))
    details.how(view.cost(result))


frame.selection()
st.html(markup.title("Two checkpoints", "What differs between two sets of weights, tensor by tensor, from the files."))
frame.section_links()
st.session_state.update({_KEYS[key]: value for key, value in url_state.requested("checkpoints", _KEYS).items()})
try:
    paths = checkpoint_picker.pick_two()
    if paths is not None:
        result = task_progress.result(checkpoints().diff(*paths), "checkpoints", "Comparison")
        if result is not None:
            draw(result)
except AppError as error:
    st.html(markup.problem(error))
    checkpoint_picker.suggest_pairs()
url_state.write("checkpoints", {key: str(st.session_state.get(state) or "") or None for key, state in _KEYS.items()})
