"""Names of everything that is computed and remembered, and what tells two results apart."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum


class Feature(StrEnum):
    """What is computed."""

    CAPABILITIES = "capabilities"
    READING = "reading"
    POOLING = "pooling"
    POOLERS = "poolers"
    CONTRIBUTIONS = "contributions"
    DELETIONS = "deletions"
    POSITION_PARTS = "position_parts"
    DEPTH = "depth"
    BATCH_TIME = "batch_time"
    ATTRIBUTIONS = "attributions"
    ATTENTION = "attention"
    ATTENTION_COST = "attention_cost"
    ATTENTION_CAPTURE = "attention_capture"
    ADAPTER_AT_SCALE = "adapter_at_scale"
    ADAPTER_SCALES = "adapter_scales"
    ADAPTER_ABLATION = "adapter_ablation"
    ATTENTION_MASK = "attention_mask"
    TWO_TEXTS = "two_texts"
    MINIMAL_FLIP = "minimal_flip"
    WEIGHTS = "weights"
    SPECTRA = "spectra"
    SPECTRUM = "spectrum"
    CHECKPOINT_DIFF = "checkpoint_diff"
    ADAPTER_UPDATE = "adapter_update"
    ADAPTER_OVERLAP = "adapter_overlap"
    ARCHITECTURE = "architecture"
    ARCHITECTURE_COSTS = "architecture_costs"
    LAYER_SUMMARY = "layer_summary"
    DRY_RUN = "dry_run"
    PREDICTIONS = "predictions"
    EVALUATION = "evaluation"
    CALIBRATION = "calibration"
    CLASSES = "classes"
    LABEL_ERRORS = "label_errors"
    SLICES = "slices"
    DATA_CHECKS = "data_checks"
    TEXT_MAP = "text_map"
    HEAD_REFIT = "head_refit"
    ROBUSTNESS = "robustness"
    TWO_MODELS = "two_models"
    TRAINING_ROWS = "training_rows"
    INFLUENCE = "influence"
    MERGE = "merge"
    QUANTISATION_EFFECT = "quantisation_effect"
    EXPORT = "export"


@dataclass(frozen=True)
class FeatureKey:
    """What was asked for.

    Attributes:
        subject: what it is about: a text, or files with the state they are in.
        options: everything else that decides what comes out.
    """

    feature: Feature
    subject: Hashable = ""
    options: tuple[Hashable, ...] = ()
