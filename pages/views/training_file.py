"""The training file beside a test file: brought on the page, its columns, and its texts read by the loaded pair."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import Selection
from core.results.dataset import DatasetRequest, DatasetSummary
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.training_rows import TrainingRows
from core.words import training_file as words
from pages.ui import markup, task_progress
from pages.ui.services import datasets
from pages.views import dataset

TRAIN, TEXTS, LABELS = "training_rows.train", "training_rows.texts", "training_rows.labels"
#: What of which file was meant last.
_REQUEST = "training_rows.request"
#: What of it stands in the URL.
KEYS = {"train": TRAIN, "train_texts": TEXTS, "train_labels": LABELS}


def choose(selection: Selection) -> DatasetRequest | None:
    """What of which training file is meant; None after drawing the ways to bring one."""
    summary = _opened()
    if summary is None:
        dataset.ways_in(words.BRING, "train", "training_rows", use, lambda: _named(selection))
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        said = st.empty()
        with st.popover("Another training file or column", type="tertiary"):
            request = dataset.choose_columns(summary, use, (TEXTS, LABELS), "Another training file", stacked=True)
    st.session_state[_REQUEST] = request
    matches = () if request.label_column is None else datasets().labels(selection, request)
    said.html(markup.note(words.brought(summary, request, matches)), width="content")
    return request


def compared(result: DatasetEvaluation) -> TrainingRows | None:
    """An evaluation beside the training file that this person has brought; None where that was not done yet."""
    request = st.session_state.get(_REQUEST)
    if request is None:
        return None
    try:
        training = datasets().evaluate(result.selection, request).state()
        if training is None or training.result is None:
            return None
        report = datasets().training_rows(result, training.result).state()
    except AppError:  # a file that is gone: the page of the training rows says so
        return None
    return report.result if report else None


def use(chosen: str | None) -> None:
    """Another training file, or none; runs before the page is drawn."""
    for key in (TEXTS, LABELS):
        st.session_state.pop(key, None)
    st.session_state[TRAIN] = chosen


def read(selection: Selection, request: DatasetRequest) -> DatasetEvaluation | None:
    """What the pair says of its texts; or None, after a button that begins, or how far it is."""
    task = datasets().evaluate(selection, request)
    done, total = datasets().answered(selection, request)
    if task.state() is None and done < total:
        st.button(words.begin(done, total), type="primary", key="training_rows.begin", on_click=task.start)
        return None
    return task_progress.result(task, "training_rows.read", "Reading the training file")


def _opened() -> DatasetSummary | None:
    chosen = st.session_state.get(TRAIN)
    if not chosen:
        return None
    try:
        return datasets().summary(chosen)
    except AppError as error:
        st.html(markup.problem(error))
        return None


def _named(selection: Selection) -> None:
    """The file that the model card names, by one click where it is here."""
    file = datasets().training_file(selection)
    st.html(markup.section("What the model card says"))
    st.html(markup.note(words.named(file)))
    if file is not None and file.path is not None:
        st.button(f"Use {markup.plain(file.name, 60)}", on_click=dataset.open_path, args=(use, file.path))
