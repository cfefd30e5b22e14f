"""Dry run: is the loaded candidate set up right? Every stage of a small batch, each with its number and bound."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.errors import AppError
from core.inspection.checking.document import exported
from core.inspection.checking.texts import MOST, TEXTS
from core.results import DryRun, LoadedModel, Selection
from core.words import dry_run as words
from pages.ui import address, checking, details, frame, loading, markup, tables, working
from pages.ui.engine import dry_runs

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
    state.update({_KEYS[key]: value for key, value in address.asked("dry_run", _KEYS).items()})
    if not str(state.get(_TEXTS) or "").strip():
        state[_TEXTS] = DEFAULT


def texts() -> tuple[str, ...]:
    """What to run on, which a person may change."""
    with st.expander("Texts to run on"):
        label = f"One text a line, {MOST} at most"
        written = st.text_area(label, key=_TEXTS, persist_state="session", height=120)
    address.write("dry_run", {"texts": None if written == DEFAULT else written})
    return tuple(line.strip() for line in written.splitlines() if line.strip()) or TEXTS


def buttons(selection: Selection, chosen: tuple[str, ...], model: LoadedModel, found: DryRun) -> None:
    """Run again, and the whole of it as a file."""
    with st.container(horizontal=True, gap="small"):
        st.button("Run again", key="dry_run.again", on_click=dry_runs().again, args=(selection, chosen))
        st.download_button(
            "Download JSON", exported(model, found, model.health), file_name="dry-run.json", on_click="ignore",
            key="dry_run.json",
        )  # fmt: skip


def inside(found: DryRun) -> None:
    """The tensors of one pass."""
    st.html(markup.section("One pass through the model"))
    st.html(markup.note(words.axes(found)))
    tables.table(checking.rows(found), "Shape and type at each stage of the pass", key="dry-run-tensors")


def draw(selection: Selection, model: LoadedModel) -> None:
    """The verdict, the texts, the stages, the tensors of one pass, the health."""
    restore()
    verdict, asked = st.container(), st.container()
    with asked:
        chosen = texts()
    with verdict:
        found = working.result(partial(dry_runs().run, selection, chosen), "dry_run", "Dry run")
        if found is None:
            return
        st.html(markup.lead(words.verdict(found)))
        st.html(markup.note(words.cost(found)))
    st.html(checking.stages(found))
    buttons(selection, chosen, model, found)
    if found.traced:
        inside(found)
    st.html(markup.section("Health of the adapter" if selection.adapter else "Health of the head"))
    st.html(details.health(model.health))
    st.html(markup.note(ABOUT))


selection, candidate = frame.selection()
st.html(markup.title("Dry run", "Is the model set up right? Every stage with its number."))
frame.section_links()
loaded = loading.ready(selection, candidate)
if loaded is not None:
    try:
        draw(selection, loaded)
    except AppError as error:
        st.html(markup.problem(error))
