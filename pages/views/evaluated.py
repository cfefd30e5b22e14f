"""The dataset that the pages about many texts share, and what the loaded pair said of it."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any, TypeVar

import streamlit as st

from core.errors import AppError, InputError
from core.results import LoadedModel, Selection
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import DatasetEvaluation
from core.services import Task
from core.words import dataset as words
from pages.ui import frame, loading, markup, task_progress, untrained_head, url_state
from pages.ui.services import datasets
from pages.views import dataset

Result = TypeVar("Result")

DATA = "evaluation.data"
#: What a pair may be that gives one class a text, and every other kind of pair.
ONE_CLASS, LABEL_SETS, VALUES = "single_label_classification", "multi_label_classification", "regression"
#: What stands in the URL of every page that is about a dataset, and where it is kept.
KEYS = {"data": DATA, "texts": dataset.TEXTS, "labels": dataset.LABELS}


def opened(
    heading: str, question: str, keys: Mapping[str, str], most: Mapping[str, int]
) -> tuple[Selection, LoadedModel] | None:
    """The head of such a page, with what its URL asks for; the loaded pair, or None where there is none to ask.

    `keys` are those of this page besides `KEYS`; of `most`, whole numbers, nothing above is taken.
    """
    selection, candidate = frame.selection()
    st.html(markup.title(heading, question))
    frame.section_links()
    every = {**KEYS, **keys}
    for key, value in url_state.requested(frame.here(), every).items():
        if key not in most or value.isdigit():
            st.session_state[every[key]] = min(most[key], int(value)) if key in most else value
    model = loading.ready(selection, candidate)
    if model is None or not frame.fits() or not untrained_head.passes(selection, candidate, model):
        return None
    return selection, model


def page(
    heading: str,
    question: str,
    keys: Mapping[str, str],
    most: Mapping[str, int],
    panel: Callable[[Selection, LoadedModel], None],
    problems: Container[str] = (ONE_CLASS,),
) -> None:
    """Such a page: its head, `panel` for the loaded pair, or what is wrong in words; all choices into the URL.

    A pair of another problem than `problems` is told so before anything is asked for, with the way to where it is
    measured.
    """
    pair = opened(heading, question, keys, most)
    if pair is None:
        return
    try:
        if pair[1].problem_type in problems:
            panel(*pair)
        else:
            _of_another_problem(pair[1])
    except AppError as error:
        st.html(markup.problem(error))
    keep(keys)


def _of_another_problem(model: LoadedModel) -> None:
    st.html(markup.problem(InputError(words.one_class(model.problem_type), fix=words.EVALUATE_MEASURES)))
    st.page_link(
        "pages/evaluation.py",
        label="Evaluate this model",
        icon=":material/arrow_forward:",
        icon_position="right",
    )


def keep(keys: Mapping[str, str]) -> None:
    """All choices into the URL."""
    values: dict[str, Any] = {key: st.session_state.get(state) for key, state in {**KEYS, **keys}.items()}
    url_state.write(frame.here(), {key: str(value) if value else None for key, value in values.items()})


def use(chosen: str | None) -> None:
    """Another dataset, or none; runs before the page is drawn."""
    for key in [key for key in st.session_state if str(key).startswith("evaluation.")]:
        st.session_state.pop(key, None)
    st.session_state[DATA] = chosen


def evaluated(
    selection: Selection, request: DatasetRequest, by: str = "", key: str = "evaluate"
) -> DatasetEvaluation | None:
    """The result of a pair that gives one class a text; or None, see `outcome`."""
    return outcome(datasets().evaluate(selection, request), selection, request, by, key)


def outcome(
    task: Task[Result], selection: Selection, request: DatasetRequest, by: str = "", key: str = "evaluate"
) -> Result | None:
    """The result; or None, after a button that begins the run, or how far it is.

    `by` names the pair on the button, where it is not the one in the top bar; its widgets have the names of `key`.
    """
    done, total = datasets().answered(selection, request)
    if task.state() is None and done < total:
        label = f"Go on: {done:,} of {words.count(total, 'row')} were answered before" if done else ""
        label = (label or f"Evaluate {words.count(total, 'row')}") + (f" with {markup.plain(by)}" if by else "")
        st.button(label, type="primary", key=f"{key}.begin", on_click=task.start)
        return None
    return task_progress.result(task, key, f"Evaluation with {by}" if by else "Evaluation")


def labelled(selection: Selection) -> DatasetEvaluation | None:
    """What this page is about, with labels; or None, after drawing what is missing and the way to it."""
    result = answered(selection)
    if result is None or result.figures:
        return result
    st.html(markup.warning(words.NOTHING_LABELLED))
    return None


def answered(selection: Selection) -> DatasetEvaluation | None:
    """The same with labels or without."""
    summary = dataset.opened(st.session_state.get(DATA), use, selection)
    if summary is None:
        return None
    request = dataset.request(summary)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(markup.note(words.about(summary, request)), width="content")
        st.page_link("pages/evaluation.py", label="Another dataset or column")
    return evaluated(selection, request)
