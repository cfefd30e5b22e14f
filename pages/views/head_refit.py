"""What a head says that learnt the corrected labels, beside one that learnt them as they are."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.results.corrections import HeadRefit
from core.results.dataset_evaluation import DatasetEvaluation
from core.words import corrections as words
from pages.ui import markup, tables, task_progress
from pages.ui.services import corrections
from pages.views import dataset_rows


def panel(result: DatasetEvaluation) -> None:
    """A button, how far it is, and what came out."""
    task = corrections().refit(result)
    if task.state() is None:
        st.html(markup.note("Seconds, on the stored pooled vectors: a forecast before a full training."))
        st.button("Refit the head on the corrected labels", type="primary", key="refit.begin", on_click=task.start)
        return
    refit = task_progress.result(task, "refit", "Refit")
    if refit is not None:
        draw(result, refit)


def draw(result: DatasetEvaluation, refit: HeadRefit) -> None:
    """The sentence, both heads' figures, the rows that one alone has right."""
    st.html(markup.lead(words.refitted(refit)))
    st.html(markup.note(words.untouched(refit)))
    tables.table(words.figures(refit), "Figures of both heads", "refit.figures")
    changed = np.concatenate([refit.lost_places, refit.gained_places])
    if len(changed):
        st.html(markup.section(f"Rows that one head alone has right: {refit.lost:,} lost first, then {refit.gained:,}"))
        dataset_rows.these(result, changed)
        st.html(markup.note("The verdict and its probability are the model's own, not those of a head."))
