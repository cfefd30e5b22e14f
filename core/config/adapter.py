"""`AdapterConfig`: a LoRA adapter, in PEFT's own field names."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from core.config.strict_model import ClosedModel
from core.errors import ConfigError

DEFAULT_TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj")

_NAMED_INITS = ("gaussian", "pissa", "loftq")


class AdapterConfig(ClosedModel):
    """LoRA through PEFT. Sizes are ranks and layer numbers from 0; the update is scaled by alpha / r.

    With `use_rslora` the scale is alpha / sqrt(r) (Kalajdzievski 2023); `use_dora` adds a learnt magnitude
    a column (Liu et al. 2024). `layers_to_transform` limits the adapter to those layers; None adapts all.
    """

    peft_type: Literal["LORA"] = "LORA"
    task_type: Literal["CAUSAL_LM", "SEQ_CLS", "FEATURE_EXTRACTION"] | None = "CAUSAL_LM"
    inference_mode: bool = False
    r: Annotated[int, Field(ge=1)] = 32
    lora_alpha: Annotated[float, Field(gt=0)] = 16
    lora_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.05
    target_modules: tuple[str, ...] | str = DEFAULT_TARGETS
    layers_to_transform: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    bias: Literal["none", "all", "lora_only"] = "none"
    modules_to_save: tuple[str, ...] | None = None
    init_lora_weights: bool | str = True
    fan_in_fan_out: bool = False
    use_rslora: bool = False
    layers_pattern: tuple[str, ...] | str | None = None
    rank_pattern: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    alpha_pattern: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    use_dora: bool = False

    @field_validator("rank_pattern", "alpha_pattern", mode="before")
    @classmethod
    def _none_is_empty(cls, value: object) -> object:
        return {} if value is None else value

    @field_validator("layers_to_transform", mode="before")
    @classmethod
    def _one_layer_is_a_list(cls, value: object) -> object:
        return (value,) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("init_lora_weights")
    @classmethod
    def _known_init(cls, value: bool | str) -> bool | str:
        if isinstance(value, bool) or value in _NAMED_INITS or re.fullmatch(r"pissa_niter_[1-9]\d*", value):
            return value
        raise ConfigError(
            f"AdapterConfig.init_lora_weights cannot be {value!r}.",
            fix="use true, false, 'gaussian', 'pissa', 'pissa_niter_16' (any number of iterations) or 'loftq'.",
        )

    @model_validator(mode="after")
    def _check_targets(self) -> Self:
        if not self.target_modules:
            raise ConfigError("AdapterConfig.target_modules is empty.", fix="name the modules to adapt.")
        if self.layers_pattern and self.layers_to_transform is None:
            raise ConfigError(
                "AdapterConfig.layers_pattern works only together with layers_to_transform.",
                fix="give layers_to_transform, or remove layers_pattern.",
            )
        if isinstance(self.target_modules, str) and self.layers_to_transform is not None:
            raise ConfigError(
                "AdapterConfig.layers_to_transform needs target_modules as a list of names, and it is one pattern.",
                fix="list the module names.",
            )
        return self
