"""Large models against the files they are saved to: nothing is loaded twice, and what is wrong is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel

from core.config.quantisation import NAMED
from core.dry_run import round_trip, saved_tensors
from core.dry_run.default_texts import TEXTS
from core.dry_run.stages import run
from core.dry_run.subject import make_subject
from core.model import open as opening
from core.model.classifier import PooledClassifier
from core.tasks.progress import CancelledError
from tests.dry_run.trying import failed, loaded, nobody_loads, stage, tried
from tests.tiny import FAMILIES, save_tiny_classifier


@pytest.fixture(autouse=True)
def _all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(round_trip, "SECOND_COPY", 0)
    monkeypatch.setattr(saved_tensors, "FILE_BYTES", 20_000)  # several files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_tiny_classifier(tmp_path / "model", "llama", ("a", "b"))


@pytest.mark.parametrize("quantisation", NAMED)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_tensor_is_compared_and_none_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str, quantisation: str
) -> None:
    folder = save_tiny_classifier(tmp_path / "model", family, ("a", "b"))
    pair, base = loaded(folder, tmp_path, quantisation=quantisation)
    monkeypatch.setattr(PreTrainedModel, "from_pretrained", None)
    monkeypatch.setattr(opening, "open_classifier", None)
    found = tried(pair, base)
    assert found.passed, failed(found)
    said = stage(found, "Save and load")
    assert "tensors are equal bit for bit; a second copy was not loaded" in said.detail
    assert (said.number, said.bound) == (0, 0)


@pytest.mark.parametrize("family", ["gpt2", "qwen2_moe", "bloom"])
def test_names_that_files_have_otherwise(tmp_path: Path, family: str) -> None:
    """Saved under another class's names: paired by content."""
    from transformers import AutoConfig

    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 320, "pad_token_id": 0}
    more = {"num_experts": 4, "moe_intermediate_size": 16, "num_key_value_heads": 2} if "moe" in family else {}
    config = AutoConfig.for_model(family, **sizes, **more, num_labels=2)
    made = classifier(config)
    made.save_pretrained(tmp_path)
    total, wrong = saved_tensors._tensors(made, tmp_path)
    assert wrong == []
    assert total > 5


def classifier(config: Any) -> PooledClassifier:
    from core.model.classifier import classifier_class

    return classifier_class(type(config))(config)


def test_a_renamed_tensor_is_paired_and_a_changed_one_is_named(folder: Path, tmp_path: Path) -> None:
    pair, _ = loaded(folder, tmp_path)
    model: Any = pair.opened.model
    (tmp_path / "saved").mkdir()
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state["classifier.weight"] = state.pop("score.weight")
    save_file(state, tmp_path / "saved" / "model.safetensors")
    assert saved_tensors._tensors(model, tmp_path / "saved")[1] == []
    state["model.norm.weight"][0] += 1
    state["classifier.weight"][0, 0] = torch.nan
    save_file(state, tmp_path / "saved" / "model.safetensors")
    assert saved_tensors._tensors(model, tmp_path / "saved")[1] == [
        "model.norm.weight",
        "classifier.weight",
        "score.weight",
    ]


def test_a_tensor_that_is_left_out_or_changed_fails_the_stage(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, base = loaded(folder, tmp_path)
    real = type(pair.opened.model).save_pretrained

    def wrongly(self: Any, saved: Path, **options: Any) -> None:
        options.pop("max_shard_size")
        real(self, saved, **options)
        (file,) = Path(saved).glob("*.safetensors")
        tensors = load_file(file)
        tensors["model.norm.weight"] += 1
        save_file({name: t for name, t in tensors.items() if "layers.1.mlp.up" not in name}, file)

    monkeypatch.setattr(type(pair.opened.model), "save_pretrained", wrongly)
    found = tried(pair, base)
    assert failed(found) == ["Save and load"]
    said = stage(found, "Save and load")
    assert said.number == 2
    assert "'model.norm.weight' is not, and 1 more" in said.detail


def test_a_config_that_is_saved_otherwise_fails_the_stage(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, base = loaded(folder, tmp_path)
    real = type(pair.opened.model).save_pretrained

    def wrongly(self: Any, saved: Path, **options: Any) -> None:
        before = self.config.id2label
        self.config.id2label = {0: "a", 1: "c"}
        real(self, saved, **options)
        self.config.id2label = before

    monkeypatch.setattr(type(pair.opened.model), "save_pretrained", wrongly)
    found = tried(pair, base)
    assert failed(found) == ["Save and load"]
    assert "config.json says of its labels is not what is in memory" in stage(found, "Save and load").detail


@pytest.mark.parametrize("stage_name", ["Gradient, ", "Save and load, writing", "Save and load, comparing"])
def test_a_long_stage_says_how_far_it_is_and_can_be_stopped(folder: Path, tmp_path: Path, stage_name: str) -> None:
    pair, base = loaded(folder, tmp_path)
    subject = make_subject(pair, base, TEXTS, free=lambda: 2**40, loading_alone=nobody_loads)
    told: list[float] = []

    def stop(fraction: float, said: str) -> None:
        told.append(fraction)
        if said.startswith(stage_name):
            raise CancelledError

    with pytest.raises(CancelledError):
        run(subject, stop)
    assert told == sorted(told)
    assert 0.5 < told[-1] < 1
    assert all(p.grad is None and not p.requires_grad for p in subject.probe.model.parameters())
    assert all(p.grad is None for p in pair.predictor.model.parameters())
