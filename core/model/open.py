"""Opening a checkpoint as a classifier: weights read, layers changed, parts added."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from transformers import PreTrainedConfig

from core.config.base_model import FLOAT_DTYPES, BaseModelConfig
from core.config.components import VALUE_HEAD
from core.errors import CheckpointError, ConfigError
from core.files.folders import ModelFolder, read_model_folder
from core.files.quantisation import stored_method
from core.files.stored_quantisation import refuse_scales, require_codes, require_packages
from core.files.unusable import TOKENIZER_FILES, require_usable
from core.model.classifier import PooledClassifier, classifier_class
from core.model.families import family_of
from core.model.head_tasks import other_task, stated_class
from core.model.hf_config import built_config, stored_config
from core.model.layers import reinitialise_last_layers, remove_last_layers
from core.model.library_errors import told_of
from core.model.mask import measured_causal
from core.model.own_head import require_own_head
from core.model.quantised import prepare
from core.model.quantised_load import in_one_type, quantised_load
from core.model.quiet import quiet_transformers as quiet_transformers
from core.model.size_checks import require_sizes
from core.model.stored_parts import own_layout

#: A place in a folder where no adapter is: transformers applies one that lies beside the weights without a word.
_NO_ADAPTER = {"subfolder": "no-adapter-is-read"}


@dataclass(frozen=True)
class OpenedClassifier:
    """A classifier and what its folder held.

    `causal` says whether no token sees a later one, measured. `untrained` are the parameters of pooler and head that
    the folder did not have: they have random start values.
    """

    model: PooledClassifier
    folder: ModelFolder
    untrained: frozenset[str] = frozenset()
    causal: bool = True

    @property
    def head_is_trained(self) -> bool:
        """Whether pooler and head are all of the folder."""
        return not self.untrained


def open_classifier(
    config: BaseModelConfig, *, device_map: str | dict[str, Any] | None = None, new_head: bool = False
) -> OpenedClassifier:
    """Read a checkpoint into a classifier, without freezing and without an adapter, in evaluation mode.

    `new_head` leaves a stored head unread and starts a fresh one of `num_labels` classes; so does a head of another
    task (`core.model.head_tasks`).

    Raises:
        CheckpointError: files that are missing, damaged or of other sizes than config.json states.
        ConfigError: a config that does not fit the folder.
    """
    require_float(config)
    folder = read_model_folder(Path(config.pretrained_model_name_or_path))
    _require_readable(folder)
    new_head = new_head or bool(other_task(folder.config))
    seen = _without_head(folder) if new_head else folder
    built = built_config(config, seen)
    with told_of(folder.path, folder.config):
        require_sizes(folder, built, ("score.", "pooler.") if new_head else ())
        model, missing = _read(config, folder, built, device_map, ignore_head=new_head)
    if config.num_layers_to_remove:
        remove_last_layers(model.backbone, config.num_layers_to_remove)
        model.config.num_hidden_layers = model.backbone.config.num_hidden_layers
    if config.reinitialize_n_layers_of_backbone:
        with _seeded(config):
            options = config.init if config.init_config else None
            reinitialise_last_layers(model.backbone, config.reinitialize_n_layers_of_backbone, options)
    require_own_head(model.eval())
    return OpenedClassifier(model, folder, _untrained(model, missing, new_head), measured_causal(model.backbone))


def _require_readable(folder: ModelFolder) -> None:
    """What libraries would say in their own words, or not at all: tokenizer files that are none, quantised weights."""
    require_usable(folder.path, TOKENIZER_FILES)
    stored = require_packages(folder.config, folder.path.name)
    if stored is None:
        refuse_scales(folder.tensors, folder.path.name)
    else:
        require_codes(stored, {entry.dtype for entry in folder.tensors.values()}, folder.path.name)


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
    layout = own_layout(stored_config(folder))
    roots = (*(() if layout is None else layout.roots), "score", "pooler", VALUE_HEAD)
    prefixes = tuple(root + "." for root in roots)
    retained = {k: v for k, v in folder.tensors.items() if not k.startswith(prefixes)}
    config = {k: v for k, v in folder.config.items() if k not in ("id2label", "label2id", "num_labels", "problem_type")}
    return ModelFolder(folder.path, config, retained)


def _read(
    config: BaseModelConfig,
    folder: ModelFolder,
    built: PreTrainedConfig,
    device_map: str | dict[str, Any] | None,
    ignore_head: bool,
) -> tuple[PooledClassifier, frozenset[str]]:
    """The model, and what of pooler and head the folder did not have."""
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
            adapter_kwargs=_NO_ADAPTER,
            ignore_mismatched_sizes=ignore_head,
            **options,
        )
        if ignore_head:
            _start_anew(model)
    _check_report(model, folder, report)
    if stored_method(folder.config) is not None:
        in_one_type(model, require_float(config))
    prepare(model)
    return model, frozenset(report["missing_keys"])


def _untrained(model: PooledClassifier, missing: frozenset[str], new_head: bool) -> frozenset[str]:
    own = {name for name, _ in model.named_parameters() if name.startswith(("score.", "pooler."))}
    return frozenset(own) if new_head else frozenset(own & missing)


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
        saved = f" It was saved as {stated_class(folder.config)}." if other_task(folder.config) else ""
        raise CheckpointError(
            f"'{folder.path}' lacks {len(missing)} weights of {type(model).__name__}, '{missing[0]}' among them."
            + saved,
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
