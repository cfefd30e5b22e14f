"""Spectra in words and rows: the measures, one matrix, the table."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import streamlit as st

from core.inspection.spectra.exporting import SpectraFormat, exported
from core.results import PowerLaw, SpectraReport, Spectrum
from pages.ui import markup, numbers, tables

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
#: Kolmogorov-Smirnov distances up to which a fit is called so.
GOOD, FAIR = 0.05, 0.1
ABOUT = (
    "Spectral norm: the largest singular value, by how much the matrix can stretch a vector. Stable rank: squared "
    "ratio of Frobenius to spectral norm. Effective rank: exp of the entropy of the singular values' shares (Roy and "
    "Vetterli 2007). Beyond random: singular values above the edge that random entries of this size and norm would "
    "have (Marchenko and Pastur 1967). Alpha: exponent of a power law in the tail of the squared singular values, by "
    "maximum likelihood (Clauset, Shalizi and Newman 2009); Martin and Mahoney (2021) find 2 to 6 in layers that were "
    "trained well. The distance (Kolmogorov-Smirnov, 0 to 1) says how far the tail is from that law."
)


def title(s: Spectrum) -> str:
    """A matrix in words."""
    return s.name if s.layer is None else f"layer {s.layer}, {s.module}"


def rank(value: float) -> str:
    """One decimal: a rank counts directions."""
    return f"{value:,.1f}" if math.isfinite(value) else "none"


def lead(report: SpectraReport) -> str:
    """Which matrix is carried by fewest directions."""
    known = [s for s in report.spectra if math.isfinite(s.stable_rank)]
    if not known:
        return f"None of the {len(report.spectra):,} matrices has a spectrum."
    least = min(known, key=lambda s: s.stable_rank / min(s.rows, s.columns))
    return (
        f"{len(report.spectra):,} matrices. The fewest directions are used by {title(least)}: "
        f"stable rank {rank(least.stable_rank)} of {min(least.rows, least.columns):,}."
    )


def facts(s: Spectrum) -> str:
    """The numbers of one matrix."""
    of = f"of {min(s.rows, s.columns):,}"
    shown = [
        ("Size", f"{s.rows:,} x {s.columns:,}", s.dtype),
        ("Spectral norm", numbers.three_digits(s.spectral_norm), f"Frobenius {numbers.three_digits(s.norm)}"),
        ("Stable rank", rank(s.stable_rank), of),
    ]
    if s.singular_values is not None:
        shown.append(("Effective rank", rank(s.effective_rank), of))
        shown.append(("Beyond random", f"{s.beyond_random:,}", of))
    return markup.facts(shown)


def fit(law: PowerLaw) -> str:
    """The power law and how well it fits, or why there is none."""
    if law.refusal:
        return f"No power law: {law.refusal}."
    quality = "a good fit" if law.distance <= GOOD else "a fair fit" if law.distance <= FAIR else "a poor fit"
    return (
        f"Alpha {law.alpha:.2f} ± {law.error:.2f} from the largest {law.tail:,} of {law.values:,} values; "
        f"distance {law.distance:.3f}, {quality}."
    )


def resolved(s: Spectrum) -> str:
    """Which singular values are less certain; empty where all are known to 1 %."""
    assert s.singular_values is not None
    vague = int((s.singular_values <= s.resolution).sum())
    return f"{vague:,} below {numbers.three_digits(s.resolution)} are known to less than 1 %." if vague else ""


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
    wanted = st.text_input("Search by name", key="spectra.search", placeholder="q_proj", persist_state="session")
    shown = [row for row, s in zip(rows(report), report.spectra, strict=True) if wanted.lower() in s.name.lower()]
    if shown:
        tables.table(shown, "The spectrum of every matrix", key="spectra-table")
    else:
        st.html(markup.note(f"No matrix's name holds '{wanted}'."))
    with st.container(horizontal=True, gap="small"):
        for kind, name in FORMATS.items():
            st.download_button(
                f"Download {name}", partial(exported, report, kind), file_name=f"spectra.{kind}", on_click="ignore",
                key=f"spectra.{kind}",
            )  # fmt: skip


def _cell(value: float | None) -> float:
    return math.nan if value is None else value
