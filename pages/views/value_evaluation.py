"""How well a regression does on a dataset: a sentence, given against actual values, the rows that are furthest off."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.figures import value_evaluation as pictures
from core.results import Selection
from core.results.dataset import DatasetRequest
from core.results.value_evaluation import ValueEvaluation
from core.words import value_evaluation as words
from core.words.class_names import readable
from core.words.numbers import significant
from pages.ui import charts, details, markup, tables
from pages.ui.services import datasets
from pages.views import evaluated, evaluation, measured_rows

#: Which output the pictures show, where there are several.
OUTPUT = "evaluation.output"


def panel(selection: Selection, request: DatasetRequest) -> None:
    """From the answers to the rows."""
    result = evaluated.outcome(datasets().evaluate_values(selection, request), selection, request)
    if result is not None:
        draw(result)


def draw(result: ValueEvaluation) -> None:
    """The sentence, two pictures, the rows; on request every figure."""
    st.html(markup.lead(words.headline(result)))
    if left := words.not_measured(result):
        st.html(markup.note(left))
    if result.figures:
        drawn(result)
        details.part("Every figure with its interval", "figures", lambda: figures(result))
    rows(result)


def drawn(result: ValueEvaluation) -> None:
    """Given against actual values, and how far they lie apart, of one output."""
    output = _output(result)
    left, right = st.columns(2, gap="large")
    with left:
        st.html(markup.section("Given against actual"))
        said = words.drawn(result, output, len(pictures.drawn(result)))
        st.html(markup.note(said))
        charts.chart(pictures.given_against_actual(result, output, charts.theme()), "evaluation.given", said)
    with right:
        st.html(markup.section("How far off"))
        st.html(markup.note(words.ERRORS))
        charts.chart(pictures.errors(result, output, charts.theme()), "evaluation.errors", words.ERRORS)


def figures(result: ValueEvaluation) -> None:
    """Every figure with its interval, and those of each output."""
    evaluation.table(words.figures(result))
    if result.outputs:
        each = [
            {"Output": name, **words.output(found)} for name, found in zip(result.classes, result.outputs, strict=True)
        ]
        tables.table(each, "Figures of each output", "evaluation.outputs", {"Output": tables.classes(result.classes)})


def rows(result: ValueEvaluation) -> None:
    """The largest error first; of one output those that are given too much, or too little, too."""
    off = result.off
    kinds = {"all": ("Largest error first", measured_rows.worst_first(result.compared, off))}
    if len(result.classes) == 1:
        above = (result.predicted > result.actual)[:, 0]
        kinds["high"] = ("Too high", measured_rows.worst_first(result.compared & above, off))
        kinds["low"] = ("Too low", measured_rows.worst_first(result.compared & ~above & (off > 0), off))
    kinds["unlabelled"] = ("Not measured", np.flatnonzero(~result.compared))
    measured_rows.draw(result, kinds, lambda places: _cells(result, places))


def _cells(result: ValueEvaluation, places: measured_rows.Places) -> dict[str, Any]:
    actual, given, off = result.actual[places], result.predicted[places], result.off[places]
    if len(result.classes) > 1:
        return {"Actual": _side_by_side(actual), "Given": _side_by_side(given), "Off by (mean)": _numbers(off)}
    error = np.where(np.isfinite(off), (given - actual)[:, 0], np.nan)
    return {"Actual": _numbers(actual[:, 0]), "Given": _numbers(given[:, 0]), "Off by": _numbers(error)}


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    """(N,) to three significant digits, so that a column of them can be sorted; None where there is none."""
    return [float(f"{value:.3g}") if np.isfinite(value) else None for value in values]


def _side_by_side(values: NDArray[np.float64]) -> list[str]:
    """(N, K) -> N: the numbers of a row; in brackets, for a cell that begins with a sign is taken for a formula."""
    return [f"[{', '.join(significant(float(value)) for value in row)}]" for row in values]


def _output(result: ValueEvaluation) -> int:
    """The output that is looked at; asked for where there are several."""
    if len(result.classes) == 1:
        return 0
    if st.session_state.get(OUTPUT) not in result.classes:
        st.session_state[OUTPUT] = result.classes[0]
    chosen = st.selectbox(
        "Output",
        result.classes,
        format_func=lambda name: markup.plain(readable(name, result.classes)),
        key=OUTPUT,
        persist_state="session",
        width=320,
    )
    return result.classes.index(chosen or result.classes[0])
