"""What computation hands to pages, tables, figures and the command line: frozen, plain data."""

from core.results.adapter_effect import Ablation, AtScale, Flip, MaskEffect, MaskSide, ScaleCurve
from core.results.checks import Check, CheckStatus, DryRun, HealthReport, Stage
from core.results.explanation import (
    Contributions,
    Floats,
    Lens,
    PoolerVerdict,
    Pooling,
    Reading,
    Unit,
    by_unit,
    effective_count,
)
from core.results.jobs import JobState
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
    "Ablation",
    "AdapterSummary",
    "AtScale",
    "Availability",
    "CandidateSummary",
    "Check",
    "CheckStatus",
    "ClassScore",
    "Contributions",
    "DryRun",
    "Evaluation",
    "Flip",
    "Floats",
    "HealthReport",
    "JobState",
    "Lens",
    "LoadStage",
    "LoadState",
    "LoadedModel",
    "MaskEffect",
    "MaskSide",
    "PoolerVerdict",
    "Pooling",
    "Prediction",
    "Reading",
    "Requirements",
    "ScaleCurve",
    "Selection",
    "Stage",
    "Token",
    "Unit",
    "by_unit",
    "effective_count",
]
