"""What computation hands to pages, tables, figures and the command line: frozen, plain data."""

from core.results.checks import Check, CheckStatus, DryRun, HealthReport, Stage
from core.results.loading import (
    AdapterSummary,
    Availability,
    CandidateSummary,
    LoadedModel,
    LoadStage,
    LoadState,
    Requirements,
)
from core.results.prediction import ClassScore, Evaluation, Prediction, Selection, Token

__all__ = [
    "AdapterSummary",
    "Availability",
    "CandidateSummary",
    "Check",
    "CheckStatus",
    "ClassScore",
    "DryRun",
    "Evaluation",
    "HealthReport",
    "LoadStage",
    "LoadState",
    "LoadedModel",
    "Prediction",
    "Requirements",
    "Selection",
    "Stage",
    "Token",
]
