"""Two models on one dataset: measures, agreement, classes, and rows where they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.results import Selection
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.two_models import TwoModels
from core.words import two_models as words
from core.words.numbers import percentage, points
from pages.ui import markup, tables
from pages.ui.services import datasets
from pages.views import dataset_rows, row_cells, second_model

SHOW = "evaluation.differing"
#: What of this page stands in the URL.
KEYS = {"with": second_model.WITH, "show": SHOW, "from": dataset_rows.START}
MOST = {"from": 10**9}


def summary(report: TwoModels, first: Selection, second: Selection) -> None:
    """The sentence, which classes are compared, and what is left out."""
    st.html(markup.lead(words.lead(report, second_model.names(first, second))))
    st.html(markup.note(f"{words.matched(report.common)} {words.left_out(report)}"))


def figures(report: TwoModels) -> None:
    """Measures of both with their differences; beside them how far they agree."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(markup.section("Which is better"))
        rows = [words.measure(found) for found in report.measures]
        tables.table(rows, "Measures of both models and their differences", "two_models.measures")
    with right:
        st.html(markup.section("How far they agree"))
        st.html(markup.facts(words.outcomes(report)))
        st.html(markup.facts(words.agreement(report)))


def rows(result: DatasetEvaluation, report: TwoModels) -> None:
    """The rows on which they differ, those with the most different probabilities of the label first."""
    st.html(markup.section("Rows on which they differ"))
    st.html(markup.note(words.ORDER))
    masks = _masks(report)
    if st.session_state.get(SHOW) not in masks:
        st.session_state[SHOW] = "differ"
    shown = st.segmented_control(
        "Rows",
        list(masks),
        format_func=lambda key: f"{words.SHOWN[key]} ({int(masks[key].sum()):,})",
        key=SHOW,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
        on_change=lambda: st.session_state.update({dataset_rows.START: 0}),
    )
    places = np.flatnonzero(masks[shown or "differ"])
    apart = np.abs(report.first_probability - report.second_probability)
    keys = [np.nan_to_num(values[places], nan=-1.0) for values in (report.distances, apart)]
    dataset_rows.these(result, places[np.lexsort([-key for key in keys])], _cells(report))


def classes(report: TwoModels) -> None:
    """Every class, those that differ most clearly first."""
    import pandas as pd

    st.html(markup.note("Those that differ most clearly come first. Each interval is of its class alone."))
    frame = pd.DataFrame([words.of_class(found, report.classes) for found in report.per_class])
    forms = {"A right": percentage, "B right": percentage, "A less B, points": points}
    _drawn(frame, forms, "Classes with the accuracy of both models", "two_models.classes")


def confusions(report: TwoModels) -> None:
    """Pairs of classes that one confuses more often."""
    import pandas as pd

    st.html(markup.note(words.confusions(report)))
    if report.confusions:
        frame = pd.DataFrame([words.of_pair(found, report.classes) for found in report.confusions])
        _drawn(
            frame,
            {"A less B": "{:+,}".format},
            "Pairs of classes that one model confuses more often",
            "two_models.confusions",
        )


def soft_labels(result: DatasetEvaluation) -> None:
    """The first model's probabilities, for a student to be trained on."""
    silent = int((result.predicted == NO_CLASS).sum())
    if silent:
        st.html(markup.note(f"{silent:,} rows have no probabilities, so they cannot be a student's targets."))
        return
    st.html(markup.note(words.soft_labels(*_size(result))))
    service = datasets()
    stem = result.dataset.name.rsplit(".", 1)[0]
    st.download_button(
        "Download soft labels (Parquet)",
        lambda: service.soft_labels(result),
        file_name=f"{stem}-soft-labels.parquet",
        mime="application/vnd.apache.parquet",
        icon=":material/download:",
        on_click="ignore",
    )


def _size(result: DatasetEvaluation) -> tuple[int, int, int, int]:
    """Rows and classes of its probabilities; rows that have none, and that have no class."""
    return len(result.rows), len(result.classes), result.not_answered, len(result.rows) - result.measured


def _masks(report: TwoModels) -> dict[str, NDArray[np.bool_]]:
    """(N,) of each choice, which rows it shows."""
    differ, known = report.first != report.second, report.known
    right, other = (known & (said == report.actual) for said in (report.first, report.second))
    masks = {
        "differ": differ,
        "first": right & ~other,
        "second": other & ~right,
        "neither": differ & known & ~right & ~other,
        "unlabelled": differ & ~known,
    }
    return masks if masks["unlabelled"].any() else {name: mask for name, mask in masks.items() if name != "unlabelled"}


def _cells(report: TwoModels) -> Callable[[NDArray[np.int64], Sequence[str]], dict[str, Any]]:
    """What both said of rows: label, verdicts, and the label's probabilities."""
    named = row_cells.named(report.classes)

    def cells(places: NDArray[np.int64], _: Sequence[str]) -> dict[str, Any]:
        numbers = {"Label": report.actual, "A says": report.first, "B says": report.second}
        shares = {"Label by A": report.first_probability, "Label by B": report.second_probability}
        said: dict[str, Any] = {head: [named[i] for i in values[places]] for head, values in numbers.items()}
        return said | {
            head: [percentage(float(p), tables.ABSENT) for p in values[places]] for head, values in shares.items()
        }

    return cells


def _drawn(frame: Any, forms: dict[str, Any], alt: str, key: str) -> None:
    wide = {"Class": st.column_config.TextColumn(width=300)}
    tables.of_rows(frame, alt, key, lead=tuple(frame)[:3], forms=forms, columns=wide, most=14)
