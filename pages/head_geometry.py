"""Head geometry: which classes lie close to each other in the head, from its class vectors alone."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import HeadGeometry, Selection
from core.words import head_geometry as words
from core.words.class_names import class_names
from pages.ui import details, frame, loading, markup, untrained_head, url_state
from pages.ui.services import explainer
from pages.views import head_geometry as view

_CLASS, _SHARED = "head.class", "head.shared"
_KEYS = {"of": _CLASS}


def choose_class(result: HeadGeometry, *, shared: bool) -> int:
    """Index of the class that the person looks at: one of the closest pair, until another is chosen."""
    if st.session_state.get(_CLASS) not in result.labels:
        st.session_state[_CLASS] = result.labels[result.pairs(shared=shared)[0][0]]
    names = class_names(result.labels)
    label = st.selectbox(
        "Class", sorted(result.labels), format_func=names.__getitem__, key=_CLASS, persist_state="session"
    )
    return result.labels.index(label or result.labels[0])


def draw(selection: Selection) -> None:
    """The sentence, the map beside one class; on request the pairs and the method."""
    result = explainer().head_geometry(selection)
    st.session_state.update({_KEYS[key]: value for key, value in url_state.requested("head", _KEYS).items()})
    shared = words.keeps_shared(result) or bool(st.session_state.get(_SHARED))
    st.html(markup.lead(words.closest(result, shared=shared)))
    left, right = st.columns([8, 5], gap="medium")
    with left:
        if not words.keeps_shared(result):
            st.toggle("Keep what all classes share", key=_SHARED, persist_state="session")
        view.cosines(result, shared=shared)
    with right:
        view.neighbours(result, choose_class(result, shared=shared), shared=shared)
    details.part("The closest pairs", "pairs", lambda: view.closest_pairs(result, shared=shared))
    details.how(words.about(result))
    url_state.write("head", {"of": st.session_state[_CLASS]})


selection, candidate = frame.selection()
st.html(markup.title("Head geometry", "Which classes lie close to each other in the head."))
frame.section_links()
model = loading.ready(selection, candidate)
if model is not None and untrained_head.passes(selection, candidate, model) and frame.fits():
    try:
        draw(selection)
    except AppError as error:
        st.html(markup.problem(error))
