"""How well a pair does on a dataset: a sentence, the figures, the outcomes, what is confused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.figures.evaluation import outcomes as bar
from core.results import Selection
from core.results.dataset_evaluation import Confusion, DatasetEvaluation
from core.results.stated_results import StatedResult
from core.words import evaluation as words
from core.words.class_names import readable
from core.words.numbers import percentage
from pages.ui import candidate_picker, markup, tables

_ORDER = ("accuracy", "macro_f1", "balanced_accuracy", "weighted_f1", "top_3", "log_loss", "brier", "calibration_error")


def summary(result: DatasetEvaluation) -> None:
    """The sentence, and what it leaves out."""
    st.html(markup.lead(words.headline(result)))
    if result.figures:
        said = f"{words.beside_card(result, _stated(result.selection))} {words.LABELS_AS_THEY_ARE}"
        st.html(markup.note(said.strip()))
    if left := words.not_measured(result):
        st.html(markup.note(left))


def _stated(selection: Selection) -> tuple[StatedResult, ...]:
    """What the model card of a pair says of it; nothing where its candidate is not here any more."""
    candidate = next((c for c in candidate_picker.offered() if c.id == selection.candidate), None)
    return () if candidate is None else tuple(candidate.stated_with(selection.adapter))


def pictures(result: DatasetEvaluation, key: str, choose: Callable[[Confusion | None], None]) -> None:
    """The outcomes, and beside them what is confused; see both."""
    left, right = st.columns(2, gap="large")
    with left:
        outcomes(result, key)
    with right:
        confusions(result, choose)


def figures(result: DatasetEvaluation) -> None:
    """Every figure with its interval."""
    table(words.figures({name: words.MEASURES[name] for name in _ORDER}, result.figures))


def table(figures: Sequence[tuple[str, str, str]]) -> None:
    """Figures by name, value and interval."""
    rows = [{"Measure": name, "Value": value, "95 % interval": ends or tables.ABSENT} for name, value, ends in figures]
    tables.table(rows, "Figures with their intervals", "evaluation.figures")


def outcomes(result: DatasetEvaluation, key: str) -> None:
    """The four outcomes at a threshold, in percent, which is kept under this key of the session."""
    st.html(markup.section("If unsure verdicts were rejected"))
    st.session_state.setdefault(key, round(100 * result.sure))
    percent = st.slider(
        "Reject verdicts below this probability (%)", 0, 100, step=1, key=key, format="%d %%", persist_state="session"
    )
    threshold = percent / 100
    found = result.outcomes(threshold)
    st.html(bar(found))
    st.html(markup.note(words.rejecting(found, threshold)))


def confusions(result: DatasetEvaluation, choose: Callable[[Confusion | None], None]) -> None:
    """Pairs of classes that are taken for one another; `choose` gets the one that is clicked, before the next run."""
    import pandas as pd

    pairs = result.confusions()
    st.html(markup.section("What is taken for what"))
    if not pairs:
        st.html(markup.note("No row with a label was given another class."))
        return
    frame = pd.DataFrame(
        {
            "Label": [readable(result.classes[p.actual], result.classes) for p in pairs],
            "Taken for": [readable(result.classes[p.predicted], result.classes) for p in pairs],
            "Rows": [p.count for p in pairs],
            "Of the label's rows": [percentage(p.count / p.of) for p in pairs],
        }
    )

    def clicked() -> None:
        rows = st.session_state["evaluation.confusions"].selection.rows
        choose(pairs[rows[0]] if rows else None)

    tables.of_rows(
        frame,
        "Pairs of classes that are confused",
        "evaluation.confusions",
        lead=("Label", "Taken for"),
        columns={
            **dict.fromkeys(("Label", "Taken for"), st.column_config.TextColumn(width=200)),
            "Rows": st.column_config.NumberColumn(width=55),
            "Of the label's rows": st.column_config.TextColumn(width=130),
        },
        on_select=clicked,
        selection_mode="single-row",
    )
