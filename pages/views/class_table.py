"""All classes of a prediction in one table that can be searched and sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.results import Prediction
from core.words import outputs as words
from core.words.class_names import readable
from pages.ui import markup, tables

FIND = "classes.find"
_ROW, _MOST_ROWS = 35, 10


def table(prediction: Prediction) -> None:
    """Class, probability and logit, by falling logit; a regression has values. Nothing for a lone one."""
    import pandas as pd  # at the first answer, not when the server starts

    name, measure = (form(prediction.problem_type).capitalize() for form in (words.noun, words.measure))
    if len(prediction.labels) == 1:
        return  # the answer itself says all of it
    head, find = st.columns([3, 2], vertical_alignment="center")
    head.html(markup.section(words.all_of(prediction)))
    wanted = f"Find {words.indefinite(prediction.problem_type)}"
    search = find.text_input(wanted, key=FIND, placeholder=wanted, label_visibility="collapsed")
    rows = [(row.label, row.probability, row.logit) for row in prediction.ranked]
    rows = [row for row in rows if found(search, row[0], prediction.labels)]
    if not rows:
        st.html(markup.note(f"No {name.lower()} has '{search}' in its name."))
        return
    frame = pd.DataFrame(rows, columns=[name, "Probability", measure])
    if prediction.untrained_head:
        frame["Head"] = "untrained: random"
    if prediction.problem_type == "regression":
        frame = frame.drop(columns="Probability")
    labels = tables.classes(prediction.labels)
    forms: dict[Any, tables.Form] = {name: labels.form, "Probability": tables.SHARE.form}
    st.dataframe(
        tables.guarded_frame(frame).style.format({column: forms.get(column, tables.shown) for column in frame}),
        hide_index=True,
        height=_ROW * (min(len(prediction.labels), _MOST_ROWS) + 1) + 3,
        column_config={
            name: st.column_config.TextColumn(width=190, help=labels.help),  # with the others, as wide as a phone shows
            "Probability": st.column_config.NumberColumn(width=90),
            measure: st.column_config.NumberColumn(width=90),
        },
        alt=f"All {words.noun(prediction.problem_type, 2)} with their numbers",
    )


def found(search: str, label: str, labels: Sequence[str]) -> bool:
    """Whether a class is meant by what was typed: part of its id, or of its name."""
    wanted = search.strip().lower()
    return wanted in label.lower() or wanted in readable(label, labels).lower()
