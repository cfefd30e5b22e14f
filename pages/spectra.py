"""Spectra: the singular values of every weight matrix of a candidate, an adapter, or any safetensors file."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.figures import spectra as figures
from core.results import SpectraKind, SpectraReport, Spectrum
from core.words import spectra as words
from pages.ui import charts, frame, markup, source, task_progress, url_state
from pages.ui.services import checkpoints
from pages.views import spectra as view

_BY, _TENSOR, _FULL = "spectra.by", "spectra.tensor", "spectra.full"
_KEYS = {**source.KEYS, "by": _BY, "tensor": _TENSOR}


def restore() -> None:
    """Choices as the URL asks, or as they were, or the first."""
    for key, value in url_state.asked("spectra", _KEYS).items():
        st.session_state[_KEYS[key]] = value
    source.restore()


def chosen(report: SpectraReport) -> Spectrum:
    """The matrix that the person looks at."""
    names = {s.name: s for s in report.spectra}
    if st.session_state.get(_TENSOR) not in names:
        inside = (s.name for s in report.spectra if s.layer is not None)
        st.session_state[_TENSOR] = next(inside, report.spectra[0].name)
    picked = st.selectbox("Matrix", list(names), key=_TENSOR, persist_state="session")
    return names[picked or report.spectra[0].name]


def overview(report: SpectraReport) -> Spectrum:
    """A line a module; a click on a mark chooses its matrix, which is returned."""
    measures = list(view.MEASURES if report.kind == "full" else view.NORMS)
    if st.session_state.get(_BY) not in measures:
        st.session_state[_BY] = measures[0]
    left, right = st.columns(2, gap="small")
    with left:
        by = st.selectbox("Measure", measures, format_func=view.MEASURES.__getitem__, key=_BY, persist_state="session")
    with right:
        s = chosen(report)

    def clicked(x: float, y: float) -> None:
        near = [o for o in report.spectra if o.layer == round(x)]
        st.session_state[_TENSOR] = min(near, key=lambda o: abs((getattr(o, by) or 0.0) - y)).name

    if report.depth:
        figure = figures.through_depth(report, by, view.MEASURES[by], s, charts.theme())
        alt = f"{view.MEASURES[by]} of {len(report.modules)} modules in {report.depth} layers"
        charts.clickable(figure, "spectra-layers", alt, clicked)
    return s


def one(path: str, s: Spectrum) -> None:
    """One matrix with all its singular values, which are found now where only its norms are known."""
    st.html(markup.section(s.name))
    full = s
    if s.singular_values is None and not s.note:
        full = task_progress.result(checkpoints().spectrum(path, s.name), "spectra.one", "Singular values") or s
    if full.note:
        st.html(markup.note(f"No spectrum: {full.note}."))
        return
    st.html(view.facts(full))
    if full.singular_values is None or full.power_law is None:
        return
    left, right = st.columns(2, gap="large")
    with left:
        charts.chart(figures.singular_values(full, charts.theme()), "spectra-values", f"Singular values of {s.name}")
        if vague := words.resolved(full):
            st.html(markup.note(vague))
    with right:
        if full.power_law.values:
            figure = figures.power_law(full, full.power_law, charts.theme())
            charts.chart(figure, "spectra-law", f"Power law of {s.name}")
        st.html(markup.note(words.fit(full.power_law)))


def draw(path: str, report: SpectraReport) -> None:
    """The sentence, the lines, one matrix, all of them."""
    if not report.spectra:
        st.html(markup.note("There is no matrix of floating-point numbers here, so there is no spectrum."))
        return
    st.html(markup.lead(words.fewest_directions(report)))
    one(path, overview(report))
    view.table(report)
    st.html(markup.note(words.cost(report)))
    st.html(markup.note(words.ABOUT))


def asked(path: str) -> SpectraKind:
    """Everything where it takes seconds; else the norms, unless the person asks for more."""
    if checkpoints().default_spectra(path) == "full":
        return "full"
    return "full" if st.toggle("All singular values (takes minutes)", key=_FULL, persist_state="session") else "norms"


frame.selection()
st.html(markup.title("Spectra", "How many directions each weight matrix uses, from its singular values."))
frame.section_links()
restore()
try:
    place = source.choose()
    if place is not None:
        found = task_progress.result(checkpoints().spectra(place, asked(place)), "spectra", "Spectra")
        if found is not None:
            draw(place, found)
except AppError as error:
    st.html(markup.problem(error))
url_state.write("spectra", {key: str(st.session_state.get(state, "")) or None for key, state in _KEYS.items()})
