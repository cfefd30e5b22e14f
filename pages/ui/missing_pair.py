"""What is asked for and is not here: another candidate or adapter is offered, before the page answers."""

from __future__ import annotations

import streamlit as st

from core.results import Availability, CandidateSummary
from pages.ui import candidate_picker, markup
from pages.ui.candidate_picker import ADAPTER, CANDIDATE, NO_ADAPTER

#: So many are offered as buttons; the box of the picker has all of them.
_OFFERED = 4


def draw(candidate: CandidateSummary) -> None:
    """What the link asks for, and what may be chosen instead; `candidate` is the one whose adapter is not here."""
    missing = candidate_picker.missing()
    if missing is None:
        return
    kind, name = missing
    of = f" of '{markup.text(candidate.title or candidate.id)}'" if kind == ADAPTER else ""
    st.html(
        f'<div class="hl-box hl-warn" role="alert"><p><strong>The link asks for the {kind} '
        f"'{markup.text(name)}'{of}, which is not here.</strong></p>"
        f"<p>Nothing is classified until you choose another, or add it under Candidates.</p></div>"
    )
    without = (candidate.id, NO_ADAPTER, "it without an adapter")
    _buttons(_candidates() if kind == CANDIDATE else [*_adapters(candidate), without])


def offer_adapters(candidate: CandidateSummary) -> None:
    """The adapters of a candidate that was chosen without one, on a page that is about one."""
    _buttons(_adapters(candidate))


def _buttons(choices: list[tuple[str, str | None, str]]) -> None:
    """The first of them, and the way to all."""
    with st.container(horizontal=True, gap="small"):
        for candidate_id, adapter, label in choices[:_OFFERED]:
            arguments = (candidate_id, adapter)
            key = f"missing-{candidate_id}-{adapter}"
            st.button(f"Use {markup.plain(label)}", key=key, on_click=candidate_picker.select, args=arguments)
    st.page_link("pages/candidates.py", label="All candidates", icon=":material/arrow_forward:", icon_position="right")


def _candidates() -> list[tuple[str, str | None, str]]:
    """Those that can be used at once."""
    ready = [c for c in candidate_picker.offered() if c.availability is Availability.READY]
    return [(c.id, None, c.title or c.id) for c in ready]


def _adapters(candidate: CandidateSummary) -> list[tuple[str, str | None, str]]:
    return [(candidate.id, a.id, a.title or a.id) for a in candidate.adapters]
