"""Weight statistics: what stands out, the map of layers, one tensor, the table and its files."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.checkpoints.weight_records import exported
from core.figures import weights as figures
from core.results import ExportFormat, WeightReport, WeightStats
from core.words import numbers, sizes
from core.words import weights as words
from core.words.completeness import lacks
from pages.ui import charts, markup, tables

COUNTS = ("zeros", "near_zeros", "dead_rows", "dead_columns", "nan", "inf", "count")
SCALES = {"linear": "Linear", "logarithmic": "Logarithmic", "by module": "Within each module"}
FORMATS: dict[ExportFormat, str] = {"csv": "CSV", "parquet": "Parquet", "json": "JSON with histograms"}
#: Outliers on the page before the rest is folded away.
SHOWN = 5


def summary(report: WeightReport) -> None:
    """The sentence, as a warning where something is missing, and what stands out."""
    show = markup.warning if lacks(report) else markup.lead
    st.html(show(words.read(report)))
    if message := words.apart(report):
        st.html(markup.note(message))
    outliers(report)


def outliers(report: WeightReport) -> None:
    """Each with what was seen and the rule that found it."""
    rows = [
        f"<li><strong>{markup.text(o.tensor)}</strong>: {markup.text(o.seen)}. "
        f'<span class="hl-muted">Rule: {markup.text(o.rule)}.</span></li>'
        for o in report.outliers
    ]
    if rows:
        st.html(f'<div class="hl-box hl-warn"><ul>{"".join(rows[:SHOWN])}</ul></div>')
    if len(rows) > SHOWN:
        with st.expander(f"{len(rows) - SHOWN:,} more"):
            st.html(f"<ul>{''.join(rows[SHOWN:])}</ul>")


def layers(report: WeightReport, chosen: WeightStats, statistic: str, scale_key: str, tensor_key: str) -> None:
    """Layer by module; a click puts the tensor's name under `tensor_key` in the session."""

    def on_click(x: float, y: float) -> None:
        clicked = (round(x), report.modules[round(y)])
        names = (t.name for t in report.tensors if (t.layer, t.row) == clicked)
        st.session_state[tensor_key] = next(names, chosen.name)

    scale = st.segmented_control(
        "Colours",
        figures.SCALES,
        format_func=SCALES.__getitem__,
        key=scale_key,
        required=True,
        persist_state="session",
    )
    alt = f"{words.STATISTICS[statistic]} of {len(report.modules)} modules in {report.depth} layers"
    figure = figures.layers(report, statistic, scale or figures.SCALES[0], chosen, charts.theme())
    charts.clickable(figure, "weights-layers", alt, on_click)


def through_depth(report: WeightReport, t: WeightStats, statistic: str) -> None:
    """The tensor's module in every layer."""
    st.html(markup.note(f"{t.row} in every layer"))
    lines = figures.through_depth(report, statistic, t.row, words.STATISTICS[statistic], charts.theme())
    charts.chart(lines, "weights-depth", f"{statistic} of {t.row} in every layer")


def tensor(t: WeightStats) -> None:
    """A tensor: its values and its numbers."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(markup.section(t.name), width="content")
        logarithmic = st.toggle("Logarithmic counts", key="weights.log", persist_state="session")
    if t.histogram.counts:
        figure = figures.histogram(t, charts.theme(), logarithmic=logarithmic)
        charts.chart(figure, "weights-histogram", f"Histogram of {t.name}")
    st.html(facts(t))
    if t.note:
        st.html(markup.note(t.note))


def facts(t: WeightStats) -> str:
    """The numbers of one tensor."""
    shown = [("Shape", sizes.shape(t.shape), ""), ("Type", t.dtype, "")]
    shown += [
        (words.STATISTICS[name].split(" (")[0], statistic_text(t, name), "")
        for name in words.STATISTICS
        if name != "count"
    ]
    return markup.facts(shown)


def statistic_text(t: WeightStats, name: str) -> str:
    """One statistic of a tensor: counts whole, the rest at three significant digits."""
    value = getattr(t, name)
    return f"{value:,}" if name in COUNTS else numbers.three_digits(value) if value == value else "none"


def rows(report: WeightReport) -> list[dict[str, Any]]:
    """The table: one row a tensor."""
    return [
        {"Tensor": t.name, "Layer": t.layer, "Type": t.dtype, "Shape": sizes.shape(t.shape)}
        | ({"Stack": t.stack} if any(other.stack for other in report.tensors) else {})
        | {
            words.STATISTICS[name].split(" (")[0]: getattr(t, name)
            for name in ("count", *words.STATISTICS)
            if name != "count"
        }
        | {"Note": t.note}
        for t in report.tensors
    ]


def table(report: WeightReport) -> None:
    """All tensors, searchable and sortable, and as files."""
    import pandas as pd

    search = st.text_input("Search by name", key="weights.search", placeholder="q_proj", persist_state="session")
    shown = [row for row in rows(report) if search.lower() in row["Tensor"].lower()]
    if not shown:
        st.html(markup.note(f"No tensor's name holds '{search}'."))
    else:
        frame = pd.DataFrame(shown).astype({"Layer": "Int64"})
        form = st.column_config.NumberColumn(format="%.4g")
        columns = dict.fromkeys(frame.select_dtypes("float64").columns, form)
        st.dataframe(
            tables.in_three_digits(frame),
            hide_index=True,
            column_config=columns,
            placeholder=tables.ABSENT,
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
