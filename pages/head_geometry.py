"""Head geometry: which classes the head can hardly tell apart, from its class vectors alone."""

from __future__ import annotations

import math

import streamlit as st

from core.errors import AppError
from core.figures.head_geometry import NAMED, cosines
from core.results import HeadGeometry, Selection
from core.words import head_geometry as words
from core.words.numbers import three_digits
from pages.ui import charts, frame, loading, markup, tables, url_state
from pages.ui.services import explainer

_CLASS, _SHARED = "head.class", "head.shared"
_KEYS = {"of": _CLASS}
#: Pairs in the table, and neighbours of a class.
LISTED, NEAREST = 20, 8


def closest(result: HeadGeometry, shared: bool) -> None:
    """The pairs in a table."""
    values = result.cosines if shared else result.apart
    rows = [
        {
            "Class": result.labels[a],
            "and": result.labels[b],
            "Cosine": float(values[a, b]),
            "Angle in degrees": math.degrees(math.acos(values[a, b])),
            "Distance": float(result.distances[a, b]),
        }
        for a, b in result.pairs(shared=shared)[:LISTED]
    ]
    st.html(markup.section("The closest pairs"))
    tables.table(rows, "Pairs of classes, the closest first", key="head-pairs")


def neighbours(result: HeadGeometry, shared: bool) -> None:
    """One class: its norm and who is nearest."""
    if st.session_state.get(_CLASS) not in result.labels:
        st.session_state[_CLASS] = result.labels[result.pairs(shared=shared)[0][0]]
    label = st.selectbox("Class", sorted(result.labels), key=_CLASS, persist_state="session")
    k = result.labels.index(label or result.labels[0])
    rank = int((result.norms > result.norms[k]).sum()) + 1
    values = result.cosines if shared else result.apart
    st.html(markup.facts([("Norm", three_digits(float(result.norms[k])), f"rank {rank} of {len(result.labels)}")]))
    rows = [
        {"Nearest to it": result.labels[i], "Cosine": float(values[k, i]), "Norm": float(result.norms[i])}
        for i in result.nearest(k, shared=shared)[:NEAREST]
    ]
    tables.table(rows, f"Classes nearest to {result.labels[k]}", key="head-nearest")


def draw(selection: Selection) -> None:
    """The sentence, the map, one class, the pairs."""
    result = explainer().head_geometry(selection)
    st.session_state.update({_KEYS[key]: value for key, value in url_state.asked("head", _KEYS).items()})
    shared = bool(st.session_state.get(_SHARED))
    st.html(markup.lead(words.closest(result, shared=shared)))
    left, right = st.columns([8, 5], gap="medium")
    with left:
        st.toggle("Keep what all classes share", key=_SHARED, persist_state="session")
        alt = f"Cosines between the vectors of {len(result.labels)} classes"
        charts.chart(cosines(result, charts.theme(), shared=shared), "head-cosines", alt)
        if len(result.labels) > NAMED:
            st.html(markup.note("Like classes stand side by side. Point at a cell for its two classes."))
    with right:
        neighbours(result, shared)
    closest(result, shared)
    st.html(markup.note(words.about(result)))
    url_state.write("head", {"of": st.session_state[_CLASS]})


selection, candidate = frame.selection()
st.html(markup.title("Head geometry", "Which classes the head can hardly tell apart."))
frame.section_links()
if loading.ready(selection, candidate) is not None and frame.fits():
    try:
        draw(selection)
    except AppError as error:
        st.html(markup.problem(error))
