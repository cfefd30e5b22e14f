"""Two checkpoints in words and rows: the verdict, one tensor, the table, files."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.checkpoints.checkpoint_diff.records import diff_file
from core.results import UNCHANGED, CheckpointDiff, ExportFormat, TensorDiff, TensorStatus
from core.words import durations, numbers, sizes
from core.words.checkpoint_diff import names, related, verdict, where
from pages.ui import markup, tables

FORMATS: dict[ExportFormat, str] = {"csv": "CSV", "parquet": "Parquet", "json": "JSON"}
ALL = "all"
ABOUT = (
    "Change: Frobenius norm of second minus first, against that of the first; values are compared as numbers, in "
    "float64, whatever their types. A NaN or an infinity at the same place on both sides counts as equal; any other "
    "pair with one counts as changed and is left out of the sums. Equal once rounded: the values of the finer type, "
    "rounded to the coarser, are exactly those of the other side, as in a copy in half precision."
)


def sentences(result: CheckpointDiff) -> None:
    """The verdict, where the changes are, and how names were matched."""
    st.html(markup.lead(verdict(result)))
    more = [message for message in (where(result), related(result), names(result)) if message]
    if not in_both(result):
        more.append(
            "Their names have nothing in common. An adapter holds the factors of a change and no weights: the page "
            "Adapter update shows what it changes; merged into its base and saved, it can be compared here."
        )
    if more:
        st.html(markup.note(" ".join(more)))


def in_both(result: CheckpointDiff) -> bool:
    """Whether a tensor is in both."""
    return bool(result.counts.keys() - {TensorStatus.ONLY_FIRST, TensorStatus.ONLY_SECOND})


def facts(result: CheckpointDiff) -> str:
    """How many tensors of each kind, and what changed most."""
    counts = result.counts
    retained = sum(counts[status] for status in UNCHANGED)
    only = counts[TensorStatus.ONLY_FIRST] + counts[TensorStatus.ONLY_SECOND]
    rows = [
        ("Tensors", f"{len(result.tensors):,}", "in either"),
        ("Changed", f"{counts[TensorStatus.CHANGED]:,}", ""),
        ("Equal", f"{retained:,}", ""),
        ("Other shape", f"{counts[TensorStatus.OTHER_SHAPE] + counts[TensorStatus.NOT_COMPARED]:,}", "or type"),
        ("Only in one", f"{only:,}", ""),
    ]
    if result.most_changed is not None and result.most_changed.relative > 0:
        rows.append(("Largest change", numbers.change(result.most_changed.relative), "of a norm"))
    return markup.facts(rows)


def one(t: TensorDiff) -> None:
    """The numbers of a tensor, and what a person should know of it."""
    rows = [("Status", t.status.value, "")]
    if t.norm == t.norm:
        rows += [
            ("Change", numbers.change(t.relative), "of its norm"),
            ("Elements changed", numbers.change(t.share), f"{t.changed:,} of {t.count:,}"),
            ("Largest change", numbers.three_digits(t.largest), "of a value"),
            ("Mean change", numbers.three_digits(t.mean), "of a value"),
            ("Norm", " → ".join(map(numbers.three_digits, t.norms)), "first → second"),
        ]
        if t.cosine == t.cosine:
            rows.append(("Cosine", f"{t.cosine:.6f}", "between the two"))
    rows += [("Type", _both(t.dtypes), ""), ("Shape", _both(tuple(map(_shape, t.shapes))), "")]
    st.html(markup.facts(rows, stacked=True))
    notes = [t.note] if t.note else []
    if t.other_name != t.name:
        notes.append(f"In the second it is called {t.other_name}.")
    if t.left_out:
        pairs = "One pair holds" if t.left_out == 1 else f"{t.left_out:,} pairs hold"
        notes.append(f"{pairs} a NaN or an infinity: compared, but in no sum.")
    if notes:
        st.html(markup.note(" ".join(notes)))


def table(result: CheckpointDiff) -> None:
    """All tensors, searchable, by status, sortable, and as files."""
    st.html(markup.section("Every tensor"))
    left, right = st.columns(2, gap="medium")
    words = {ALL: f"All ({len(result.tensors):,})"}
    words |= {s.value: f"{markup.sentence(s.value)} ({result.counts[s]:,})" for s in TensorStatus if result.counts[s]}
    if st.session_state.get("checkpoints.status") not in words:
        st.session_state["checkpoints.status"] = ALL
    with left:
        requested = st.text_input(
            "Search by name", key="checkpoints.search", placeholder="q_proj", persist_state="session"
        )
    with right:
        status = st.selectbox(
            "Status", list(words), format_func=words.__getitem__, key="checkpoints.status", persist_state="session"
        )
    shown = [t for t in result.tensors if status in (ALL, t.status.value) and requested.lower() in t.name.lower()]
    if shown:
        _rows(shown)
    else:
        st.html(markup.note(f"No such tensor's name holds '{requested}'."))
    with st.container(horizontal=True, gap="small"):
        for kind, name in FORMATS.items():
            st.download_button(
                f"Download {name}",
                partial(diff_file, result, kind),
                file_name=f"comparison.{kind}",
                on_click="ignore",
                key=f"checkpoints.{kind}",
            )


def cost(result: CheckpointDiff) -> str:
    """What reading took."""
    took = durations.duration(result.seconds)
    return f"{sizes.size(result.bytes)} read from both in {took}, without loading either. {ABOUT}"


def _rows(tensors: list[TensorDiff]) -> None:
    import pandas as pd

    frame = pd.DataFrame([_row(t) for t in tensors])
    columns = dict.fromkeys(frame.select_dtypes("float64").columns, st.column_config.NumberColumn(format="%.4g"))
    st.dataframe(
        tables.without_formulas(frame),
        hide_index=True,
        column_config=columns,
        key="checkpoints-table",
        alt="Every tensor of both checkpoints",
    )


def _row(t: TensorDiff) -> dict[str, Any]:
    return {
        "Tensor": t.name,
        "Status": t.status.value,
        "Change in %": 100 * t.relative,
        "Elements changed in %": 100 * t.share,
        "Largest change": t.largest,
        "Mean change": t.mean,
        "Cosine": t.cosine,
        "Type": _both(t.dtypes),
        "Shape": _both(tuple(map(_shape, t.shapes))),
        "Note": t.note,
    }


def _shape(shape: tuple[int, ...] | None) -> str | None:
    return None if shape is None else sizes.shape(shape)


def _both(sides: tuple[str | None, ...]) -> str:
    """`float32 → float16`; once where both are the same, or only one is there."""
    return " → ".join(dict.fromkeys(side for side in sides if side is not None))
