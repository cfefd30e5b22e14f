"""The transformers config that is built from a folder and a `BaseModelConfig`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from transformers import NemotronHConfig

from core.config import BaseModelConfig
from core.errors import CheckpointError, ConfigError
from core.files.folders import ModelFolder
from core.files.unusable import read_json
from core.model.hf_config import DEFAULT_LABELS, built_config, stored_config
from core.model.stored_parts import stored_head
from tests.model.conftest import opened


@pytest.fixture(scope="module")
def llama(tiny_folders: dict[str, Path]) -> Any:
    """The folder of a language model: no head, no labels."""
    folder = opened(tiny_folders["llama"]).folder
    return replace(folder, config={k: v for k, v in folder.config.items() if k not in ("id2label", "label2id")})


def base(**fields: Any) -> BaseModelConfig:
    return BaseModelConfig(**{"pretrained_model_name_or_path": "x", "model_type": "llama", **fields})


def with_head(folder: Any, tensors: Mapping[str, tuple[int, ...]], **config: Any) -> Any:
    more = {name: SimpleNamespace(shape=shape) for name, shape in tensors.items()}
    return replace(folder, config={**folder.config, **config}, tensors={**folder.tensors, **more})


LINEAR = {"score.weight": (5, 32)}
HIDDEN = {"score.1.weight": (32, 32), "score.1.bias": (32,), "score.4.weight": (6, 32)}


def test_the_stored_config_is_the_folders(llama: Any) -> None:
    made = stored_config(llama)
    assert (made.model_type, made.hidden_size, made.num_hidden_layers) == ("llama", 32, 2)
    assert made.name_or_path == str(llama.path)
    pooled = stored_config(replace(llama, config={**llama.config, "model_type": "pooled_llama"}))
    assert type(pooled) is type(made)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": "nope"}, "of the architecture 'nope', which transformers does not have"),
        ({"model_type": None}, "of the architecture 'None'"),
        ({"model_type": "nope", "auto_map": {}}, "it brings its own code, which is never run"),
        ({"hidden_size": "wide"}, "config.json' cannot be used"),
    ],
)
def test_a_folder_that_says_nonsense(llama: Any, change: dict[str, Any], message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        stored_config(replace(llama, config={**llama.config, **change}))


@pytest.mark.parametrize(("tensors", "count"), [({}, None), (LINEAR, 5), (HIDDEN, 6), ({**LINEAR, **HIDDEN}, 6)])
def test_the_classes_of_a_stored_head(llama: Any, tensors: dict[str, Any], count: int | None) -> None:
    folder = with_head(llama, tensors)
    head = stored_head(folder, stored_config(folder))
    assert (head and head[1]) == count


@pytest.mark.parametrize(
    ("tensors", "config", "asked", "labels"),
    [
        ({}, {}, None, DEFAULT_LABELS),
        ({}, {}, 7, 7),
        ({}, {"id2label": {"0": "a", "1": "b", "2": "c"}}, None, 3),
        (LINEAR, {}, None, 5),
        (LINEAR, {}, 5, 5),
    ],
)
def test_how_many_classes(llama: Any, tensors: Any, config: Any, asked: int | None, labels: int) -> None:
    made = built_config(base(num_labels=asked), with_head(llama, tensors, **config))
    assert made.num_labels == labels
    if "id2label" in config:
        assert made.id2label == {0: "a", 1: "b", 2: "c"}
        assert made.label2id == {"a": 0, "b": 1, "c": 2}
    else:
        assert made.id2label == {i: f"LABEL_{i}" for i in range(labels)}


def test_another_count_than_the_heads_is_refused(llama: Any) -> None:
    with pytest.raises(ConfigError, match="num_labels is 3, and the head in .* has 5 classes"):
        built_config(base(num_labels=3), with_head(llama, LINEAR))


@pytest.mark.parametrize(
    ("asked", "stored", "rows", "problem"),
    [
        ({}, None, 5, "single_label_classification"),
        ({}, None, 1, "regression"),
        ({}, "multi_label_classification", 5, "multi_label_classification"),
        ({"criterion": "bce"}, None, 5, "multi_label_classification"),
        ({"problem_type": "multi_label_classification"}, "regression", 5, "multi_label_classification"),
    ],
)
def test_the_problem(llama: Any, asked: Any, stored: str | None, rows: int, problem: str) -> None:
    folder = with_head(llama, {"score.weight": (rows, 32)}, problem_type=stored)
    assert built_config(base(**asked), folder).problem_type == problem


def test_parts_that_are_asked_for_stored_or_stock(llama: Any) -> None:
    stored = with_head(llama, {}, pooler_type="gem", pooler_config={"p": 2.0}, head_type="sequential")
    made = built_config(base(), stored)
    assert (made.pooler_type, made.pooler_config, made.head_type) == ("gem", {"p": 2.0}, "sequential")
    made = built_config(base(pooler_type="attention"), stored)
    assert (made.pooler_type, made.pooler_config, made.head_type) == ("attention", {"hidden_dim": None}, "sequential")
    made = built_config(base(), llama)
    options = {"pre_head_pooling": True, "ignored_token_id": made.pad_token_id}
    assert (made.pooler_type, made.pooler_config, made.head_type) == ("context", options, "vanilla")


def test_fields_reach_the_config(llama: Any) -> None:
    made = built_config(
        base(
            attention_dropout=0.2,
            pooler_dropout=0.1,
            output_attentions=True,
            criterion="bitempered",
            criterion_config={"t1": 0.5},
            init_config={"std": 0.1},
        ),
        llama,
    )
    assert (made.attention_dropout, made.pooler_dropout, made.output_attentions) == (0.2, 0.1, True)
    assert (made.criterion, made.criterion_config, made.init_config) == ("bitempered", {"t1": 0.5}, {"std": 0.1})
    assert not hasattr(made, "hidden_dropout_prob")


def test_dropouts_that_an_architecture_does_not_read_are_refused(llama: Any, tiny_folders: dict[str, Path]) -> None:
    asked = base(model_type="vanilla", hidden_dropout_prob=0.1)
    with pytest.raises(
        ConfigError, match="no effect on the 'llama' architecture.*this architecture reads attention_drop"
    ):
        built_config(asked, llama)
    bert = opened(tiny_folders["bert"], "vanilla").folder
    assert built_config(asked, bert).hidden_dropout_prob == 0.1


def test_the_mask_is_lifted_where_the_name_says_so(llama: Any) -> None:
    assert built_config(base(model_type="llama-bidirectional"), llama).is_causal is False
    assert getattr(built_config(base(), llama), "is_causal", True) is not False
    lifted = with_head(llama, {}, is_causal=False)
    assert built_config(base(model_type="vanilla"), lifted).is_causal is False
    with pytest.raises(ConfigError, match="saved without a causal mask.*set model_type to 'llama-bidirectional'"):
        built_config(base(), lifted)


@pytest.mark.parametrize(("kind", "fix"), [("llama", "'llama'"), ("mistral", "'mistral'"), ("bert", "'vanilla'")])
def test_another_family_is_refused_with_its_name(tiny_folders: dict[str, Path], kind: str, fix: str) -> None:
    folder = opened(tiny_folders[kind], "vanilla").folder
    with pytest.raises(
        ConfigError, match=f"means the gemma2 architecture.*holds a '{kind}' model.*model_type to {fix}"
    ):
        built_config(base(model_type="gemma2"), folder)


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_infinities_are_read_as_transformers_writes_them(tmp_path: Path, value: float) -> None:
    theirs = NemotronHConfig(time_step_limit=(0.0, value))
    theirs.save_pretrained(tmp_path)
    assert "__float__" in (tmp_path / "config.json").read_text()
    folder = ModelFolder(tmp_path, read_json(tmp_path / "config.json"), {})
    assert tuple(stored_config(folder).time_step_limit) == tuple(theirs.time_step_limit)
