"""From a folder's config.json and a `BaseModelConfig` to the transformers config that is built."""

from __future__ import annotations

from typing import Any

from transformers import CONFIG_MAPPING, PreTrainedConfig

from core.config.base_model import BaseModelConfig
from core.config.components import pooler_options
from core.config.families import family_named, lifting, lifts_mask
from core.errors import CheckpointError, ConfigError
from core.files.folders import ModelFolder
from core.model.class_names import class_names, require_class_names
from core.model.pooled_config import PREFIX, to_pooled
from core.model.stored_parts import parts_in, stored_head

DROPOUT_FIELDS = ("attention_dropout", "attention_probs_dropout_prob", "hidden_dropout_prob")


#: Classes of a new head when nobody says how many.
DEFAULT_LABELS = 2


def stored_config(folder: ModelFolder) -> PreTrainedConfig:
    """The transformers config of a folder; no code of the folder is run.

    Raises:
        CheckpointError: an architecture that transformers does not have, or impossible values.
    """
    kind = str(folder.config.get("model_type", "")).removeprefix(PREFIX)
    if kind not in CONFIG_MAPPING:
        raise CheckpointError(
            f"'{folder.path}' is of the architecture '{kind or 'not stated'}', which transformers does not have"
            + (" (it brings its own code, which is never run)." if "auto_map" in folder.config else "."),
            fix="choose a model of an architecture that transformers ships.",
        )
    require_class_names(folder.config, folder.path)
    data = {k: _with_floats(v) for k, v in folder.config.items() if k not in ("model_type", "auto_map")}
    try:
        config = CONFIG_MAPPING[kind].from_dict(data)
    except Exception as error:  # the library's validators raise many kinds, all about the file's values
        seen = " ".join(str(error).split())
        raise CheckpointError(f"'{folder.path / 'config.json'}' cannot be used: {seen}.", fix="mend it.") from error
    config.name_or_path = str(folder.path)
    return config


def _with_floats(value: Any) -> Any:
    """As transformers reads its own JSON, in which an infinity is written `{"__float__": "Infinity"}`."""
    if isinstance(value, dict):
        if [*value] == ["__float__"] and isinstance(value["__float__"], str):
            return float(value["__float__"])
        return {name: _with_floats(inner) for name, inner in value.items()}
    return [_with_floats(inner) for inner in value] if isinstance(value, list) else value


def built_config(config: BaseModelConfig, folder: ModelFolder) -> PreTrainedConfig:
    """The pooled config to build: the folder's architecture with every field of ours applied."""
    stored = stored_config(folder)
    _check_family(config, stored, folder)
    stored_parts = parts_in(folder, stored)
    changes: dict[str, Any] = {
        "num_labels": _label_count(config, folder, stored),
        "problem_type": _problem(config, folder, stored),
        "pooler_dropout": config.pooler_dropout,
        "init_config": config.init_config,
        "criterion": config.criterion,
        "criterion_config": config.criterion_config,
        "output_attentions": config.output_attentions,
        "output_hidden_states": config.output_hidden_states,
        **_parts(config, stored_parts),
        **_dropouts(config, stored),
    }
    changes["id2label"] = labels = _labels(folder, changes.pop("num_labels"))
    changes["label2id"] = {label: number for number, label in labels.items()}
    return to_pooled(stored, **changes, **lifting(config.is_bidirectional))


def _labels(folder: ModelFolder, count: int) -> dict[int, str]:
    """The names the folder gives its classes, where they fit; else LABEL_0, LABEL_1 ..."""
    return class_names(folder.config.get("id2label"), count)


def _check_family(config: BaseModelConfig, stored: PreTrainedConfig, folder: ModelFolder) -> None:
    family = config.architecture.family
    if family not in ("vanilla", stored.model_type):
        raise ConfigError(
            f"model_type '{config.model_type}' means the {family} architecture, "
            f"and '{folder.path}' holds a '{stored.model_type}' model.",
            fix=f"set model_type to '{family_named(stored.model_type)}'.",
        )
    if lifts_mask(folder.config) and family != "vanilla" and not config.is_bidirectional:
        raise ConfigError(
            f"'{folder.path}' was saved without a causal mask, and model_type '{config.model_type}' has one.",
            fix=f"set model_type to '{family}-bidirectional'.",
        )


def _label_count(config: BaseModelConfig, folder: ModelFolder, built: PreTrainedConfig) -> int:
    head = stored_head(folder, built)
    if head is None:
        named = folder.config.get("id2label")
        return config.num_labels or (len(named) if isinstance(named, dict) and named else DEFAULT_LABELS)
    if config.num_labels is not None and config.num_labels != head[1]:
        raise ConfigError(
            f"num_labels is {config.num_labels}, and the head in '{folder.path}' has {head[1]} classes.",
            fix=f"set num_labels to {head[1]}, or train a new head.",
        )
    return head[1]


def _problem(config: BaseModelConfig, folder: ModelFolder, built: PreTrainedConfig) -> str | None:
    if config.problem_type or config.criterion:
        return config.problem
    stored = folder.config.get("problem_type")
    head = stored_head(folder, built)
    if stored is None and head is not None and head[1] == 1:
        return "regression"
    return stored or config.problem


def _parts(config: BaseModelConfig, stored: dict[str, Any]) -> dict[str, Any]:
    """Pooler and head: those asked for, else those that the folder has."""
    parts = dict(stored)
    if config.pooler_type is not None:
        same = stored.get("pooler_type") == config.pooler_type
        options = {**(stored.get("pooler_config") or {} if same else {}), **config.pooler_config}
        parts |= {
            "pooler_type": config.pooler_type,
            "pooler_config": pooler_options(config.pooler_type, options).to_dict(),
        }
    if config.head_type is not None:
        parts["head_type"] = config.head_type
    return parts


def _dropouts(config: BaseModelConfig, stored: PreTrainedConfig) -> dict[str, float]:
    """Dropouts under the names this architecture reads; one that it does not read is refused by name."""
    result: dict[str, float] = {}
    for field in DROPOUT_FIELDS:
        value = getattr(config, field)
        if hasattr(stored, field):
            result[field] = value
        elif value:
            raise ConfigError(
                f"'{field}' has no effect on the '{stored.model_type}' architecture.",
                fix="remove it; this architecture reads "
                + (", ".join(f for f in DROPOUT_FIELDS if hasattr(stored, f)) or "none of the dropout fields")
                + ".",
            )
    return result
