"""Spectra: the singular values of every weight matrix of a candidate, an adapter, or any safetensors file."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import SpectraKind, SpectraReport, Spectrum
from core.words import spectra as words
from pages.ui import checkpoint_picker, details, frame, markup, task_progress, url_state
from pages.ui.services import checkpoints
from pages.views import spectra as view

_BY, _TENSOR, _FULL = "spectra.by", "spectra.tensor", "spectra.full"
_KEYS = {**checkpoint_picker.KEYS, "by": _BY, "tensor": _TENSOR}


def restore() -> None:
    """Choices as the URL asks, or as they were, or the first."""
    for key, value in url_state.requested("spectra", _KEYS).items():
        st.session_state[_KEYS[key]] = value
    checkpoint_picker.restore()


def choose_kind(path: str) -> SpectraKind:
    """Everything where it takes seconds; else the norms, unless the person asks for more."""
    if checkpoints().default_spectra(path) == "full":
        return "full"
    return "full" if st.toggle("All singular values (takes minutes)", key=_FULL, persist_state="session") else "norms"


def choose_matrix(report: SpectraReport) -> Spectrum:
    """The matrix that the person looks at."""
    names = {s.name: s for s in report.spectra}
    if st.session_state.get(_TENSOR) not in names:
        inside = (s.name for s in report.spectra if s.layer is not None)
        st.session_state[_TENSOR] = next(inside, report.spectra[0].name)
    picked = st.selectbox("Matrix", list(names), key=_TENSOR, persist_state="session")
    return names[picked or report.spectra[0].name]


def choose_measure(report: SpectraReport) -> str:
    """What the lines show; only norms where no more is known."""
    measures = list(view.MEASURES if report.kind == "full" else view.NORMS)
    if st.session_state.get(_BY) not in measures:
        st.session_state[_BY] = measures[0]
    return st.selectbox("Measure", measures, format_func=view.MEASURES.__getitem__, key=_BY, persist_state="session")


def matrix(path: str, s: Spectrum) -> None:
    """One matrix with all its singular values, which are computed now where only its norms are known."""
    st.html(markup.section(s.name))
    full = s
    if s.singular_values is None and not s.note:
        full = task_progress.result(checkpoints().spectrum(path, s.name), "spectra.one", "Singular values") or s
    view.matrix(full)


def draw(path: str, report: SpectraReport) -> None:
    """The sentence, the lines beside one matrix; on request all of them."""
    if not report.spectra:
        st.html(markup.note("There is no matrix of floating-point numbers here, so there is no spectrum."))
        return
    st.html(markup.lead(words.fewest_directions(report)))
    left, right = st.columns([6, 7], gap="large") if report.depth else (st.container(), st.container())
    with left:
        measure = choose_measure(report)
    with right:
        chosen = choose_matrix(report)
        matrix(path, chosen)
    if report.depth:
        with left:
            view.layers(report, chosen, measure, _TENSOR)
    details.part("Every matrix, searched and sorted, and as files", "table", lambda: view.table(report))
    details.how(words.cost(report), words.ABOUT)


frame.selection()
st.html(markup.title("Spectra", "How many directions each weight matrix uses, from its singular values."))
frame.section_links()
restore()
try:
    path = checkpoint_picker.pick_one()
    if path is not None:
        report = task_progress.result(checkpoints().spectra(path, choose_kind(path)), "spectra", "Spectra")
        if report is not None:
            draw(path, report)
except AppError as error:
    st.html(markup.problem(error))
url_state.write("spectra", {key: str(st.session_state.get(state, "")) or None for key, state in _KEYS.items()})
