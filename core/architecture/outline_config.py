"""The config of an outline: from a folder, or from the numbers of a candidate's YAML; no weight is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import (
    CONFIG_MAPPING,
    PreTrainedConfig,
)

from core.config.candidate import CandidateConfig
from core.config.families import FAMILIES
from core.errors import NotFoundError
from core.files.folders import read_model_folder
from core.model.classifier import classifier_class
from core.model.hf_config import stored_config
from core.model.pooled_config import to_pooled


def stock_config(candidate: CandidateConfig, place: Path | None) -> PreTrainedConfig:
    """The transformers config of a candidate: from its folder, or else from the numbers in its YAML.

    Raises:
        NotFoundError: no folder and no numbers, or numbers of an architecture that they do not tell.
    """
    config = stored_config(read_model_folder(place)) if place else _from_numbers(candidate)
    return without_values(config)


def without_values(config: PreTrainedConfig) -> PreTrainedConfig:
    """The same config, set to kernels that run on meta tensors: others look into values, which those have not.

    Experts are multiplied for the tokens that are sent to them, as every implementation does in the end.
    """
    config._attn_implementation = "eager"
    config._experts_implementation = "batched_mm"
    return config


def _from_numbers(candidate: CandidateConfig) -> PreTrainedConfig:
    numbers, family = candidate.architecture, candidate.base_model.architecture.family
    if numbers is None:
        raise NotFoundError(
            f"The weights of '{candidate.id}' are not on this machine, and its YAML has no architecture numbers.",
            fix="load it, or add `architecture` to its YAML.",
        )
    entry = FAMILIES[family]
    data: dict[str, Any] = {name: value for name, value in numbers.model_dump().items() if name not in entry.lacks}
    config: PreTrainedConfig = CONFIG_MAPPING[entry.counted_as or entry.name](**data)
    config.name_or_path = candidate.base_model.pretrained_model_name_or_path
    if entry.norms is None:
        _require_counted(candidate, config)
    return config


def _require_counted(candidate: CandidateConfig, config: PreTrainedConfig) -> None:
    """Numbers of any AutoModel tell no architecture: BERT's is taken where it has the parameters that are stated."""
    with torch.device("meta"):
        result = classifier_class(type(config))(to_pooled(config)).backbone
    count = sum(p.numel() for p in result.parameters())
    if count != candidate.parameters:
        stated = f"{candidate.parameters:,}" if candidate.parameters else "no"
        raise NotFoundError(
            f"Which architecture '{candidate.id}' has is not known before its files are here: as a BERT it would have "
            f"{count:,} parameters, and its YAML states {stated}.",
            fix="load it, or give the folder of a model.",
        )
