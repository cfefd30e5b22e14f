"""Bytes of a backbone from headers alone, against what it takes when it is opened."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification

from core.config import BaseModelConfig, CandidateConfig
from core.config.candidate import ArchitectureNumbers
from core.config.quantisation import NAMED, quantisation_named
from core.files.folders import read_model_folder
from core.model.held import held_backbone, held_parameters
from core.model.quantised import held_bytes, parameter_count
from tests.model.conftest import opened
from tests.model.test_quantised_load import library_config

SIZES = {
    "vocab_size": 96,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "pad_token_id": 0,
    "num_labels": 3,
}
KINDS = {
    "llama": {"num_key_value_heads": 2},
    "qwen2": {"num_key_value_heads": 2},
    "gemma2": {"num_key_value_heads": 2, "head_dim": 16},
    "gpt2": {},
    "opt": {"ffn_dim": 128, "word_embed_proj_dim": 64},
    "bloom": {},
    "gpt_neox": {},
    "phi": {},
    "modernbert": {"cls_token_id": 1, "sep_token_id": 2, "bos_token_id": 1, "eos_token_id": 2},
}


@pytest.fixture(scope="module", params=KINDS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("held") / request.param
    config = AutoConfig.for_model(request.param, **SIZES, **KINDS[request.param])
    AutoModelForSequenceClassification.from_config(config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("name", NAMED)
def test_within_a_tenth_of_what_is_taken(folder: Path, name: str) -> None:
    model = opened(folder, "vanilla", num_labels=None, quantisation=name).model
    held = held_backbone(read_model_folder(folder), "float32", quantisation_named(name))
    assert held.bytes == pytest.approx(held_bytes(model), rel=0.1)
    assert held.parameters == pytest.approx(parameter_count(model), rel=0.05)
    assert held.type == ("float32" if name == "none" else name)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", ["int8", "nf4", "nf4-double"])
def test_what_is_stored_in_codes(folder: Path, tmp_path: Path, name: str, dtype: str) -> None:
    if folder.name not in ("llama", "gemma2", "bloom"):
        return  # how it is stored is the library's, the same for all
    AutoModelForSequenceClassification.from_pretrained(
        folder, dtype=getattr(torch, dtype), device_map="cpu", quantization_config=library_config(name)
    ).save_pretrained(tmp_path)
    model = opened(tmp_path, "vanilla", num_labels=None, torch_dtype=dtype).model
    held = held_backbone(read_model_folder(tmp_path), dtype, quantisation_named("none"))
    assert held.type == "bitsandbytes"
    assert held.bytes == pytest.approx(held_bytes(model), rel=0.1)
    assert held.parameters == pytest.approx(parameter_count(model), rel=0.02)


@pytest.mark.parametrize("name", ["int8", "nf4", "nf4-double"])
def test_a_candidate_whose_files_are_not_here(name: str) -> None:
    numbers = ArchitectureNumbers(
        hidden_size=4096,
        num_hidden_layers=32,
        num_attention_heads=32,
        num_key_value_heads=8,
        head_dim=128,
        intermediate_size=14336,
        vocab_size=128256,
        max_position_embeddings=8192,
    )
    base = BaseModelConfig(pretrained_model_name_or_path="a/b", torch_dtype="bfloat16", quantisation=name)
    candidate = CandidateConfig(id="x", base_model=base, architecture=numbers)
    held = held_parameters(candidate, 7_504_924_672)
    linear = 7_504_924_672 - 128256 * 4096
    width = {"int8": 1, "nf4": 0.5625, "nf4-double": 0.516}[name]
    assert held.bytes == pytest.approx(width * linear + 2 * 128256 * 4096, rel=0.01)
    assert held.type == name
