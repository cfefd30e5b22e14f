"""The groups in which candidates are listed, one at a time, each with what it is."""

from __future__ import annotations

import streamlit as st

from core.results import CandidateSummary
from pages.ui import markup, url_state

GROUP, _SHOWN = "candidates.group", "candidates.shown"
#: The group in which candidates are added.
OWN = "own"
GROUPS = {"demo": "Demos", "candidate": "To train", "teacher": "Teachers", OWN: "Added"}
ABOUT = {
    "demo": "Small models that come with the app, trained on public texts.",
    "candidate": "Open models to fine-tune for texts of your own, from the Hub.",
    "teacher": "Larger models, which label texts that a smaller one then learns from. They can be fine-tuned too.",
    "own": "Shared by all who use this server: what one person adds, all see, and may use or remove.",
}


def choose(chosen: CandidateSummary) -> str:
    """The group that the person looks at; at first that of the chosen candidate, or the one that a link names."""
    if st.session_state.get(_SHOWN) != chosen.id:
        st.session_state[GROUP] = chosen.role
        st.session_state[_SHOWN] = chosen.id
    if (named := url_state.requested("candidates", ("group",)).get("group")) in GROUPS:
        st.session_state[GROUP] = named
    group = st.segmented_control(
        "Group", list(GROUPS), format_func=GROUPS.__getitem__, key=GROUP, label_visibility="collapsed", required=True
    )
    group = group or chosen.role
    url_state.write("candidates", {"group": None})  # it was for this visit
    st.html(markup.note(ABOUT[group]))
    if group != chosen.role:
        st.html(markup.note(f"Chosen now: {chosen.title or chosen.id}, under {GROUPS[chosen.role]}."))
    return group
