"""What Headlight is, in a line, and the two ways to begin: for who opens it for the first time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.results import Availability, CandidateSummary, Selection
from pages.ui import candidate_picker, examples
from pages.views import candidate_groups

LINE = "Headlight opens a fine-tuned text classifier: what it answers, why, and what training changed in its weights."


def draw(ask: Callable[[str], None]) -> None:
    """The line, the demo, and the page on which a model of one's own is added; `ask` makes a text the asked one."""
    demos = [c for c in candidate_picker.offered() if c.role == "demo" and c.availability is Availability.READY]
    with st.container(key="home", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="hl-home">{LINE}</p>', width="content")
        if demos and not _answers(demos):
            st.button("Try the demo", key="home.demo", on_click=_try, args=(demos[0], ask))
        added = {"group": candidate_groups.OWN}
        st.page_link("pages/candidates.py", label="Add my model", icon=":material/add:", query_params=added)


def _answers(demos: Sequence[CandidateSummary]) -> bool:
    """Whether a demo answers now: there is nothing to try, and a text of one's own to lose."""
    chosen = candidate_picker.chosen()
    return chosen is not None and any(chosen[0].candidate == demo.id and chosen[0].adapter for demo in demos)


def _pair(demo: CandidateSummary) -> Selection:
    return Selection(demo.id, demo.adapters[0].id if demo.adapters else None)


def _try(demo: CandidateSummary, ask: Callable[[str], None]) -> None:
    """Its first adapter answers the first of its examples."""
    pair = _pair(demo)
    candidate_picker.select(demo.id, pair.adapter or candidate_picker.NO_ADAPTER)
    if offered := examples.of(demo, pair):
        ask(offered[0].text)
