"""What to do next with a dataset: what was found, the rows to look at first, what is marked, and whether it helps."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import streamlit as st

from core.results.dataset_evaluation import DatasetEvaluation
from core.results.label_errors import LabelErrorReport
from core.words.next_steps import Step
from pages.ui import markup
from pages.ui.site_map import PAGES
from pages.views import evaluated, label_errors

#: Rows that are shown to be looked at first.
FIRST = 10
_TITLES = {page.name: page.title for page in PAGES}


def draw(steps: list[Step]) -> None:
    """The steps, numbered, each with the way to its page."""
    if not steps:
        st.html(
            markup.lead("Nothing stands out: no likely label error, no weak slice, no pair that is confused often.")
        )
        return
    with st.container(key="steps", gap="xsmall"):
        for number, step in enumerate(steps, 1):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                said = f"{number}. {step.said}"
                st.html(markup.lead(said) if number == 1 else f"<p>{markup.text(said)}</p>", width="content")
                st.page_link(
                    f"pages/{step.page}.py",
                    label=_TITLES[step.page],
                    icon=":material/arrow_forward:",
                    query_params=_asked(step),
                )


def _asked(step: Step) -> dict[str, str]:
    """What the link asks of its page: the dataset, and the part that is folded there."""
    asked = {"data": str(st.session_state.get(evaluated.DATA) or ""), "open": step.part}
    return {key: value for key, value in asked.items() if value}


def first_rows(result: DatasetEvaluation, report: LabelErrorReport, marked: Collection[int]) -> None:
    """The rows whose label is likeliest wrong, of those that are not marked yet."""
    report = report.without(np.isin(result.rows[report.places], list(marked)))
    if not len(report.places):
        return
    st.html(markup.section(f"The {min(FIRST, len(report.places))} rows to look at first"))
    label_errors.rows(result, report, FIRST)
