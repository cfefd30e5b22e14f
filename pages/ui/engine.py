"""The one engine of this server and the explainer beside it, shared by every session."""

from __future__ import annotations

import streamlit as st

from core.inference.engine import Engine
from core.inspection.explainer import Explainer
from core.settings import settings


@st.cache_resource(max_entries=1, show_spinner=False)
def engine() -> Engine:
    """The engine; building it reads no weights and imports no torch."""
    return Engine(settings())


@st.cache_resource(max_entries=1, show_spinner=False)
def explainer() -> Explainer:
    """The explainer of that engine; it too brings in torch only with its first question."""
    return Explainer(engine())
