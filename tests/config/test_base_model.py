"""`BaseModelConfig`: every field of the specification, its default, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.config import BaseModelConfig
from core.config.base_model import DTYPE_NAMES, FLOAT_DTYPES
from core.config.components import POOLERS as BY_NAME
from core.config.families import MODEL_TYPES, architecture_of
from core.config.quantisation import NAMED, Quantisation
from core.errors import ConfigError, NotFoundError

#: The specification's table, word for word.
DEFAULTS: dict[str, Any] = {
    "cache_dir": None,
    "torch_dtype": "float32",
    "quantisation": Quantisation(),
    "output_hidden_states": False,
    "output_attentions": False,
    "num_labels": None,
    "problem_type": None,
    "attention_dropout": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "hidden_dropout_prob": 0.0,
    "pooler_dropout": 0.0,
    "model_type": "vanilla",
    "init_config": {},
    "num_layers_to_remove": None,
    "reinitialize_n_layers_of_backbone": 0,
    "freeze_these_layers_indices": None,
    "freeze_embeddings": False,
    "criterion": None,
    "criterion_config": {},
    "pooler_type": None,
    "pooler_config": {},
    "head_type": None,
    "pretrained_adapter_path": None,
    "is_trainable": True,
}

NAMES = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=30)
RATES = st.floats(0, 0.99)
POOLERS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.builds(lambda b: {"pooler_type": "context", "pooler_config": {"pre_head_pooling": b}}, st.booleans()),
    *(st.just({"pooler_type": name}) for name in BY_NAME),
    st.builds(lambda n: {"pooler_type": "attention", "pooler_config": {"hidden_dim": n}}, st.integers(1, 64)),
    st.builds(lambda p: {"pooler_type": "gem", "pooler_config": {"p": p, "learn_p": False}}, st.floats(0.5, 8)),
)
PROBLEMS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.builds(lambda e: {"criterion": "cross_entropy", "criterion_config": {"label_smoothing": e}}, RATES),
    st.builds(lambda a, b: {"criterion": "bitempered", "criterion_config": {"t1": a, "t2": b}}, RATES, st.floats(1, 4)),
    st.just({"problem_type": "regression", "criterion": "mse"}),
    st.just({"problem_type": "multi_label_classification"}),
)
CONFIGS = st.builds(
    lambda fields, pooler, problem: BaseModelConfig(**fields, **pooler, **problem),
    st.fixed_dictionaries(
        {"pretrained_model_name_or_path": NAMES},
        optional={
            "cache_dir": st.just(Path("some") / "place"),
            "torch_dtype": st.sampled_from([*DTYPE_NAMES, None]),
            "quantisation": st.sampled_from([*NAMED, {"method": "bitsandbytes", "compute_dtype": "bfloat16"}]),
            "output_hidden_states": st.booleans(),
            "output_attentions": st.booleans(),
            "num_labels": st.integers(2, 200),
            "attention_dropout": RATES,
            "pooler_dropout": RATES,
            "model_type": st.sampled_from(MODEL_TYPES),
            "init_config": st.just({"method": "orthogonal", "gain": 0.5, "seed": 7}),
            "num_layers_to_remove": st.none() | st.integers(0, 80),
            "reinitialize_n_layers_of_backbone": st.integers(0, 80),
            "freeze_these_layers_indices": st.none() | st.lists(st.integers(0, 80), unique=True, max_size=5),
            "freeze_embeddings": st.booleans(),
            "head_type": st.sampled_from([None, "vanilla", "sequential"]),
            "pretrained_adapter_path": st.none() | NAMES,
            "is_trainable": st.booleans(),
        },
    ),
    POOLERS,
    PROBLEMS,
)


def config(**fields: Any) -> BaseModelConfig:
    return BaseModelConfig(pretrained_model_name_or_path="org/model", **fields)


def test_fields_and_defaults_are_the_specifications() -> None:
    assert set(BaseModelConfig.model_fields) == {"pretrained_model_name_or_path", *DEFAULTS}
    made = config()
    assert {name: getattr(made, name) for name in DEFAULTS} == DEFAULTS


@given(CONFIGS)
def test_round_trips(made: BaseModelConfig) -> None:
    assert BaseModelConfig.from_yaml(made.to_yaml()) == made
    assert BaseModelConfig.from_json(made.to_json()) == made
    assert BaseModelConfig.parse(made.to_dict()) == made
    assert made.with_changes() == made


@pytest.mark.parametrize("name", DTYPE_NAMES)
def test_dtypes_are_read_from_names_and_from_torch(name: str) -> None:
    made = config(torch_dtype=getattr(torch, name))
    assert made.torch_dtype == name
    assert made == config(torch_dtype=name) == config(torch_dtype=f"torch.{name}")
    assert BaseModelConfig.from_yaml(made.to_yaml()).torch_dtype == name
    assert (name in FLOAT_DTYPES) == getattr(torch, name).is_floating_point


def test_no_dtype_means_float32() -> None:
    assert config(torch_dtype=None).torch_dtype == "float32"


@pytest.mark.parametrize("seen", ["float31", "complex64", "", "Float32", 32, torch.complex64])
def test_other_dtypes_are_unsupported(seen: object) -> None:
    with pytest.raises(ConfigError, match="Unsupported dtype"):
        config(torch_dtype=seen)


def test_the_nearest_dtype_is_named() -> None:
    with pytest.raises(
        ConfigError, match=r"Unsupported dtype 'bfloat_16' in torch_dtype\. Fix: did you mean 'bfloat16'"
    ):
        config(torch_dtype="bfloat_16")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"num_label": 3}, "BaseModelConfig has no field 'num_label'. Fix: did you mean 'num_labels'"),
    ({"pooler": "mean"}, "no field 'pooler'. Fix: did you mean 'pooler_"),
    ({"zzz": 1}, "no field 'zzz'. Fix: use one of: pretrained_model_name_or_path"),
    ({"pooler_type": "meen"}, "pooler_type cannot be 'meen'. Fix: did you mean 'mean'"),
    ({"head_type": "linear"}, "head_type cannot be 'linear'"),
    ({"criterion": "cross-entropy"}, "criterion cannot be 'cross-entropy'. Fix: did you mean 'cross_entropy'"),
    ({"problem_type": "multilabel"}, "problem_type cannot be 'multilabel'. Fix: did you mean 'multi_label"),
    ({"model_type": "llama3-8b"}, "model_type cannot be 'llama3-8b'. Fix: did you mean 'llama3-8b-it'"),
    ({"num_labels": 0}, "num_labels cannot be 0"),
    ({"num_labels": 1}, "num_labels is 1, and a single-label classification needs at least two"),
    ({"num_labels": "many"}, "num_labels cannot be 'many'"),
    ({"attention_dropout": 1.0}, "attention_dropout cannot be 1.0"),
    ({"attention_dropout": float("nan")}, "attention_dropout cannot be nan"),
    ({"hidden_dropout_prob": -0.1}, "hidden_dropout_prob cannot be -0.1"),
    ({"num_layers_to_remove": -1}, "num_layers_to_remove cannot be -1"),
    ({"reinitialize_n_layers_of_backbone": -1}, "reinitialize_n_layers_of_backbone cannot be -1"),
    ({"freeze_these_layers_indices": [0, -1]}, r"freeze_these_layers_indices\.1 cannot be -1"),
    ({"freeze_these_layers_indices": [2, 2]}, r"names a layer twice: \[2, 2\]"),
    ({"init_config": {"metod": "normal"}}, "init_config: InitOptions has no field 'metod'. Fix: did you mean 'method'"),
    ({"pooler_config": {"p": 3}}, "pooler_config: ContextOptions has no field 'p'"),
    ({"pooler_type": "gem", "pooler_config": {"p": 0}}, "pooler_config: GemOptions.p cannot be 0"),
    ({"pooler_type": "attention", "pooler_config": {"hidden_size": 8}}, "did you mean 'hidden_dim'"),
    (
        {"pooler_type": "mean", "pooler_config": {"p": 1}},
        "MeanOptions has no field 'p'. Fix: use one of: pre_head_pooling",
    ),
    ({"criterion": "bitempered", "criterion_config": {"t1": 2.0}}, "criterion_config: BitemperedOptions.t1 cannot be"),
    ({"criterion": "bitempered", "criterion_config": {"t2": 0.5}}, "BitemperedOptions.t2 cannot be 0.5"),
    ({"criterion": "mse", "criterion_config": {"x": 1}}, "MseOptions has no field 'x'"),
    (
        {"criterion": "bce", "num_labels": 2, "criterion_config": {"pos_weight": [1.0]}},
        "pos_weight has 1 values for 2 classes",
    ),
    ({"criterion": "mse", "problem_type": "single_label_classification"}, "'mse' is for regression, and problem_type"),
    ({"criterion": "bce", "problem_type": "regression"}, "Fix: use criterion mse, or change problem_type"),
    ({"cache_dir": 3}, "cache_dir cannot be 3"),
    ({"pooler_config": "mean"}, "pooler_config cannot be 'mean'"),
]


@pytest.mark.parametrize(("fields", "message"), REFUSED)
def test_what_cannot_work_is_refused_by_name(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        config(**fields)


def test_a_missing_or_empty_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="needs the field 'pretrained_model_name_or_path'. Fix: add"):
        BaseModelConfig.parse({})
    with pytest.raises(ConfigError, match="pretrained_model_name_or_path cannot be ''"):
        BaseModelConfig(pretrained_model_name_or_path="")


def test_several_problems_are_counted() -> None:
    with pytest.raises(ConfigError, match=r"1 more problems? after this one"):
        config(num_labels=0, head_type="x")


@pytest.mark.parametrize("model_type", [m for m in MODEL_TYPES if m != "vanilla"])
@pytest.mark.parametrize("field", ["attention_probs_dropout_prob", "hidden_dropout_prob"])
def test_berts_dropouts_are_refused_on_decoders(model_type: str, field: str) -> None:
    with pytest.raises(ConfigError, match=f"'{field}' has no effect on model_type '{model_type}'.*attention_dropout"):
        config(model_type=model_type, **{field: 0.1})
    assert config(model_type=model_type, attention_dropout=0.1, **{field: 0.0}).attention_dropout == 0.1
    assert getattr(config(**{field: 0.1}), field) == 0.1


def test_a_config_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(config(), "num_labels", 3)  # noqa: B010


@pytest.mark.parametrize(
    ("criterion", "problem", "resolved"),
    [
        (None, None, ("single_label_classification", "cross_entropy")),
        ("mse", None, ("regression", "mse")),
        ("bce", None, ("multi_label_classification", "bce")),
        ("bitempered", None, ("single_label_classification", "bitempered")),
        (None, "regression", ("regression", "mse")),
        (None, "multi_label_classification", ("multi_label_classification", "bce")),
    ],
)
def test_problem_and_criterion_follow_from_each_other(
    criterion: str | None, problem: str | None, resolved: tuple[str, str]
) -> None:
    made = config(criterion=criterion, problem_type=problem)
    assert (made.problem, made.criterion_name) == resolved


def test_parts_that_are_not_named() -> None:
    made = config()
    assert (made.pooler_name, made.head_name, made.is_bidirectional) == ("context", "vanilla", False)
    assert config(init_config=None, pooler_config=None, criterion_config=None) == made


@pytest.mark.parametrize(
    ("model_type", "family", "bidirectional"),
    [
        ("vanilla", "vanilla", False),
        ("gemma2-9b-it", "gemma2", False),
        ("gemma2-9b-it-bidirectional", "gemma2", True),
        ("llama3-8b-it", "llama", False),
        ("llama3-8b-it-bidirectional", "llama", True),
        ("llama3.1-8b-it", "llama", False),
        ("vicuna-7b-v1.5", "llama", False),
        ("mistral-nemo-instruct-2407", "mistral", False),
        ("yi-1.5-34b-chat", "llama", False),
    ],
)
def test_the_architecture_behind_a_name(model_type: Any, family: str, bidirectional: bool) -> None:
    found = architecture_of(model_type)
    assert (found.family, found.bidirectional) == (family, bidirectional)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.yaml", "- a\n- b\n", "expected fields with values, saw list"),
        ("a.yaml", "pretrained_model_name_or_path: [", "not valid YAML"),
        ("a.yaml", "1: x\n", "field name 1 is not text. Fix: quote it"),
        ("a.yaml", "pretrained_model_name_or_path: !!python/object/apply:os.system [ls]\n", "not valid YAML"),
        ("a.json", "{", "not valid JSON"),
        ("a.yaml", "", "needs the field 'pretrained_model_name_or_path'"),
        ("a.yaml", b"\xff\xfe\x00", "is not a text file"),
    ],
)
def test_files_that_are_no_config(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ConfigError, match=message) as raised:
        BaseModelConfig.from_file(path)
    assert name in raised.value.problem


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "no.yaml", tmp_path):
        with pytest.raises(NotFoundError, match="There is no config file"):
            BaseModelConfig.from_file(path)


def test_files_are_read_by_suffix(tmp_path: Path) -> None:
    made = config(torch_dtype="bfloat16", num_labels=5)
    (tmp_path / "a.yml").write_text(made.to_yaml(), encoding="utf-8")
    (tmp_path / "a.json").write_text(made.to_json(), encoding="utf-8")
    assert BaseModelConfig.from_file(tmp_path / "a.yml") == BaseModelConfig.from_file(tmp_path / "a.json") == made
