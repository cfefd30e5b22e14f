"""Models without weights: built on torch's meta device, in a moment and almost no memory, from sizes alone.

The device of a `with torch.device(...)` holds in its own thread only, and the classes are called directly:
`from_config` would set torch's default dtype for every thread. So nothing that others load or run is touched.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import torch
from peft import PeftModel
from torch import nn
from transformers import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    MODEL_FOR_MASKED_LM_MAPPING,
    PreTrainedConfig,
    PreTrainedModel,
)

from core.architecture.outline_config import stock_config as stock_config
from core.architecture.outline_config import without_values as without_values
from core.config.adapter import AdapterConfig
from core.config.candidate import CandidateConfig
from core.config.families import FAMILIES, Family, lifting
from core.errors import AppError, ConfigError
from core.files.folders import read_adapter_folder, read_model_folder
from core.model.adapters.attach import stored_lora
from core.model.adapters.card import read_card
from core.model.adapters.new_adapter import attach_new_adapter
from core.model.adapters.trained_modules import adapter_parts
from core.model.classifier import PooledClassifier, classifier_class
from core.model.hf_config import DEFAULT_LABELS, built_config, stored_config
from core.model.layers import freeze, remove_last_layers
from core.model.library_errors import told_of
from core.model.open import require_float
from core.model.pooled_config import to_pooled
from core.model.size_checks import compare_sizes
from core.model.stored_parts import stored_head

META = torch.device("meta")


def outline_classifier(candidate: CandidateConfig, place: Path | None, num_labels: int | None) -> PooledClassifier:
    """The candidate as our classifier, its layers removed and frozen as its config says.

    `num_labels` counts where neither the config nor a stored head says how many classes there are.

    Raises:
        AppError: see `stock_config`; a config that does not fit the folder.
    """
    base = candidate.base_model
    if place is None:
        labels = {i: f"LABEL_{i}" for i in range(base.num_labels or num_labels or DEFAULT_LABELS)}
        config = to_pooled(
            stock_config(candidate, None),
            pooler_type=base.pooler_name,
            pooler_config=base.pooler.to_dict(),
            head_type=base.head_name,
            problem_type=base.problem,
            id2label=labels,
            label2id={label: i for i, label in labels.items()},
            **lifting(base.is_bidirectional),
        )
    else:
        folder = read_model_folder(place)
        known = stored_head(folder, stored_config(folder)) is not None or base.num_labels is not None
        config = built_config(base if known else base.with_changes(num_labels=num_labels), folder)
    if place is None:
        return _classifier(candidate, without_values(config))
    with told_of(place, folder.config):
        model = _classifier(candidate, without_values(config))
        compare_sizes(folder, model)
    return model


def outline_backbone(candidate: CandidateConfig, place: Path | None) -> PreTrainedModel:
    """The candidate below pooler and head."""
    return outline_classifier(candidate, place, None).backbone


def outline_causal_lm(candidate: CandidateConfig, place: Path | None) -> PreTrainedModel:
    """The candidate with its language-model head, tied to the embeddings where its config says so.

    Raises:
        ConfigError: an encoder, which predicts no next token.
    """
    config = stock_config(candidate, place)
    kind = type(config)
    if kind not in MODEL_FOR_CAUSAL_LM_MAPPING or kind in MODEL_FOR_MASKED_LM_MAPPING:
        raise ConfigError(
            f"'{candidate.id}' is of the architecture '{config.model_type}', which predicts no next token.",
            fix="look at it as a classifier, or as the backbone alone.",
        )
    if candidate.base_model.num_layers_to_remove:
        config.num_hidden_layers -= candidate.base_model.num_layers_to_remove
    with META:
        model = cast(Any, MODEL_FOR_CAUSAL_LM_MAPPING[kind])(config)
    if config.tie_word_embeddings:  # here, since a load in another thread has transformers' own tying switched off
        model.get_output_embeddings().weight = model.get_input_embeddings().weight
    return cast(PreTrainedModel, model.to(META, require_float(candidate.base_model)).eval())


def outline_new_adapter(model: PooledClassifier, config: AdapterConfig) -> PeftModel:
    """A fresh adapter on an outline, with everything as training would begin.

    Raises:
        ConfigError: a target module, layer or module to save that this model does not have.
    """
    try:
        with META:
            return attach_new_adapter(model, config)
    except AppError:
        raise
    except ValueError as error:  # PEFT's, where none of the modules is of a kind that it adapts
        raise ConfigError(
            f"PEFT finds nothing to adapt in {type(model).__name__} with target_modules '{config.target_modules}'.",
            fix="name the modules that the adapter is to change in target_modules.",
        ) from error


def outline_adapter(candidate: CandidateConfig, place: Path | None, path: Path) -> PeftModel:
    """The candidate with a saved adapter, pooler and head as that adapter has them; only its header is read.

    Raises:
        AppError: folders that cannot be used.
    """
    folder = read_adapter_folder(path)
    model = outline_classifier(candidate, place, None)
    card = read_card(path)
    parts = adapter_parts(folder, card, model.config, model.base_model_prefix)
    if parts.has_head or card:
        config = to_pooled(model.config, **parts.config_changes())
        model = _classifier(candidate, without_values(config), layers_are_removed=True)
    with META:
        made = PeftModel(model, stored_lora(folder, parts, True), autocast_adapter_dtype=False)
    for name, module in made.named_modules():
        if "lora_" in name:  # of real weights PEFT does this itself; these have whatever torch's default was just now
            module.to(require_float(candidate.base_model))
    return made


def default_adapter(family: Family) -> AdapterConfig:
    """What a new adapter is unless somebody says otherwise; an encoder has none of a decoder's modules."""
    return AdapterConfig(target_modules=FAMILIES[family].targets)


def _classifier(
    candidate: CandidateConfig, config: PreTrainedConfig, *, layers_are_removed: bool = False
) -> PooledClassifier:
    base = candidate.base_model
    dtype = require_float(base)
    with META:
        model = classifier_class(type(config))(config)
    cast(nn.Module, model).to(META, dtype).eval()  # also what a class makes of torch.Tensor, on a CPU whatever is said
    if base.num_layers_to_remove and not layers_are_removed:
        remove_last_layers(model.backbone, base.num_layers_to_remove)
        model.config.num_hidden_layers = model.backbone.config.num_hidden_layers
    freeze(model.backbone, base)
    return model
