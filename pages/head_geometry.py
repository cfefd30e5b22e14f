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


def closest(found: HeadGeometry, shared: bool) -> None:
    """The pairs in a table."""
    values = found.cosines if shared else found.apart
    rows = [
        {
            "Class": found.labels[a],
            "and": found.labels[b],
            "Cosine": float(values[a, b]),
            "Angle in degrees": math.degrees(math.acos(values[a, b])),
            "Distance": float(found.distances[a, b]),
        }
        for a, b in found.pairs(shared=shared)[:LISTED]
    ]
    st.html(markup.section("The closest pairs"))
    tables.table(rows, "Pairs of classes, the closest first", key="head-pairs")


def neighbours(found: HeadGeometry, shared: bool) -> None:
    """One class: its norm and who is nearest."""
    if st.session_state.get(_CLASS) not in found.labels:
        st.session_state[_CLASS] = found.labels[found.pairs(shared=shared)[0][0]]
    label = st.selectbox("Class", sorted(found.labels), key=_CLASS, persist_state="session")
    k = found.labels.index(label or found.labels[0])
    rank = int((found.norms > found.norms[k]).sum()) + 1
    values = found.cosines if shared else found.apart
    st.html(markup.facts([("Norm", three_digits(float(found.norms[k])), f"rank {rank} of {len(found.labels)}")]))
    rows = [
        {"Nearest to it": found.labels[i], "Cosine": float(values[k, i]), "Norm": float(found.norms[i])}
        for i in found.nearest(k, shared=shared)[:NEAREST]
    ]
    tables.table(rows, f"Classes nearest to {found.labels[k]}", key="head-nearest")


def draw(selection: Selection) -> None:
    """The sentence, the map, one class, the pairs."""
    found = explainer().head_geometry(selection)
    st.session_state.update({_KEYS[key]: value for key, value in url_state.asked("head", _KEYS).items()})
    shared = bool(st.session_state.get(_SHARED))
    st.html(markup.lead(words.closest(found, shared=shared)))
    left, right = st.columns([8, 5], gap="medium")
    with left:
        st.toggle("Keep what all classes share", key=_SHARED, persist_state="session")
        alt = f"Cosines between the vectors of {len(found.labels)} classes"
        charts.chart(cosines(found, charts.theme(), shared=shared), "head-cosines", alt)
        if len(found.labels) > NAMED:
            st.html(markup.note("Like classes stand side by side. Point at a cell for its two classes."))
    with right:
        neighbours(found, shared)
    closest(found, shared)
    st.html(markup.note(words.about(found)))
    url_state.write("head", {"of": st.session_state[_CLASS]})


selection, candidate = frame.selection()
st.html(markup.title("Head geometry", "Which classes the head can hardly tell apart."))
frame.section_links()
if loading.ready(selection, candidate) is not None:
    try:
        draw(selection)
    except AppError as error:
        st.html(markup.problem(error))
