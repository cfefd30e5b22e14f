"""A pair whose head is untrained: no verdict unless the person asks for it, and then marked."""

from __future__ import annotations

import streamlit as st

from core.results import CandidateSummary, LoadedModel, Selection
from core.words import untrained_head as words
from pages.ui import candidate_picker, markup

_SWITCH = "untrained_head.switch"
#: Adapters that are offered as buttons; the top bar has all of them.
_OFFERED = 3


def passes(selection: Selection, candidate: CandidateSummary, model: LoadedModel) -> bool:
    """Whether the page may show verdicts of the pair; the mark, or the reason and three ways on, are drawn."""
    place = st.empty()  # always there: what stands below it keeps its place, so no verdict is drawn beside an older one
    if not model.untrained_head:
        return True
    if selection.untrained_head != candidate_picker.wished(selection):
        st.rerun()  # the switch is in a fragment: the top bar and the URL follow
    with place.container(key="untrained_head", gap="small"):
        if selection.untrained_head:
            st.html(_marked(model))
        else:
            st.html(_no_verdict(model))
            _other_adapters(selection, candidate, model)
        _switch(selection)
    return selection.untrained_head


def _marked(model: LoadedModel) -> str:
    return (
        f'<div class="hl-box hl-warn" role="note"><p><strong class="hl-mark">{words.MARK}</strong> '
        f"{markup.text(words.because(model))} {words.ALL_OF_IT}</p></div>"
    )


def _no_verdict(model: LoadedModel) -> str:
    return (
        f'<div class="hl-box hl-warn" role="status"><p><strong>No verdict.</strong> '
        f"{markup.text(words.because(model))} Its weights have random start values, so a verdict would be random.</p>"
        f"<p>{markup.text(words.way_on(model))}</p></div>"
    )


def _other_adapters(selection: Selection, candidate: CandidateSummary, model: LoadedModel) -> None:
    """A button an adapter; where there is none, the page that adds one."""
    others = [adapter for adapter in candidate.adapters if adapter.id != selection.adapter]
    if not others:
        label = f"Add it with {words.another(model)}"
        st.page_link("pages/candidates.py", label=label, icon=":material/arrow_forward:", icon_position="right")
        return
    with st.container(horizontal=True, gap="small"):
        for adapter in others[:_OFFERED]:
            label = f"Use {markup.plain(adapter.title or adapter.id)}"
            arguments = (candidate.id, adapter.id)
            if st.button(label, key=f"untrained_head.{adapter.id}", on_click=candidate_picker.select, args=arguments):
                st.rerun()  # as with the switch


def _switch(selection: Selection) -> None:
    st.session_state[_SWITCH] = selection.untrained_head
    st.toggle(words.SHOW, key=_SWITCH, on_change=_turned, args=(selection,))


def _turned(selection: Selection) -> None:
    candidate_picker.wish(selection, bool(st.session_state[_SWITCH]))
