"""transformers configs for our classifiers: a family's own config under the model type `pooled_<family>`.

The type of its own is a safety catch. A folder with, say, mean pooling that a stock class opened would be
another classifier without a word: stock classes take the last token. Under our type the auto classes refuse
the folder or open it with our class, and the weights lie in `model.pooled.safetensors`, which a stock class
does not find. What the fields mean stands in `BaseModelConfig`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from transformers import AutoConfig, PreTrainedConfig
from transformers.conversion_mapping import get_checkpoint_conversion_mapping, register_checkpoint_conversion_mapping
from transformers.models.auto.modeling_auto import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES

from core.config.base_model import BaseModelConfig
from core.config.components import DEFAULT_HEAD, DEFAULT_POOLER, HeadType, PoolerType
from core.config.families import PREFIX as PREFIX
from core.config.families import lifts_mask
from core.errors import CheckpointError
from core.files.config_numbers import config_numbers
from core.files.weight_files import WEIGHTS_VARIANT as WEIGHTS_VARIANT
from core.files.weight_files import weight_entry
from core.model.stock.config import DEFAULTS as DEFAULTS
from core.model.stock.config import base_config_class as base_config_class

_MADE: dict[type[PreTrainedConfig], type[PreTrainedConfig]] = {}


def pooled_config_class(base: type[PreTrainedConfig]) -> type[PreTrainedConfig]:
    """`LlamaConfig` -> `PooledLlamaConfig`, registered so that folders of that type open."""
    if base.model_type.startswith(PREFIX):
        return base
    if base in _MADE:
        return _MADE[base]
    _register_renaming(base)
    ignored = ["past_key_values", "losses", "pooling_weights", "hidden_states", "attentions"]
    body = {"model_type": PREFIX + base.model_type, "keys_to_ignore_at_inference": ignored, "__module__": __name__}
    made = cast(type[PreTrainedConfig], type(f"Pooled{base.__name__}", (base,), body))
    AutoConfig.register(made.model_type, made, exist_ok=True)
    _MADE[base] = made
    return made


def _register_renaming(base: type[PreTrainedConfig]) -> None:
    """transformers renames tensors of checkpoints by model type (experts one by one on disk): ours is read alike."""
    stock = MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES.get(base.model_type, "")
    renaming = get_checkpoint_conversion_mapping(stock) or get_checkpoint_conversion_mapping(base.model_type)
    if renaming is not None:
        register_checkpoint_conversion_mapping(PREFIX + base.model_type, renaming, overwrite=True)


def to_pooled(config: PreTrainedConfig, **changes: Any) -> PreTrainedConfig:
    """The same architecture as a pooled config, with our fields filled in and `changes` applied.

    Another `pooler_type` without its `pooler_config` starts from that pooler's defaults.
    """
    if "pooler_type" in changes:
        changes.setdefault("pooler_config", {})
    data = {**DEFAULTS, **config.to_dict(), **changes}
    for name in ("model_type", "transformers_version"):
        data.pop(name, None)
    made = pooled_config_class(type(config))(**data)
    made.name_or_path = config.name_or_path or ""
    made._attn_implementation = config._attn_implementation
    return made


def part_fields(config: PreTrainedConfig) -> BaseModelConfig:
    """Our fields of a transformers config, validated as a `BaseModelConfig` (only the parts are meaningful)."""
    fields = {name: getattr(config, name, default) for name, default in DEFAULTS.items()}
    return BaseModelConfig(
        pretrained_model_name_or_path=config.name_or_path or ".",
        num_labels=config.num_labels or 1,
        problem_type=config.problem_type or ("regression" if config.num_labels == 1 else None),
        **fields,
    )


def parts_of(config: PreTrainedConfig) -> tuple[PoolerType, HeadType]:
    """Pooler and head of a config, stock ones included."""
    return (getattr(config, "pooler_type", None) or DEFAULT_POOLER, getattr(config, "head_type", None) or DEFAULT_HEAD)


def is_stock_equal(config: PreTrainedConfig) -> bool:
    """Whether a stock `...ForSequenceClassification` of the family would give the same logits."""
    return parts_of(config) == (DEFAULT_POOLER, DEFAULT_HEAD) and not lifts_mask(config)


def read_pooled_config(
    pooled: type[PreTrainedConfig], name: Any, options: dict[str, Any], opener: str
) -> PreTrainedConfig:
    """The config of a folder or Hub id, of the pooled class or the family's own; another family's is not bent.

    `options` are those of `from_pretrained`, `opener` the name of the class that opens it.

    Raises:
        CheckpointError: another family's.
    """
    known = {k: options[k] for k in ("cache_dir", "revision", "local_files_only", "token") if k in options}
    seen = PreTrainedConfig.get_config_dict(name, **known)[0].get("model_type")
    own = {pooled.model_type, base_config_class(pooled).model_type}
    if seen not in own:
        raise CheckpointError(
            f"'{name}' holds a '{seen}' model, and {opener} opens {' or '.join(sorted(own))}.",
            fix="open it with the class of its family, or `classifier_class`.",
        )
    return cast(PreTrainedConfig, AutoConfig.from_pretrained(name, **known))


def has_own_weights(name: Any) -> bool:
    """Whether the weights of a local folder are read from the file under our own name."""
    folder = Path(str(name))
    if not folder.is_dir():
        return False
    entry = weight_entry([path.name for path in folder.iterdir() if path.is_file()], config_numbers(folder))
    return entry is not None and entry.variant == WEIGHTS_VARIANT
