"""Spectra in rows and facts: the measures, one matrix, the table."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import streamlit as st

from core.checkpoints.spectra.records import SpectraFormat, exported
from core.results import SpectraReport, Spectrum
from core.words import numbers, sizes
from core.words.spectra import rank, title
from pages.ui import markup, tables

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


def facts(s: Spectrum) -> str:
    """The numbers of one matrix."""
    of = f"of {min(s.rows, s.columns):,}"
    shown = [
        ("Size", sizes.shape((s.rows, s.columns)), s.dtype),
        ("Spectral norm", numbers.three_digits(s.spectral_norm), f"Frobenius {numbers.three_digits(s.norm)}"),
        ("Stable rank", rank(s.stable_rank), of),
    ]
    if s.singular_values is not None:
        shown.append(("Effective rank", rank(s.effective_rank), of))
        shown.append(("Beyond random", f"{s.beyond_random:,}", of))
    return markup.facts(shown)


def rows(report: SpectraReport) -> list[dict[str, Any]]:
    """The table: one row a matrix."""
    full = report.kind == "full"
    return [
        {"Matrix": title(s), "Rows": s.rows, "Columns": s.columns, "Frobenius norm": s.norm}
        | {MEASURES[m]: _cell(getattr(s, m)) for m in (MEASURES if full else NORMS)}
        | ({"Distance": s.power_law.distance if s.power_law else math.nan} if full else {})
        | {"Remark": s.note or (s.power_law.refusal if s.power_law else "")}
        for s in report.spectra
    ]


def table(report: SpectraReport) -> None:
    """All matrices, searchable and sortable, and as files."""
    st.html(markup.section("Every matrix"))
    requested = st.text_input("Search by name", key="spectra.search", placeholder="q_proj", persist_state="session")
    shown = [row for row, s in zip(rows(report), report.spectra, strict=True) if requested.lower() in s.name.lower()]
    if shown:
        tables.table(shown, "The spectrum of every matrix", key="spectra-table")
    else:
        st.html(markup.note(f"No matrix's name holds '{requested}'."))
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
