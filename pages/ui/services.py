"""The services of this server, which pages ask. The one place that caches them."""

from __future__ import annotations

import streamlit as st

from core.in_process import InProcessServices
from core.services import (
    AdapterUpdates,
    Architectures,
    Checkpoints,
    DryRuns,
    Engine,
    Explainer,
    Exports,
    Merges,
    Services,
    Visitors,
)


@st.cache_resource(max_entries=1, show_spinner=False)
def services() -> Services:
    """All of them; building them reads no weights and imports no torch."""
    return InProcessServices()


def engine() -> Engine:
    """Loads, holds and asks candidates."""
    return services().engine


def explainer() -> Explainer:
    """What is inside one prediction."""
    return services().explainer


def checkpoints() -> Checkpoints:
    """Weights on disk."""
    return services().checkpoints


def adapter_updates() -> AdapterUpdates:
    """What adapters add to their base."""
    return services().adapter_updates


def architectures() -> Architectures:
    """How candidates are put together."""
    return services().architectures


def merges() -> Merges:
    """A base and an adapter as one checkpoint."""
    return services().merges


def dry_runs() -> DryRuns:
    """Is a pair set up right?"""
    return services().dry_runs


def exports() -> Exports:
    """Candidates as folders that other programs open."""
    return services().exports


def visitors() -> Visitors:
    """Which sessions use which pair."""
    return services().visitors
