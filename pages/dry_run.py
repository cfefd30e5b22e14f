"""Dry run: is the loaded candidate set up right? Every stage of a small batch, each with its number and bound."""

from __future__ import annotations

import streamlit as st

from core.dry_run.default_texts import MOST, TEXTS
from core.dry_run.records import exported
from core.errors import AppError
from core.results import DryRun, LoadedModel, Selection
from core.tasks.task import Task
from core.words import dry_run as words
from pages.ui import frame, loading, markup, tables, task_progress, url_state
from pages.ui.services import dry_runs
from pages.views import candidate_details
from pages.views import dry_run as view

_TEXTS = "dry_run.texts"
_KEYS = {"texts": _TEXTS}
DEFAULT = "\n".join(TEXTS)
ABOUT = (
    "A dry run reads a few short texts with the weights in memory, in modules of its own: whoever classifies meanwhile "
    "is not disturbed, and the model stays as it was. A difference is the largest between logits that must be equal, "
    "as a share of the largest logit; its bound is what the rounding of the number type allows."
)


def restore() -> None:
    """The texts as the URL asks, or as they were, or those of every dry run."""
    state = st.session_state
    state.update({_KEYS[key]: value for key, value in url_state.asked("dry_run", _KEYS).items()})
    if not str(state.get(_TEXTS) or "").strip():
        state[_TEXTS] = DEFAULT


def texts() -> tuple[str, ...]:
    """What to run on, which a person may change."""
    with st.expander("Texts to run on"):
        label = f"One text a line, {MOST} at most"
        written = st.text_area(label, key=_TEXTS, persist_state="session", height=120)
    url_state.write("dry_run", {"texts": None if written == DEFAULT else written})
    return tuple(line.strip() for line in written.splitlines() if line.strip()) or TEXTS


def buttons(task: Task[DryRun], model: LoadedModel, result: DryRun) -> None:
    """Run again, and the whole of it as a file."""
    with st.container(horizontal=True, gap="small"):
        st.button("Run again", key="dry_run.again", on_click=task.restart)
        st.download_button(
            "Download JSON",
            exported(model, result, model.health),
            file_name="dry-run.json",
            on_click="ignore",
            key="dry_run.json",
        )


def inside(result: DryRun) -> None:
    """The tensors of one pass."""
    st.html(markup.section("One pass through the model"))
    st.html(markup.note(words.axes(result)))
    tables.table(view.rows(result), "Shape and type at each stage of the pass", key="dry-run-tensors")


def draw(selection: Selection, model: LoadedModel) -> None:
    """The verdict, the texts, the stages, the tensors of one pass, the health."""
    restore()
    verdict, request = st.container(), st.container()
    with request:
        chosen = texts()
    with verdict:
        task = dry_runs().run(selection, chosen)
        result = task_progress.result(task, "dry_run", "Dry run")
        if result is None:
            return
        st.html(markup.lead(words.verdict(result)))
        st.html(markup.note(words.cost(result)))
    st.html(view.stages(result))
    buttons(task, model, result)
    if result.traced:
        inside(result)
    st.html(markup.section("Health of the adapter" if selection.adapter else "Health of the head"))
    st.html(candidate_details.health(model.health))
    st.html(markup.note(ABOUT))


selection, candidate = frame.selection()
st.html(markup.title("Dry run", "Is the model set up right? Every stage with its number."))
frame.section_links()
loaded = loading.ready(selection, candidate)
if loaded is not None and frame.fits():
    try:
        draw(selection, loaded)
    except AppError as error:
        st.html(markup.problem(error))
