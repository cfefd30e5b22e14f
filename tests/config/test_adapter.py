"""`AdapterConfig`: the user's defaults, every refusal, round trips."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import AdapterConfig
from core.errors import ConfigError

#: The specification's list, word for word.
DEFAULTS: dict[str, Any] = {
    "peft_type": "LORA",
    "task_type": "CAUSAL_LM",
    "inference_mode": False,
    "r": 32,
    "lora_alpha": 16,
    "lora_dropout": 0.05,
    "target_modules": ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj"),
    "layers_to_transform": None,
    "bias": "none",
    "modules_to_save": None,
    "init_lora_weights": True,
    "fan_in_fan_out": False,
    "use_rslora": False,
    "layers_pattern": None,
    "rank_pattern": {},
    "alpha_pattern": {},
    "use_dora": False,
}

MODULES = st.sampled_from(["q_proj", "v_proj", "up_proj", "dense"])
CONFIGS = st.builds(
    AdapterConfig,
    task_type=st.sampled_from(["CAUSAL_LM", "SEQ_CLS", "FEATURE_EXTRACTION", None]),
    inference_mode=st.booleans(),
    r=st.integers(1, 256),
    lora_alpha=st.integers(1, 256) | st.floats(0.5, 256),
    lora_dropout=st.floats(0, 0.9),
    target_modules=st.lists(MODULES, min_size=1, max_size=3, unique=True),
    layers_to_transform=st.none() | st.lists(st.integers(0, 80), min_size=1, max_size=4),
    bias=st.sampled_from(["none", "all", "lora_only"]),
    modules_to_save=st.none() | st.just(["pooler", "score"]),
    init_lora_weights=st.sampled_from([True, False, "gaussian", "pissa", "pissa_niter_4", "loftq"]),
    use_rslora=st.booleans(),
    rank_pattern=st.none() | st.dictionaries(MODULES, st.integers(1, 64), max_size=2),
    alpha_pattern=st.none() | st.dictionaries(MODULES, st.integers(1, 64), max_size=2),
    use_dora=st.booleans(),
)


def test_fields_and_defaults_are_the_specifications() -> None:
    assert set(AdapterConfig.model_fields) == set(DEFAULTS)
    made = AdapterConfig()
    assert {name: getattr(made, name) for name in DEFAULTS} == DEFAULTS


@given(CONFIGS)
def test_round_trips(made: AdapterConfig) -> None:
    assert AdapterConfig.from_yaml(made.to_yaml()) == made
    assert AdapterConfig.from_json(made.to_json()) == made


def test_shorthands() -> None:
    assert AdapterConfig(layers_to_transform=3).layers_to_transform == (3,)
    assert AdapterConfig(rank_pattern=None, alpha_pattern=None) == AdapterConfig()
    assert AdapterConfig(target_modules="all-linear").target_modules == "all-linear"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"rank": 8}, "AdapterConfig has no field 'rank'"),
        ({"lora_alfa": 8}, "no field 'lora_alfa'. Fix: did you mean 'lora_alpha'"),
        ({"peft_type": "IA3"}, "peft_type cannot be 'IA3'"),
        ({"task_type": "SEQ_CL"}, "task_type cannot be 'SEQ_CL'. Fix: did you mean 'SEQ_CLS'"),
        ({"r": 0}, "r cannot be 0"),
        ({"lora_alpha": 0}, "lora_alpha cannot be 0"),
        ({"lora_dropout": 1}, "lora_dropout cannot be 1"),
        ({"bias": "some"}, "bias cannot be 'some'"),
        ({"target_modules": []}, "target_modules is empty. Fix: name the modules"),
        ({"target_modules": ""}, "target_modules is empty"),
        ({"init_lora_weights": "pissa_niter_"}, "init_lora_weights cannot be 'pissa_niter_'. Fix: use true, false"),
        ({"init_lora_weights": "pissa_niter_0"}, "init_lora_weights cannot be 'pissa_niter_0'"),
        ({"init_lora_weights": "pissa_niter_[4]"}, "init_lora_weights cannot be"),
        ({"layers_to_transform": [-1]}, "layers_to_transform.0 cannot be -1"),
        ({"layers_pattern": "layers"}, "works only together with layers_to_transform"),
        ({"target_modules": "all-linear", "layers_to_transform": [0]}, "needs target_modules as a list"),
        ({"rank_pattern": {"q_proj": 0}}, "rank_pattern.q_proj cannot be 0"),
        ({"alpha_pattern": {"q_proj": -1}}, "alpha_pattern.q_proj cannot be -1"),
    ],
)
def test_what_cannot_work_is_refused_by_name(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        AdapterConfig(**fields)
