"""Two checkpoints: the verdict, the map of layers, one tensor, the table and its files."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.checkpoints.checkpoint_diff.records import diff_file
from core.figures import checkpoint_diff as figures
from core.results import UNCHANGED, CheckpointDiff, ExportFormat, TensorDiff, TensorStatus
from core.words import checkpoint_diff as words
from core.words import durations, numbers, sizes
from pages.ui import charts, markup, tables

FORMATS: dict[ExportFormat, str] = {"csv": "CSV", "parquet": "Parquet", "json": "JSON"}
ALL = "all"
ABOUT = (
    "Change: Frobenius norm of second minus first, against that of the first; values are compared as numbers, in "
    "float64, whatever their types. A NaN or an infinity at the same place on both sides counts as equal; any other "
    "pair with one counts as changed and is left out of the sums. Equal once rounded: the values of the finer type, "
    "rounded to the coarser, are exactly those of the other side, as in a copy in half precision."
)


def summary(result: CheckpointDiff) -> None:
    """The verdict, where the changes are, and how names were matched."""
    st.html(markup.lead(words.verdict(result)))
    more = [message for message in (words.where(result), words.related(result), words.names(result)) if message]
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
    equal = sum(counts[status] for status in UNCHANGED)
    only = counts[TensorStatus.ONLY_FIRST] + counts[TensorStatus.ONLY_SECOND]
    rows = [
        ("Tensors", f"{len(result.tensors):,}", "in either"),
        ("Changed", f"{counts[TensorStatus.CHANGED]:,}", ""),
        ("Equal", f"{equal:,}", ""),
        ("Other shape", f"{counts[TensorStatus.OTHER_SHAPE] + counts[TensorStatus.NOT_COMPARED]:,}", "or type"),
        ("Only in one", f"{only:,}", ""),
    ]
    if result.most_changed is not None and result.most_changed.relative > 0:
        rows.append(("Largest change", numbers.change(result.most_changed.relative), "of a norm"))
    return markup.facts(rows)


def layers(result: CheckpointDiff, chosen: TensorDiff, tensor_key: str) -> None:
    """Layer by module; a click chooses a tensor, on a whole layer the one that changed most in it."""

    def on_click(x: float, y: float) -> None:
        row, whole = figures.rows(result)[round(y)], figures.whole_rows(result)
        clicked = [t for t in result.tensors if t.layer == round(x) and (t.row == row or whole.get(row) == t.stack)]
        most = max(clicked, key=lambda t: t.relative if t.relative == t.relative else -1.0, default=chosen)
        st.session_state[tensor_key] = most.name

    signs = f" {message}." if (message := figures.legend(result)) else ""
    st.html(markup.note(f"Change against the norm in the first, layer by module. A click chooses a tensor.{signs}"))
    logarithmic = st.toggle("Logarithmic colours", key="checkpoints.log", persist_state="session")
    figure = figures.changes(result, chosen, charts.theme(), logarithmic=logarithmic)
    alt = f"Relative change of {len(result.modules)} modules in {result.depth} layers"
    charts.clickable(figure, "checkpoints-layers", alt, on_click)


def tensor(t: TensorDiff) -> None:
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
    left, right = st.columns(2, gap="medium")
    with left:
        search = st.text_input(
            "Search by name", key="checkpoints.search", placeholder="q_proj", persist_state="session"
        )
    with right:
        status = _choose_status(result)
    shown = [t for t in result.tensors if status in (ALL, t.status.value) and search.lower() in t.name.lower()]
    if shown:
        _rows(shown)
    else:
        st.html(markup.note(f"No such tensor's name holds '{search}'."))
    with st.container(horizontal=True, gap="small"):
        for kind, name in FORMATS.items():
            st.download_button(
                f"Download {name}",
                partial(diff_file, result, kind),
                file_name=f"comparison.{kind}",
                on_click="ignore",
                key=f"checkpoints.{kind}",
            )


def _choose_status(result: CheckpointDiff) -> str:
    """One kind of tensors, or all; each with their number."""
    counts = result.counts
    titles = {ALL: f"All ({len(result.tensors):,})"}
    titles |= {s.value: f"{markup.sentence(s.value)} ({counts[s]:,})" for s in TensorStatus if counts[s]}
    if st.session_state.get("checkpoints.status") not in titles:
        st.session_state["checkpoints.status"] = ALL
    return st.selectbox(
        "Status", list(titles), format_func=titles.__getitem__, key="checkpoints.status", persist_state="session"
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
        tables.in_three_digits(frame),
        hide_index=True,
        column_config=columns,
        placeholder=tables.ABSENT,
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
        "Matched by": t.matched_by,
        "Note": t.note,
    }


def _shape(shape: tuple[int, ...] | None) -> str | None:
    return None if shape is None else sizes.shape(shape)


def _both(sides: tuple[str | None, ...]) -> str:
    """`float32 → float16`; once where both are the same, or only one is there."""
    return " → ".join(dict.fromkeys(side for side in sides if side is not None))
