"""A config of ours without what is ours in it: the family's own, as transformers has it."""

from __future__ import annotations

from typing import Any, cast

from transformers import PreTrainedConfig

from core.config.components import DEFAULT_HEAD, DEFAULT_POOLER
from core.config.families import PREFIX

#: Fields of ours in config.json, with the values that a stock classifier stands for.
DEFAULTS: dict[str, Any] = {
    "pooler_type": DEFAULT_POOLER,
    "pooler_config": {"pre_head_pooling": False},
    "head_type": DEFAULT_HEAD,
    "pooler_dropout": 0.0,
    "criterion": None,
    "criterion_config": {},
    "init_config": {},
}


def base_config_class(config: type[PreTrainedConfig]) -> type[PreTrainedConfig]:
    """`PooledLlamaConfig` -> `LlamaConfig`; a stock class is returned as it is."""
    return cast(type[PreTrainedConfig], config.__mro__[1]) if config.model_type.startswith(PREFIX) else config


def to_stock(config: PreTrainedConfig) -> PreTrainedConfig:
    """The same architecture as the family's own config, without our fields; a stock config is copied."""
    base = base_config_class(type(config))
    data = {key: value for key, value in config.to_dict().items() if key not in DEFAULTS}
    for name in ("model_type", "transformers_version", "architectures"):
        data.pop(name, None)
    made = base(**data)
    made._attn_implementation = config._attn_implementation
    return made
