"""All classes of a prediction in one table that can be searched and sorted."""

from __future__ import annotations

import streamlit as st

from core.results import Prediction
from pages.ui import markup
from pages.ui.tables import guarded_frame, shown

FIND = "classes.find"
_ROW, _MOST_ROWS = 35, 10


def table(prediction: Prediction) -> None:
    """Class, probability and logit, by falling logit; a regression has no probabilities."""
    import pandas as pd  # at the first answer, not when the server starts

    head, find = st.columns([3, 2], vertical_alignment="center")
    regression = prediction.problem_type == "regression"
    head.html(markup.section(f"All {len(prediction.labels)} {'outputs' if regression else 'classes'}"))
    search = find.text_input("Find a class", key=FIND, placeholder="Find a class", label_visibility="collapsed")
    rows = [(row.label, row.probability, row.logit) for row in prediction.ranked]
    rows = [row for row in rows if search.strip().lower() in row[0].lower()]
    if not rows:
        st.html(markup.note(f"No class has '{search}' in its name."))
        return
    frame = pd.DataFrame(rows, columns=["Class", "Probability", "Logit"])
    if prediction.untrained_head:
        frame["Head"] = "untrained: random"
    if regression:
        frame = frame.drop(columns="Probability").rename(columns={"Class": "Output", "Logit": "Value"})
    st.dataframe(
        guarded_frame(frame).style.format(shown),
        hide_index=True,
        height=_ROW * (min(len(prediction.labels), _MOST_ROWS) + 1) + 3,
        column_config={
            "Class": st.column_config.TextColumn(width=190),  # with the others, as wide as a phone shows
            "Probability": st.column_config.NumberColumn(width=90),
            "Logit": st.column_config.NumberColumn(width=70),
            "Value": st.column_config.NumberColumn(width=90),
        },
        alt="All classes with probability and logit",
    )
