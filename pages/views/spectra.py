"""Spectra: a measure through the layers, one matrix with its singular values, the table and its files."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import streamlit as st

from core.checkpoints.spectra.records import SpectraFormat, exported
from core.figures import spectra as figures
from core.results import SpectraReport, Spectrum
from core.words import numbers, sizes
from core.words import spectra as words
from pages.ui import charts, markup, tables

#: Properties of a spectrum that a person can choose, with what they are; the last need all singular values.
MEASURES = {
    "stable_rank": "Stable rank",
    "spectral_norm": "Spectral norm",
    "effective_rank": "Effective rank",
    "alpha": "Power-law exponent alpha",
    "beyond_random": "Singular values beyond random",
}
NORMS = ("stable_rank", "spectral_norm")
FORMATS: dict[SpectraFormat, str] = {"csv": "CSV", "json": "JSON with singular values"}


def layers(report: SpectraReport, chosen: Spectrum, measure: str, matrix_key: str) -> None:
    """A line a module; a click on a mark puts its matrix' name under `matrix_key` in the session."""

    def on_click(x: float, y: float) -> None:
        in_layer = [s for s in report.spectra if s.layer == round(x)]
        st.session_state[matrix_key] = min(in_layer, key=lambda s: abs((getattr(s, measure) or 0.0) - y)).name

    figure = figures.through_depth(report, measure, MEASURES[measure], chosen, charts.theme())
    alt = f"{MEASURES[measure]} of {len(report.modules)} modules in {report.depth} layers"
    charts.clickable(figure, "spectra-layers", alt, on_click)


def matrix(s: Spectrum) -> None:
    """The numbers of one matrix, its singular values and the power law of their tail; or why there are none."""
    if s.note:
        st.html(markup.note(f"No spectrum: {s.note}."))
        return
    st.html(facts(s))
    if s.remark:
        st.html(markup.note(f"{markup.sentence(s.remark)}."))
    if s.singular_values is None or s.power_law is None:
        return
    left, right = st.columns(2, gap="large")
    with left:
        charts.chart(figures.singular_values(s, charts.theme()), "spectra-values", f"Singular values of {s.name}")
        if vague := words.resolved(s):
            st.html(markup.note(vague))
    with right:
        if s.power_law.values:
            figure = figures.power_law(s, s.power_law, charts.theme())
            charts.chart(figure, "spectra-law", f"Power law of {s.name}")
        st.html(markup.note(words.fit(s.power_law)))


def facts(s: Spectrum) -> str:
    """The numbers of one matrix."""
    of = f"of {min(s.rows, s.columns):,}"
    shown = [
        ("Size", sizes.shape((s.rows, s.columns)), s.dtype),
        ("Spectral norm", numbers.three_digits(s.spectral_norm), f"Frobenius {numbers.three_digits(s.norm)}"),
        ("Stable rank", words.rank(s.stable_rank), of),
    ]
    if s.singular_values is not None:
        shown.append(("Effective rank", words.rank(s.effective_rank), of))
        shown.append(("Beyond random", f"{s.beyond_random:,}", of))
    return markup.facts(shown)


def rows(report: SpectraReport) -> list[dict[str, Any]]:
    """The table: one row a matrix."""
    full = report.kind == "full"
    return [
        {"Matrix": words.title(s), "Rows": s.rows, "Columns": s.columns, "Frobenius norm": s.norm}
        | {MEASURES[m]: _cell(getattr(s, m)) for m in (MEASURES if full else NORMS)}
        | ({"Distance": s.power_law.distance if s.power_law else math.nan} if full else {})
        | {"Remark": words.remark(s)}
        for s in report.spectra
    ]


def table(report: SpectraReport) -> None:
    """All matrices, searchable and sortable, and as files."""
    search = st.text_input("Search by name", key="spectra.search", placeholder="q_proj", persist_state="session")
    shown = [row for row, s in zip(rows(report), report.spectra, strict=True) if search.lower() in s.name.lower()]
    if shown:
        tables.table(shown, "The spectrum of every matrix", key="spectra-table")
    else:
        st.html(markup.note(f"No matrix's name holds '{search}'."))
    with st.container(horizontal=True, gap="small"):
        for kind, name in FORMATS.items():
            st.download_button(
                f"Download {name}",
                partial(exported, report, kind),
                file_name=f"spectra.{kind}",
                on_click="ignore",
                key=f"spectra.{kind}",
            )


def _cell(value: float | None) -> float:
    return math.nan if value is None else value
