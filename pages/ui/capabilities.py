"""What the loaded pair can: a page that does not fit it is not offered, and says why when it is opened all the same."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import Capabilities, Capability, Selection
from pages.ui import markup
from pages.ui.services import engine, explainer

#: Stands for "not known": a pair that is not in memory is not asked, and offered everything.
UNKNOWN = Capabilities({})


def capabilities(selection: Selection) -> Capabilities:
    """What the pair can while it is in memory. Nothing is loaded for it."""
    if engine().loaded_model(selection) is None:
        return UNKNOWN
    try:
        return explainer().capabilities(selection)
    except AppError:  # it has gone this moment
        return UNKNOWN


def fits(selection: Selection, needs: Capability | None) -> bool:
    """Whether the pair can what is needed; if not, why and what to do is drawn."""
    problem = None if needs is None else capabilities(selection).problems.get(needs)
    if problem is not None:
        st.html(markup.problem(AppError(problem.problem, fix=problem.fix)))
    return problem is None
