"""Two adapters: whether two adapters of the same base change the same things."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import AdapterPair, CandidateSummary, Selection
from pages.ui import details, frame, loading, markup, missing_pair, url_state
from pages.ui.services import adapter_updates
from pages.views import two_adapters as view

_OTHER, _MODULE = "two_adapters.other", "two_adapters.module"
_KEYS = {"other": _OTHER, "module": _MODULE}


def choose_other(selection: Selection, candidate: CandidateSummary) -> Selection | None:
    """The adapter to compare with; None after saying that there is none."""
    others = {a.id: a.title or a.id for a in candidate.adapters if a.id != selection.adapter}
    if selection.adapter is None:
        st.html(markup.note("Choose an adapter: it is compared with another one of the same base."))
        missing_pair.offer_adapters(candidate)
        return None
    if not others:
        st.html(markup.note("This candidate has one adapter. Add another on the page Candidates to compare the two."))
        return None
    if st.session_state.get(_OTHER) not in others:
        st.session_state[_OTHER] = next(iter(others))
    chosen = st.selectbox(
        "Compare with", list(others), format_func=others.__getitem__, key=_OTHER, persist_state="session"
    )
    return Selection(selection.candidate, chosen)


def choose_module(result: AdapterPair) -> int:
    """Index of the module that the person looks at: the one whose updates are most alike, until another is chosen."""
    names = [m.name for m in result.modules]
    if st.session_state.get(_MODULE) not in names:
        most = max(result.modules, key=lambda m: abs(m.cosine) if m.cosine == m.cosine else 0)
        st.session_state[_MODULE] = most.name
    return names.index(st.selectbox("Module", names, key=_MODULE, persist_state="session") or names[0])


def draw(result: AdapterPair) -> None:
    """The sentence, the map beside one module; on request all of them."""
    view.summary(result)
    if result.modules:
        left, right = st.columns([8, 5], gap="medium")
        with right:
            chosen = result.modules[choose_module(result)]
            view.module(chosen)
        with left:
            view.layers(result, chosen, _MODULE)
        details.part("Every module in numbers", "table", lambda: view.table(result))
    details.how(view.ABOUT)


selection, candidate = frame.selection()
st.html(markup.title("Two adapters", "Whether two adapters of the same base change the same things."))
frame.section_links()
st.session_state.update({_KEYS[key]: value for key, value in url_state.requested("two_adapters", _KEYS).items()})
other = choose_other(selection, candidate)
if other is not None:
    if loading.all_ready((selection, other), candidate) and frame.fits():
        try:
            draw(adapter_updates().two_adapters(selection, other))
        except AppError as error:
            st.html(markup.problem(error))
    url_state.write("two_adapters", {key: st.session_state.get(state) for key, state in _KEYS.items()})
