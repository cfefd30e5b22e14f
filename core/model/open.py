"""Opening a checkpoint as a classifier: weights read, layers changed, parts added."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from transformers import PreTrainedConfig
from transformers.utils import logging as hf_logging

from core.config.base_model import FLOAT_DTYPES, BaseModelConfig
from core.errors import CheckpointError, ConfigError
from core.files.folders import ModelFolder, read_model_folder
from core.model.classifier import PooledClassifier, classifier_class
from core.model.families import family_of
from core.model.hf_config import built_config, has_head
from core.model.layers import reinitialise_last_layers, remove_last_layers
from core.model.quantised import prepare
from core.model.quantised_load import quantised_load


@dataclass(frozen=True)
class OpenedClassifier:
    """A classifier and what its folder held; `head_is_trained` False means random start values."""

    model: PooledClassifier
    folder: ModelFolder
    head_is_trained: bool


def open_classifier(
    config: BaseModelConfig, *, device_map: str | dict[str, Any] | None = None, new_head: bool = False
) -> OpenedClassifier:
    """Read a checkpoint into a classifier, without freezing and without an adapter, in evaluation mode.

    `new_head` leaves a stored head unread and starts a fresh one of `num_labels` classes.
    """
    require_float(config)
    folder = read_model_folder(Path(config.pretrained_model_name_or_path))
    seen = _without_head(folder) if new_head else folder
    built = built_config(config, seen)
    model = _read(config, folder, built, device_map, ignore_head=new_head)
    if config.num_layers_to_remove:
        remove_last_layers(model.backbone, config.num_layers_to_remove)
        model.config.num_hidden_layers = model.backbone.config.num_hidden_layers
    if config.reinitialize_n_layers_of_backbone:
        with _seeded(config):
            options = config.init if config.init_config else None
            reinitialise_last_layers(model.backbone, config.reinitialize_n_layers_of_backbone, options)
    return OpenedClassifier(model.eval(), folder, has_head(seen))


def require_float(config: BaseModelConfig) -> torch.dtype:
    """The dtype of the weights.

    Raises:
        ConfigError: a dtype that a classifier cannot run in.
    """
    if config.torch_dtype not in FLOAT_DTYPES:
        raise ConfigError(
            f"torch_dtype '{config.torch_dtype}' is a valid name, but a classifier cannot run in it.",
            fix=f"use one of: {', '.join(FLOAT_DTYPES)}.",
        )
    return cast(torch.dtype, getattr(torch, config.torch_dtype))


def _without_head(folder: ModelFolder) -> ModelFolder:
    retained = {k: v for k, v in folder.tensors.items() if not k.startswith(("score.", "pooler."))}
    config = {k: v for k, v in folder.config.items() if k not in ("id2label", "label2id", "num_labels", "problem_type")}
    return ModelFolder(folder.path, config, retained)


def _read(
    config: BaseModelConfig,
    folder: ModelFolder,
    built: PreTrainedConfig,
    device_map: str | dict[str, Any] | None,
    ignore_head: bool,
) -> PooledClassifier:
    cls = classifier_class(type(built))
    options: dict[str, Any] = {}
    family = family_of(built)
    attention = "eager" if config.output_attentions else family.attention if family else None
    if attention is not None:
        options["attn_implementation"] = attention
    options |= quantised_load(config, folder, built, device_map)
    with _seeded(config), quiet_transformers():
        model, report = cls.from_pretrained(
            folder.path,
            config=built,
            dtype=require_float(config),
            output_loading_info=True,
            local_files_only=True,
            ignore_mismatched_sizes=ignore_head,
            **options,
        )
        if ignore_head:
            _start_anew(model)
    _check_report(model, folder, report)
    prepare(model)
    return model  # type: ignore[no-any-return]


def _start_anew(model: PooledClassifier) -> None:
    """Pooler and head with start values of their own, whatever was read into them."""
    for part in (model.pooler, model.score):
        for parameter in part.parameters():
            parameter._is_hf_initialized = False  # type: ignore[attr-defined]  # or transformers leaves it alone
        for module in part.modules():
            model._init_weights(module)


def _check_report(model: PooledClassifier, folder: ModelFolder, report: dict[str, Any]) -> None:
    """Every backbone weight must come from the folder; only pooler and head may be new."""
    missing = sorted(k for k in report["missing_keys"] if not k.startswith(("score.", "pooler.")))
    if missing:
        raise CheckpointError(
            f"'{folder.path}' lacks {len(missing)} weights of {type(model).__name__}, '{missing[0]}' among them.",
            fix="fetch it whole, or correct config.json (num_hidden_layers, architecture).",
        )
    prefix = model.base_model_prefix + "."
    extra = sorted(k for k in report["unexpected_keys"] if k.startswith(prefix + "layers."))
    if extra:
        raise CheckpointError(
            f"'{folder.path}' holds {len(extra)} layer weights that its config.json does not know, e.g. '{extra[0]}'.",
            fix="correct num_hidden_layers in config.json.",
        )


@contextmanager
def _seeded(config: BaseModelConfig) -> Iterator[None]:
    """New layers start from the seed of `init_config` (0 when it names none); the global generator is put back."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.init.seed or 0)
        yield


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """No load report on stderr: what it says is in the health report, in words."""
    before = hf_logging.get_verbosity()
    hf_logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        hf_logging.set_verbosity(before)
