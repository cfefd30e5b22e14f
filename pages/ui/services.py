"""The one engine of this server, its one runner of long tasks, and what asks beside it: explainer, libraries."""

from __future__ import annotations

import streamlit as st

from core.architecture.service import ArchitectureService
from core.checkpoints.service import CheckpointService
from core.checkpoints.spectra.service import SpectraLibrary
from core.dry_run.service import DryRunService
from core.engine.engine import Engine
from core.explain.explainer import Explainer
from core.settings import settings
from core.tasks.runner import TaskRunner


@st.cache_resource(max_entries=1, show_spinner=False)
def engine() -> Engine:
    """The engine; building it reads no weights and imports no torch."""
    return Engine(settings())


@st.cache_resource(max_entries=1, show_spinner=False)
def tasks() -> TaskRunner:
    """Where the long work of all services runs; the server closes it when it ends."""
    return TaskRunner.from_settings(settings())


@st.cache_resource(max_entries=1, show_spinner=False)
def explainer() -> Explainer:
    """The explainer of that engine; it too brings in torch only with its first question."""
    return Explainer(engine(), tasks())


@st.cache_resource(max_entries=1, show_spinner=False)
def weights() -> CheckpointService:
    """Statistics of checkpoints; the compiled loops come with the first question."""
    return CheckpointService(engine(), tasks())


@st.cache_resource(max_entries=1, show_spinner=False)
def spectra() -> SpectraLibrary:
    """Spectra of checkpoints; the compiled loops come with the first question."""
    return SpectraLibrary(engine(), tasks())


@st.cache_resource(max_entries=1, show_spinner=False)
def dry_runs() -> DryRunService:
    """Dry runs of loaded candidates; torch comes with the first one."""
    return DryRunService(engine(), tasks())


@st.cache_resource(max_entries=1, show_spinner=False)
def blueprints() -> ArchitectureService:
    """Architectures, also of what is not loaded; torch comes with the first question."""
    return ArchitectureService(engine())
