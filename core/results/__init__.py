"""What computation hands to pages, tables, figures and the command line: frozen, plain data."""

from core.results.adapter_effect import Ablation, AtScale, Flip, Part, ScaleCurve
from core.results.adapter_update import AdapterOverlap, AdapterUpdate, ModuleOverlap, ModuleUpdate
from core.results.architecture import (
    Architecture,
    FreezeCell,
    ModuleNode,
    Sizes,
    Source,
    Status,
    TiedWeights,
    Tuning,
    View,
)
from core.results.architecture_costs import Costs, MemoryRow
from core.results.arrays import Floats
from core.results.attention import (
    HEAD_MEASURES,
    AttentionCost,
    AttentionMaps,
    AttentionOverview,
    AttentionPart,
    AttentionRollout,
    between_units,
    read_by,
)
from core.results.attention_mask import MaskEffect, MaskSide
from core.results.attributions import (
    BASELINES,
    FRACTIONS,
    METHODS,
    Attribution,
    AttributionCost,
    AttributionOptions,
    Attributions,
    Baseline,
    Faithfulness,
    Method,
)
from core.results.capabilities import Capabilities, Capability
from core.results.checkpoint_diff import UNCHANGED, CheckpointDiff, MatchedBy, TensorDiff, TensorStatus, together
from core.results.contributions import TARGETS, ContributionOptions, Contributions, Deletions, Target
from core.results.depth import Lens
from core.results.dry_run import DryRun, Stage, StageStatus, TextTokens, TracedTensor
from core.results.evaluation import Evaluation
from core.results.export import Export, ModelFormat
from core.results.feature import Feature, FeatureKey
from core.results.head_geometry import HeadGeometry
from core.results.health import Check, CheckStatus, HealthReport
from core.results.labelled_texts import LabelledTexts
from core.results.loading import (
    AdapterSummary,
    Availability,
    CandidateSummary,
    LoadedModel,
    LoadStage,
    LoadState,
    Requirements,
)
from core.results.merge import Merge, MergeCost
from core.results.opening import Opening
from core.results.pooling import PoolerVerdict, Pooling, effective_count
from core.results.position_parts import PositionParts
from core.results.problem import Problem
from core.results.quantisation_effect import QuantisationEffect
from core.results.report import Origin, Report, WeightFile
from core.results.spectra import PowerLaw, SpectraKind, SpectraReport, Spectrum, effective_rank
from core.results.task import TaskState, TaskStatus
from core.results.text_units import By, Reading, Unit, by_unit
from core.results.to_json import to_json
from core.results.two_adapters import AdapterPair, ModulePair
from core.results.two_texts import Edit, EditKind, FlipCost, MinimalFlip, TwoTexts, spans
from core.results.verdict import NOT_FINITE, ChatTemplate, ClassScore, Prediction, Selection, Token, TokenKind
from core.results.weights import ExportFormat, Histogram, Outlier, TensorRole, WeightReport, WeightStats

__all__ = [
    "BASELINES",
    "FRACTIONS",
    "HEAD_MEASURES",
    "METHODS",
    "NOT_FINITE",
    "TARGETS",
    "UNCHANGED",
    "Ablation",
    "AdapterOverlap",
    "AdapterPair",
    "AdapterSummary",
    "AdapterUpdate",
    "Architecture",
    "AtScale",
    "AttentionCost",
    "AttentionMaps",
    "AttentionOverview",
    "AttentionPart",
    "AttentionRollout",
    "Attribution",
    "AttributionCost",
    "AttributionOptions",
    "Attributions",
    "Availability",
    "Baseline",
    "By",
    "CandidateSummary",
    "Capabilities",
    "Capability",
    "ChatTemplate",
    "Check",
    "CheckStatus",
    "CheckpointDiff",
    "ClassScore",
    "ContributionOptions",
    "Contributions",
    "Costs",
    "Deletions",
    "DryRun",
    "Edit",
    "EditKind",
    "Evaluation",
    "Export",
    "ExportFormat",
    "Faithfulness",
    "Feature",
    "FeatureKey",
    "Flip",
    "FlipCost",
    "Floats",
    "FreezeCell",
    "HeadGeometry",
    "HealthReport",
    "Histogram",
    "LabelledTexts",
    "Lens",
    "LoadStage",
    "LoadState",
    "LoadedModel",
    "MaskEffect",
    "MaskSide",
    "MatchedBy",
    "MemoryRow",
    "Merge",
    "MergeCost",
    "Method",
    "MinimalFlip",
    "ModelFormat",
    "ModuleNode",
    "ModuleOverlap",
    "ModulePair",
    "ModuleUpdate",
    "Opening",
    "Origin",
    "Outlier",
    "Part",
    "PoolerVerdict",
    "Pooling",
    "PositionParts",
    "PowerLaw",
    "Prediction",
    "Problem",
    "QuantisationEffect",
    "Reading",
    "Report",
    "Requirements",
    "ScaleCurve",
    "Selection",
    "Sizes",
    "Source",
    "SpectraKind",
    "SpectraReport",
    "Spectrum",
    "Stage",
    "StageStatus",
    "Status",
    "Target",
    "TaskState",
    "TaskStatus",
    "TensorDiff",
    "TensorRole",
    "TensorStatus",
    "TextTokens",
    "TiedWeights",
    "Token",
    "TokenKind",
    "TracedTensor",
    "Tuning",
    "TwoTexts",
    "Unit",
    "View",
    "WeightFile",
    "WeightReport",
    "WeightStats",
    "between_units",
    "by_unit",
    "effective_count",
    "effective_rank",
    "read_by",
    "spans",
    "to_json",
    "together",
]
