"""Loading a candidate: started where it costs nothing to ask, shown while it runs, and why it failed."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlparse

import streamlit as st

from core.errors import AppError, NotFoundError
from core.results import Availability, CandidateSummary, LoadedModel, LoadStage, LoadState, Requirements, Selection
from core.words import loading as words
from core.words.sizes import size
from pages.ui import markup
from pages.ui.server_paths import hidden
from pages.ui.services import engine
from pages.ui.waiting import SMALL

#: How long one look at a load waits for its end. Drawing more often takes time from the load itself.
_LOOK_SECONDS = 0.5


def ready(
    selection: Selection, candidate: CandidateSummary, *, ask: bool = False, keep: tuple[Selection, ...] = ()
) -> LoadedModel | None:
    """The loaded model; or None, after drawing what stands in the way and what can be done.

    Small candidates that are at hand load by themselves, unless `ask`. Pairs in `keep` are not dropped for it.
    """
    model = engine().loaded_model(selection)
    if model is not None:
        return model
    problem = candidate.problem_with(selection.adapter)
    if problem is not None:  # as a load would say
        st.html(markup.problem(AppError(problem.problem, fix=problem.fix)))
        return None
    state = engine().load_state(selection)
    if state is not None and state.finished and not state.error:
        state = None  # it was loaded once, and has gone since
    needs = _requirements(selection, keep)
    if state is None and not ask and isinstance(needs, Requirements) and _costs_nothing(candidate, needs):
        state = engine().start_load(selection, keep=keep)
    if state is None:
        _offer(selection, candidate, needs, keep)
    elif state.error:
        _failed(state, keep)
    else:
        is_small = isinstance(needs, Requirements) and needs.weights <= SMALL
        _progress(selection, candidate.title or candidate.id, is_small=is_small)
    return None


def all_ready(selections: tuple[Selection, ...], *candidates: CandidateSummary) -> bool:
    """Whether all of them, of these candidates, are loaded; if not, what stands in the way is drawn.

    None is dropped for another: what does not fit together is said instead of loading in circles.
    """
    try:
        engine().require_room(*selections)
    except AppError as error:
        st.html(markup.problem(error))
        return False
    for selection in selections:
        if engine().loaded_model(selection) is not None:
            engine().start_load(selection)  # counts as used now
    others = [(s, tuple(o for o in selections if o != s)) for s in selections]
    known = {candidate.id: candidate for candidate in candidates}
    return all(ready(selection, known[selection.candidate], keep=keep) is not None for selection, keep in others)


def _costs_nothing(candidate: CandidateSummary, needs: Requirements) -> bool:
    here = candidate.availability in (Availability.READY, Availability.UNFIT)  # with an adapter it may fit all the same
    return here and needs.weights <= SMALL and needs.fits


def _requirements(selection: Selection, keep: tuple[Selection, ...]) -> Requirements | AppError:
    try:
        return engine().requirements(selection, keep)
    except AppError as error:
        return error


@st.fragment(run_every=0.05)
def _progress(selection: Selection, name: str, *, is_small: bool) -> None:
    state = engine().load_state(selection)
    if state is not None and not state.finished:
        st.html(markup.progress(state.fraction, words.loading(state, name), hidden(state.detail)))
        if state.stage is LoadStage.DOWNLOAD or not is_small:  # else it is over before anybody can click
            st.button("Cancel", key="load.cancel", on_click=engine().stop_load, args=(selection,))
        state = engine().load_state(selection, wait=_LOOK_SECONDS)
    if state is None or state.finished:
        st.rerun()


def _start(selection: Selection, keep: tuple[Selection, ...]) -> None:
    engine().start_load(selection, keep=keep)


def _failed(state: LoadState, keep: tuple[Selection, ...]) -> None:
    st.html(markup.problem(AppError(state.error, fix=state.fix)))
    st.button("Try again", on_click=_start, args=(state.selection, keep))


def _offer(
    selection: Selection, candidate: CandidateSummary, needs: Requirements | AppError, keep: tuple[Selection, ...]
) -> None:
    if candidate.availability is Availability.MISSING:
        needs = AppError(candidate.message, fix="put its files there, or choose another candidate.")
    if candidate.availability is Availability.ON_HUB and isinstance(needs, Requirements | NotFoundError):
        _offer_download(selection, candidate, needs, keep)
        return
    if isinstance(needs, AppError):
        st.html(markup.problem(needs))
        return
    if candidate.message:
        st.html(markup.note(candidate.message))
    _tell_room(needs)
    label = f"Load ({size(needs.weights)} in {needs.dtype})" if needs.weights else "Load"
    st.button(label, type="primary", key="load", on_click=_start, args=(selection, keep), disabled=not needs.fits)


def _offer_download(
    selection: Selection, candidate: CandidateSummary, needs: Requirements | NotFoundError, keep: tuple[Selection, ...]
) -> None:
    """What comes from the Hub, what it takes, and what has to be done first: before the click, not after it."""
    st.html(markup.note(candidate.message))
    if isinstance(needs, Requirements):
        held = f"In memory it takes {size(needs.weights)} in {needs.dtype}."
        st.html(markup.note(held))
        _tell_room(needs)
    fetched = "size not known" if candidate.download is None else size(candidate.download)
    kind: Literal["primary", "secondary"] = "secondary" if candidate.gated else "primary"
    with st.container(horizontal=True, gap="small"):
        if candidate.gated and urlparse(candidate.url).scheme == "https":
            st.link_button("Accept its licence", candidate.url)
        too_large = isinstance(needs, Requirements) and not needs.fits
        label = f"Download and load ({fetched})"
        st.button(label, type=kind, key="load", on_click=_start, args=(selection, keep), disabled=too_large)


def _tell_room(needs: Requirements) -> None:
    if not needs.fits:
        problem = f"It needs {size(needs.peak)}, and {size(needs.available)} is free on {needs.device}."
        fix = "add it in fewer bits (Candidates, In fewer bits), or choose a smaller one."
        st.html(markup.problem(AppError(problem, fix=fix)))
