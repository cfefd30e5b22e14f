"""The one engine of this server, shared by every session."""

from __future__ import annotations

import streamlit as st

from core.inference.engine import Engine
from core.settings import settings


@st.cache_resource(max_entries=1, show_spinner=False)
def engine() -> Engine:
    """The engine; building it reads no weights and imports no torch."""
    return Engine(settings())
