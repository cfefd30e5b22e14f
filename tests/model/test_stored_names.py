"""What of a model comes of stored tensors: names, conversions and codes, as transformers' own loader takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM, MixtralConfig, MixtralForCausalLM

from core.files.safetensors_headers import read_header
from core.model.stored_names import held_codes, held_tensors

SIZES: dict[str, Any] = {
    "vocab_size": 40,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
KINDS: dict[str, tuple[Any, Any]] = {
    "llama": (LlamaForCausalLM, LlamaConfig(**SIZES, num_key_value_heads=2)),
    "mixtral": (MixtralForCausalLM, MixtralConfig(**SIZES, num_key_value_heads=2, num_local_experts=4)),
    "bert": (BertModel, BertConfig(**SIZES)),
}


def saved(folder: Path, kind: str, *gone: str) -> tuple[Any, Any]:
    cls, config = KINDS[kind]
    cls(config).save_pretrained(folder)
    path = folder / "model.safetensors"
    tensors = {name: t for name, t in load_file(path).items() if not any(part in name for part in gone)}
    save_file(tensors, path, {"format": "pt"})
    with torch.device("meta"):
        return cls(config), {entry.name: entry for entry in read_header(path)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gone", ["layers.1.", "layer.1.", "experts.2", "norm", "no such part"])
def test_what_is_missing_is_what_the_loader_misses(tmp_path: Path, kind: str, gone: str) -> None:
    model, tensors = saved(tmp_path, kind, gone)
    held, left = held_tensors(model, tensors)
    options = {"output_loading_info": True, "ignore_mismatched_sizes": True}
    theirs = KINDS[kind][0].from_pretrained(tmp_path, **options)[1]
    shapes = {name: tuple(t.shape) for name, t in model.state_dict().items()}
    wrong = {name for name, tensor in held.items() if tensor.shape != shapes[name]}
    unlike = {name for name, *_ in theirs["mismatched_keys"]}
    assert (shapes.keys() - held.keys()) | wrong == set(theirs["missing_keys"]) | unlike
    assert set(left) == set(theirs["unexpected_keys"]) == set()


def test_what_is_left_over(tmp_path: Path) -> None:
    model, tensors = saved(tmp_path, "llama")
    entry = tensors["model.norm.weight"]
    _, left = held_tensors(model, {**tensors, "model.other.weight": entry})
    assert left == {"model.other.weight": "model.other.weight"}


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("qweight", True),
        ("weight_packed", True),
        ("weight", True),
        ("bias", False),
        ("scales", False),
        ("qzeros", False),
        ("weight_scale_inv", False),
    ],
)
def test_codes_stand_for_a_weight_and_scales_do_not(tmp_path: Path, name: str, held: bool) -> None:
    model, _ = saved(tmp_path, "llama")
    found, _ = held_codes(model, [f"model.layers.0.mlp.up_proj.{name}"])
    assert ("model.layers.0.mlp.up_proj.weight" in found) is held


def test_codes_of_experts_in_one_tensor(tmp_path: Path) -> None:
    model, _ = saved(tmp_path, "mixtral")
    assert (
        "model.layers.0.mlp.experts.down_proj" in held_codes(model, ["model.layers.0.mlp.experts.down_proj_blocks"])[0]
    )
