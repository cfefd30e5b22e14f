"""The model that training begins with: what is frozen, what is trained, what starts anew, through `begin` itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from core.errors import AdapterError, CheckpointError, ConfigError
from core.model.classifier import PooledClassifier
from core.model.families import transformer_layers
from core.model.trainable import fitted, wanted
from core.training.config import TrainingConfig
from core.training.start_model import Start, begin, known_labels
from tests.model.conftest import llama_adapter
from tests.model.conftest import opened as opened_base

__all__ = ["llama_adapter"]

LABELS = ("card", "money", "weather")
IDS = torch.arange(3, 20)[None]


def start(folder: Path, adapter: dict[str, Any] | None = None, *, kind: str = "llama", **fields: Any) -> Start:
    return begin(recipe(folder, adapter, kind=kind, **fields), LABELS)


def recipe(
    folder: Path,
    adapter: dict[str, Any] | None = None,
    *,
    kind: str = "llama",
    max_tokens: int | None = None,
    labels: tuple[str, ...] = (),
    **fields: Any,
) -> TrainingConfig:
    base = {"pretrained_model_name_or_path": str(folder), "model_type": kind, **fields}
    return TrainingConfig.parse(
        {
            "base_model": base,
            "adapter": adapter,
            "data": {"train_file": "none.csv", "labels": labels},
            "output": "nowhere",
            "max_tokens": max_tokens,
        }
    )


def trained(begun: Start) -> set[str]:
    return {name for name, p in begun.classifier.named_parameters() if p.requires_grad}


def names(begun: Start, *prefixes: str) -> set[str]:
    return {name for name, _ in begun.classifier.named_parameters() if name.startswith(prefixes)}


def head(begun: Start) -> torch.Tensor:
    return dict(begun.classifier.named_parameters())["score.weight"].detach()


def step(begun: Start) -> None:
    """One step down the gradient of every weight that has one."""
    begun.model.train()
    weights = [p for p in begun.model.parameters() if p.requires_grad]
    optimiser = torch.optim.SGD(weights, lr=0.5)
    begun.model(input_ids=IDS, labels=torch.tensor([1])).loss.backward()
    optimiser.step()


def values(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in model.named_parameters()}


@pytest.mark.parametrize(
    ("family", "kind", "layer", "embeddings"),
    [
        ("llama", "llama", "model.layers.0.", "model.embed_tokens."),
        ("gemma2", "gemma2", "model.layers.0.", "model.embed_tokens."),
        ("bert", "vanilla", "bert.encoder.layer.0.", "bert.embeddings."),
    ],
)
def test_a_step_moves_everything_but_what_is_frozen(
    tiny_folders: dict[str, Path], family: str, kind: str, layer: str, embeddings: str
) -> None:
    begun = start(
        tiny_folders[family],
        kind=kind,
        freeze_these_layers_indices=[0],
        freeze_embeddings=True,
        pooler_type="attention",
    )
    frozen = names(begun, layer, embeddings)
    assert frozen
    assert trained(begun) == names(begun, "") - frozen
    before = values(begun.classifier)
    step(begun)
    moved = {name for name, p in begun.classifier.named_parameters() if not torch.equal(p, before[name])}
    assert not moved & frozen
    assert {name.split(".")[0] for name in moved} >= {"score", "pooler", layer.split(".")[0]}


def test_lora_on_a_frozen_layer_is_trained(tiny_folders: dict[str, Path]) -> None:
    begun = start(tiny_folders["llama"], {"r": 2}, freeze_these_layers_indices=[0, 1], freeze_embeddings=True)
    factors = {name for name in names(begun, "model.layers.0.") if "lora_" in name}
    assert factors
    assert factors <= trained(begun)
    assert all("lora_" in name or name.startswith("score.") for name in trained(begun))
    before = values(begun.classifier)
    step(begun)
    moved = {name for name, p in begun.classifier.named_parameters() if not torch.equal(p, before[name])}
    assert {name for name in factors if "lora_B" in name} <= moved
    assert not {name for name in moved if name.startswith("model.") and "lora_" not in name}


def test_what_is_drawn_as_trained_is_what_is_trained(tiny_folders: dict[str, Path]) -> None:
    begun = start(tiny_folders["llama"], freeze_these_layers_indices=[1], freeze_embeddings=True)
    config = recipe(tiny_folders["llama"], freeze_these_layers_indices=[1], freeze_embeddings=True).base_model
    assert wanted(begun.model) == fitted(begun.model, config) == trained(begun)


def test_layers_are_removed_before_layers_are_counted(tiny_folders: dict[str, Path]) -> None:
    begun = start(tiny_folders["gemma2"], kind="gemma2", num_layers_to_remove=1, freeze_these_layers_indices=[0])
    assert len(transformer_layers(begun.classifier.backbone)) == begun.classifier.config.num_hidden_layers == 1
    assert not trained(begun) & names(begun, "model.layers.")
    with pytest.raises(ConfigError, match="freeze_these_layers_indices has 1, and the backbone has layers 0 to 0"):
        start(tiny_folders["gemma2"], kind="gemma2", num_layers_to_remove=1, freeze_these_layers_indices=[1])


def test_the_last_layers_start_anew_and_are_trained(tiny_folders: dict[str, Path]) -> None:
    stored = values(opened_base(tiny_folders["llama"]).model.backbone)
    begun = start(tiny_folders["llama"], reinitialize_n_layers_of_backbone=1, init_config={"method": "zeros"})
    backbone = begun.classifier.backbone
    changed = {name for name, p in backbone.named_parameters() if not torch.equal(p, stored[name])}
    linear = {f"{name}.weight" for name, m in backbone.named_modules() if isinstance(m, nn.Linear)}
    assert changed == {name for name in linear if name.startswith("layers.1.")}
    assert not any(dict(backbone.named_parameters())[name].any() for name in changed)
    assert all(p.requires_grad for p in backbone.parameters())


def test_the_head_is_new_unless_it_is_for_these_classes(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    model: Any = start(tiny_folders["llama"]).classifier
    model.score.weight.data.fill_(0.5)
    model.save_pretrained(tmp_path / "own")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / "own" / name).write_bytes((tiny_folders["llama"] / name).read_bytes())
    again = start(tmp_path / "own")
    assert again.opened.head_is_trained
    assert set(head(again).flatten().tolist()) == {0.5}
    other = begin(recipe(tmp_path / "own"), ("a", "b"))
    assert not other.opened.head_is_trained
    assert other.classifier.config.id2label == {0: "a", 1: "b"}
    assert head(other).shape[0] == 2
    assert 0.5 not in head(other)


def test_an_adapter_is_trained_further(tiny_folders: dict[str, Path], llama_adapter: Path) -> None:
    config = recipe(tiny_folders["llama"], pretrained_adapter_path=str(llama_adapter))
    labels = known_labels(config)
    begun = begin(config, labels)
    assert isinstance(begun.classifier, PooledClassifier)
    assert begun.classifier.config.pooler_type == "attention"
    assert {part for name in trained(begun) for part in name.split(".")} >= {"lora_A", "lora_B", "pooler", "score"}
    assert known_labels(recipe(tiny_folders["llama"], labels=("x", "y"))) == ("x", "y")
    with pytest.raises(AdapterError, match="knows 4 classes, and the training data has 3 others"):
        begin(config, LABELS)


def test_no_more_tokens_than_the_base_reads(tiny_folders: dict[str, Path]) -> None:
    assert start(tiny_folders["llama"]).encoder.max_tokens == 128
    assert start(tiny_folders["llama"], max_tokens=9).encoder.max_tokens == 9
    with pytest.raises(CheckpointError, match="max_tokens is 129, and the base reads at most 128 tokens"):
        start(tiny_folders["llama"], max_tokens=129)
