"""Weight statistics in rows and facts: what stands out, one tensor, the table."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.checkpoints.weight_records import exported
from core.results import ExportFormat, WeightReport, WeightStats
from core.words import numbers, sizes
from core.words.weights import STATISTICS
from pages.ui import markup, tables

COUNTS = ("zeros", "near_zeros", "dead_rows", "nan", "inf", "count")
SCALES = {"linear": "Linear", "logarithmic": "Logarithmic", "by module": "Within each module"}
FORMATS: dict[ExportFormat, str] = {"csv": "CSV", "parquet": "Parquet", "json": "JSON with histograms"}
#: Outliers told before the rest is folded away.
TOLD = 5


def outliers(report: WeightReport) -> None:
    """Each with what was seen and the rule that found it."""
    rows = [
        f"<li><strong>{markup.text(o.tensor)}</strong>: {markup.text(o.seen)}. "
        f'<span class="hl-muted">Rule: {markup.text(o.rule)}.</span></li>'
        for o in report.outliers
    ]
    if rows:
        st.html(f'<div class="hl-box hl-warn"><ul>{"".join(rows[:TOLD])}</ul></div>')
    if len(rows) > TOLD:
        with st.expander(f"{len(rows) - TOLD:,} more"):
            st.html(f"<ul>{''.join(rows[TOLD:])}</ul>")


def facts(t: WeightStats) -> str:
    """The numbers of one tensor."""
    shown = [("Shape", sizes.shape(t.shape), ""), ("Type", t.dtype, "")]
    shown += [(STATISTICS[name].split(" (")[0], told(t, name), "") for name in STATISTICS if name != "count"]
    return markup.facts(shown)


def told(t: WeightStats, name: str) -> str:
    """One statistic of a tensor: counts whole, the rest at three significant digits."""
    value = getattr(t, name)
    return f"{value:,}" if name in COUNTS else numbers.three_digits(value) if value == value else "none"


def rows(report: WeightReport) -> list[dict[str, Any]]:
    """The table: one row a tensor."""
    return [
        {"Tensor": t.name, "Layer": t.layer, "Type": t.dtype, "Shape": sizes.shape(t.shape)}
        | {STATISTICS[name].split(" (")[0]: getattr(t, name) for name in ("count", *STATISTICS) if name != "count"}
        for t in report.tensors
    ]


def table(report: WeightReport) -> None:
    """All tensors, searchable and sortable, and as files."""
    import pandas as pd

    st.html(markup.section("Every tensor"))
    requested = st.text_input("Search by name", key="weights.search", placeholder="q_proj", persist_state="session")
    shown = [row for row in rows(report) if requested.lower() in row["Tensor"].lower()]
    if not shown:
        st.html(markup.note(f"No tensor's name holds '{requested}'."))
    else:
        frame = pd.DataFrame(shown).astype({"Layer": "Int64"})
        form = st.column_config.NumberColumn(format="%.4g")
        columns = dict.fromkeys(frame.select_dtypes("float64").columns, form)
        st.dataframe(
            tables.without_formulas(frame),
            hide_index=True,
            column_config=columns,
            key="weights-table",
            alt="Statistics of every tensor",
        )
    with st.container(horizontal=True, gap="small"):
        for kind in FORMATS:
            st.download_button(
                f"Download {FORMATS[kind]}",
                partial(exported, report, kind),
                file_name=f"weights.{kind}",
                on_click="ignore",
                key=f"weights.{kind}",
            )
