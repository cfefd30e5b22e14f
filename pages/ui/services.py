"""The services of this server, which pages ask. The one place that caches them."""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.in_process import InProcessServices
from core.results import Prediction, Report, Selection
from core.services import (
    AdapterUpdates,
    Architectures,
    Calibrations,
    Cards,
    Checkpoints,
    Corrections,
    Datasets,
    DryRuns,
    Engine,
    Explainer,
    Exports,
    Merges,
    Services,
    Visitors,
)
from pages.ui.waiting import Waiting, asked


@st.cache_resource(max_entries=1, show_spinner=False)
def services() -> Services:
    """All of them; building them reads no weights and imports no torch."""
    return InProcessServices()


def engine() -> Engine:
    """Loads, holds and asks candidates."""
    return services().engine


def classify(selection: Selection, text: str) -> tuple[Prediction, float] | None:
    """One verdict, and the seconds that it took; None while a large model takes its time, which the page says."""
    model = engine().loaded_model(selection)
    return asked(("classify", selection, text), lambda: engine().classify(selection, [text])[0], model)


def explainer() -> Explainer:
    """What is inside one prediction; the page ends, and says why, where a large model takes its time."""
    return cast(Explainer, Waiting(services().explainer, engine().loaded_model))


def report(selection: Selection, text: str, label: str) -> Report:
    """For a download, which is made while no page is drawn."""
    return services().explainer.report(selection, text, label)


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


def datasets() -> Datasets:
    """Whole datasets."""
    return services().datasets


def calibrations() -> Calibrations:
    """Whether probabilities hold."""
    return services().calibrations


def corrections() -> Corrections:
    """What is to become of rows."""
    return services().corrections


def cards() -> Cards:
    """Results in model cards."""
    return services().cards


def exports() -> Exports:
    """Candidates as folders that other programs open."""
    return services().exports


def visitors() -> Visitors:
    """Which sessions use which pair."""
    return services().visitors
