"""The one engine of this server, and what asks it beside it: explainer, weight library, blueprints."""

from __future__ import annotations

import streamlit as st

from core.inference.engine import Engine
from core.inspection.architecture.blueprints import Blueprints
from core.inspection.checking.runs import DryRuns
from core.inspection.explainer import Explainer
from core.inspection.spectra.library import SpectraLibrary
from core.inspection.weights.library import WeightLibrary
from core.settings import settings


@st.cache_resource(max_entries=1, show_spinner=False)
def engine() -> Engine:
    """The engine; building it reads no weights and imports no torch."""
    return Engine(settings())


@st.cache_resource(max_entries=1, show_spinner=False)
def explainer() -> Explainer:
    """The explainer of that engine; it too brings in torch only with its first question."""
    return Explainer(engine())


@st.cache_resource(max_entries=1, show_spinner=False)
def weights() -> WeightLibrary:
    """Statistics of checkpoints; the compiled loops come with the first question."""
    return WeightLibrary(engine())


@st.cache_resource(max_entries=1, show_spinner=False)
def spectra() -> SpectraLibrary:
    """Spectra of checkpoints; the compiled loops come with the first question."""
    return SpectraLibrary(engine())


@st.cache_resource(max_entries=1, show_spinner=False)
def dry_runs() -> DryRuns:
    """Dry runs of loaded candidates; torch comes with the first one."""
    return DryRuns(engine())


@st.cache_resource(max_entries=1, show_spinner=False)
def blueprints() -> Blueprints:
    """Architectures, also of what is not loaded; torch comes with the first question."""
    return Blueprints(engine())
