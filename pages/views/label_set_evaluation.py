"""How well a pair of several labels does on a dataset: a sentence, each label, the rows that are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.results import Selection
from core.results.dataset import DatasetRequest
from core.results.label_set_evaluation import LabelSetEvaluation
from core.words import label_set_evaluation as words
from core.words.class_names import readable
from core.words.numbers import percentage, significant
from pages.ui import details, markup, tables
from pages.ui.services import datasets
from pages.views import evaluated, evaluation, measured_rows


def panel(selection: Selection, request: DatasetRequest) -> None:
    """From the answers to the rows."""
    result = evaluated.outcome(datasets().evaluate_label_sets(selection, request), selection, request)
    if result is not None:
        draw(result)


def draw(result: LabelSetEvaluation) -> None:
    """The sentence, every label, the rows; on request every figure."""
    st.html(markup.lead(words.headline(result)))
    for said in (words.commonest(result), words.not_measured(result)):
        if said:
            st.html(markup.note(said))
    if result.figures:
        st.html(markup.section("Label by label"))
        labels(result)
        details.part("Every figure with its interval", "figures", lambda: figures(result))
    rows(result)


def labels(result: LabelSetEvaluation) -> None:
    """Every label, the one with the most mistakes first."""
    import pandas as pd

    found = sorted(result.labels, key=lambda label: -(label.missed + label.added))
    frame = pd.DataFrame(
        {
            "Label": [readable(label.label, result.classes) for label in found],
            "Rows with it": [label.support for label in found],
            "Missed": [label.missed for label in found],
            "Too many": [label.added for label in found],
            "Precision": [_share(label.precision) for label in found],
            "Recall": [_share(label.recall) for label in found],
            "F1": [significant(label.f1) for label in found],
            "Average precision": [significant(label.average_precision) for label in found],
        }
    )
    tables.of_rows(
        frame,
        "Every label with its figures",
        "evaluation.labels_table",
        lead=("Label", "Missed", "Too many"),
        columns={
            "Missed": st.column_config.NumberColumn(help="Rows that have it and are not given it."),
            "Too many": st.column_config.NumberColumn(help="Rows that are given it and do not have it."),
            "Average precision": st.column_config.TextColumn(help="Over all thresholds; the others at 50\u00a0%."),
        },
    )


def figures(result: LabelSetEvaluation) -> None:
    """Every figure with its interval."""
    evaluation.table(words.figures(result))


def rows(result: LabelSetEvaluation) -> None:
    """The wrong ones with the largest loss first, or others."""
    kinds = {
        "wrong": ("Wrong", measured_rows.worst_first(result.wrong, result.loss)),
        "right": ("Right", measured_rows.worst_first(result.right, result.loss)),
        "unlabelled": ("Not measured", np.flatnonzero(~result.labelled)),
        "all": ("All", np.arange(len(result.rows))),
    }
    measured_rows.draw(result, kinds, lambda places: _cells(result, places))


def _cells(result: LabelSetEvaluation, places: measured_rows.Places) -> dict[str, Any]:
    actual, given, known = result.actual[places], result.predicted[places], result.labelled[places]
    compared = known & ~result.silent[places]
    return {
        "Labels": [
            said if measured else written
            for said, measured, written in zip(_sets(result, actual), known, _written(result, places), strict=True)
        ],
        "Verdict": _where(~result.silent[places], _sets(result, given)),
        "Missed": _where(compared & (actual & ~given).any(axis=1), _sets(result, actual & ~given)),
        "Too many": _where(compared & (given & ~actual).any(axis=1), _sets(result, given & ~actual)),
        "Loss": [significant(float(loss)) for loss in result.loss[places]],
    }


def _sets(result: LabelSetEvaluation, indicators: NDArray[np.bool_]) -> list[str]:
    """(N, K) -> N sets of labels by their names."""
    return [words.labels([result.classes[k] for k in np.flatnonzero(row)], result.classes) for row in indicators]


def _written(result: LabelSetEvaluation, places: measured_rows.Places) -> list[str]:
    """The labels as the file has them: those that are not the model's are shown so."""
    if result.request.label_column is None:
        return [tables.ABSENT] * len(places)
    return list(datasets().cells(result.dataset.id, result.request.label_column, result.rows[places].tolist()))


def _where(there: NDArray[np.bool_], said: list[str]) -> list[str]:
    return [one if shown else tables.ABSENT for shown, one in zip(there, said, strict=True)]


def _share(value: float | None) -> str:
    return tables.ABSENT if value is None else percentage(value)
