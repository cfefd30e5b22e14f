"""Dry run: is the loaded candidate set up right? Every stage of a small batch, each with its number and bound."""

from __future__ import annotations

import streamlit as st

from core.dry_run.default_texts import MOST, TEXTS
from core.errors import AppError
from core.results import LoadedModel, Selection
from pages.ui import details, frame, loading, markup, task_progress, url_state
from pages.ui.services import dry_runs
from pages.views import candidate_details
from pages.views import dry_run as view

_TEXTS = "dry_run.texts"
_KEYS = {"texts": _TEXTS}
DEFAULT = "\n".join(TEXTS)


def restore() -> None:
    """The texts as the URL asks, or as they were, or those of every dry run."""
    state = st.session_state
    state.update({_KEYS[key]: value for key, value in url_state.requested("dry_run", _KEYS).items()})
    if not str(state.get(_TEXTS) or "").strip():
        state[_TEXTS] = DEFAULT


def write_texts() -> tuple[str, ...]:
    """What to run on, which a person may change."""
    with st.expander("Texts to run on"):
        label = f"One text a line, {MOST} at most"
        written = st.text_area(label, key=_TEXTS, persist_state="session", height=120)
    url_state.write("dry_run", {"texts": None if written == DEFAULT else written})
    return tuple(line.strip() for line in written.splitlines() if line.strip()) or TEXTS


def draw(selection: Selection, model: LoadedModel) -> None:
    """The verdict, the texts, the stages, the tensors of one pass, the health."""
    restore()
    verdict, choices = st.container(), st.container()
    with choices:
        texts = write_texts()
    with verdict:
        task = dry_runs().run(selection, texts)
        result = task_progress.result(task, "dry_run", "Dry run")
        if result is None:
            return
        view.summary(result)
    st.html(view.stages(result))
    with st.container(horizontal=True, gap="small"):
        st.button("Run again", key="dry_run.again", on_click=task.restart)
        view.download(model, result)
    if result.traced:
        details.part(
            "One pass through the model: shape and type at each stage", "tensors", lambda: view.tensors(result)
        )
    details.part(
        "Health of the adapter" if selection.adapter else "Health of the head",
        "health",
        lambda: st.html(candidate_details.health(model.health)),
    )
    details.how(view.ABOUT)


selection, candidate = frame.selection()
st.html(markup.title("Dry run", "Is the model set up right? Every stage with its number."))
frame.section_links()
model = loading.ready(selection, candidate)
if model is not None and frame.fits():
    try:
        draw(selection, model)
    except AppError as error:
        st.html(markup.problem(error))
