"""Weights that are made when their file is written, against a model that was changed before it was saved."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoConfig, AutoModelForSequenceClassification

from core.model.written_later import state_as_written

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 90, "pad_token_id": 0}
EXPERTS = {"num_local_experts": 4, "num_key_value_heads": 2, "intermediate_size": 16}


@pytest.mark.parametrize(("family", "more"), [("llama", {}), ("mixtral", EXPERTS), ("gpt2", {})])
def test_files_are_those_of_a_model_that_was_changed_first(
    tmp_path: Path, family: str, more: dict[str, object]
) -> None:
    """Also where files have other tensors than the model: experts are stacked in memory and single in files."""
    config = AutoConfig.for_model(family, **SIZES, **more)
    model = AutoModelForSequenceClassification.from_config(config)
    state = state_as_written(model, lambda tensor: tensor.detach() * 2 + 1)
    model.save_pretrained(tmp_path / "later", state_dict=state, max_shard_size="30KB")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2).add_(1)
    model.save_pretrained(tmp_path / "before", max_shard_size="30KB")
    files = sorted(path.name for path in (tmp_path / "before").iterdir())
    assert sorted(path.name for path in (tmp_path / "later").iterdir()) == files
    assert sum(name.endswith(".safetensors") for name in files) > 2
    for name in (name for name in files if name.endswith(".safetensors")):
        one, other = load_file(tmp_path / "later" / name), load_file(tmp_path / "before" / name)
        assert one.keys() == other.keys()
        assert all(torch.equal(one[key], other[key]) for key in one)


def test_each_is_made_once_and_no_more_than_a_file_at_a_time(tmp_path: Path) -> None:
    model = AutoModelForSequenceClassification.from_config(AutoConfig.for_model("llama", **SIZES))
    made: list[int] = []
    written: list[int] = []

    def make(tensor: Tensor) -> Tensor:
        made.append(id(tensor))
        written.append(sum(file.stat().st_size for file in tmp_path.glob("*.safetensors")))
        return tensor.detach().clone()

    model.save_pretrained(tmp_path, state_dict=state_as_written(model, make), max_shard_size="30KB")
    assert sorted(made) == sorted(id(p) for p in model.parameters())
    assert len(set(written)) == len(list(tmp_path.glob("*.safetensors"))), "files are written between"


def test_a_look_makes_nothing_and_a_computation_does() -> None:
    layer = torch.nn.Linear(3, 2)
    made: list[str] = []

    def make(tensor: Tensor) -> Tensor:
        made.append("made")
        return tensor.detach() + 1

    weight = state_as_written(layer, make)["weight"]
    assert (weight.shape, weight.dtype, weight.numel(), weight.nbytes) == ((2, 3), torch.float32, 6, 24)
    assert weight.data_ptr() == layer.weight.data_ptr()
    assert made == []
    assert torch.equal(torch.cat([weight, weight]), torch.cat([layer.weight, layer.weight]).detach() + 1)
    assert made == ["made", "made"]
