"""Quantised bases against transformers' own, head and pooler left whole, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForSequenceClassification,
    BitsAndBytesConfig,
    FalconConfig,
    FalconForSequenceClassification,
)

from core.config.quantisation import NAMED
from core.errors import CheckpointError, ConfigError
from core.files import quantisation, stored_quantisation
from core.model.quantised import outside_backbone, quantised_layers
from tests.model.conftest import opened
from tests.tiny import save_tiny_classifier

IDS = torch.arange(3, 40)[None]
NAMES = [name for name in NAMED if name != "none"]


def library_config(name: str, **more: Any) -> BitsAndBytesConfig:
    """The same as a person would write it for transformers."""
    if name == "int8":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=["score"], **more)
    kind, _, double = name.partition("-")
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=kind,
        bnb_4bit_use_double_quant=bool(double),
        llm_int8_skip_modules=["score"],
        **more,
    )


def stock(folder: Path, config: BitsAndBytesConfig | None = None) -> torch.nn.Module:
    """transformers' own class, its 4-bit layers with the arithmetic that they have without AVX-512."""
    options = {} if config is None else {"quantization_config": config}
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32, device_map="cpu", **options)
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return model.eval()


@pytest.fixture(scope="module", params=["llama", "gemma2", "mistral"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_classifier(tmp_path_factory.mktemp("quantised") / "model", request.param, ("a", "b", "c"))


@pytest.mark.parametrize("name", NAMES)
def test_logits_are_transformers_own(folder: Path, name: str) -> None:
    made = opened(folder, "vanilla", num_labels=None, quantisation=name)
    with torch.inference_mode():
        expected = stock(folder, library_config(name))(IDS).logits
        torch.testing.assert_close(made.model(IDS).logits, expected, atol=1e-5, rtol=1e-5)
    assert outside_backbone(made.model) == []
    assert len(list(quantised_layers(made.model))) == 14
    assert type(made.model.score.weight) is torch.nn.Parameter


@pytest.mark.parametrize("skipped", [None, ["score"], ["nothing"]], ids=["unsaid", "head whole", "head in codes"])
@pytest.mark.parametrize("name", NAMES)
def test_a_checkpoint_that_is_stored_quantised(
    folder: Path, tmp_path: Path, name: str, skipped: list[str] | None
) -> None:
    config = library_config(name, bnb_4bit_compute_dtype=torch.float32)
    config.llm_int8_skip_modules = skipped
    written = stock(folder, config)
    written.save_pretrained(tmp_path)
    made = opened(tmp_path, "vanilla", num_labels=None)
    with torch.inference_mode():
        expected = stock(tmp_path)(IDS).logits
        # A head that is read out does not round its input to 8 bits, as transformers' does then.
        bound = 0.1 * float(expected.abs().max()) if (name, skipped) == ("int8", ["nothing"]) else 1e-5
        torch.testing.assert_close(made.model(IDS).logits, expected, atol=bound, rtol=1e-5)
    assert outside_backbone(made.model) == []
    with pytest.raises(ConfigError, match="quantised by bitsandbytes already"):
        opened(tmp_path, "vanilla", num_labels=None, quantisation="nf4")


def test_the_compute_type_is_the_one_asked_for(folder: Path) -> None:
    fields = {"method": "bitsandbytes", "compute_dtype": "bfloat16"}
    made = opened(folder, "vanilla", num_labels=None, quantisation=fields)
    layers: Any = [module for _, module in quantised_layers(made.model)]
    assert {layer.compute_dtype for layer in layers} == {torch.bfloat16}
    with torch.inference_mode():
        expected = stock(folder, library_config("nf4", bnb_4bit_compute_dtype=torch.bfloat16))(IDS).logits
        torch.testing.assert_close(made.model(IDS).logits, expected, atol=1e-5, rtol=1e-5)


def test_an_architecture_without_layers_to_quantise_is_refused_before_it_is_read(tmp_path: Path) -> None:
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 64, "pad_token_id": 0}
    FalconForSequenceClassification(FalconConfig(**sizes)).save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match="FalconModel has no linear layer of torch's own class"):
        opened(tmp_path, "vanilla", num_labels=None, quantisation="nf4")


def test_layers_cannot_start_anew_in_codes(folder: Path) -> None:
    with pytest.raises(ConfigError, match="quantised weights cannot be started anew"):
        opened(folder, "vanilla", num_labels=None, quantisation="nf4", reinitialize_n_layers_of_backbone=1)


def test_without_the_package_both_kinds_are_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantisation, "find_spec", lambda _: None)
    with pytest.raises(CheckpointError, match="package bitsandbytes that does it is not installed"):
        opened(folder, "vanilla", num_labels=None, quantisation="int8")
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "bitsandbytes", "load_in_4bit": True}
    (tmp_path / "config.json").write_text(json.dumps(config))
    monkeypatch.setattr(stored_quantisation, "find_spec", lambda _: None)
    with pytest.raises(CheckpointError, match="bitsandbytes"):
        opened(tmp_path, "vanilla", num_labels=None)


def test_what_transformers_dequantises_here_is_of_one_type(tmp_path: Path) -> None:
    """fp8 with a scale a block: without a GPU transformers leaves those layers in the type of config.json."""
    whole = save_tiny_classifier(tmp_path / "whole", "llama", ("a", "b", "c"))
    tensors: dict[str, torch.Tensor] = {}
    for name, weight in load_file(whole / "model.safetensors").items():
        if ".layers." in name and weight.ndim == 2:
            scale = weight.abs().max() / 448
            tensors[name] = (weight / scale).to(torch.float8_e4m3fn)
            tensors[f"{name}_scale_inv"] = scale.reshape(1, 1)
        else:
            tensors[name] = weight.to(torch.bfloat16)
    save_file(tensors, whole / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((whole / "config.json").read_text()) | {"dtype": "bfloat16"}
    config["quantization_config"] = {"quant_method": "fp8", "weight_block_size": [128, 128]}
    (whole / "config.json").write_text(json.dumps(config))
    theirs = (
        AutoModelForSequenceClassification.from_pretrained(whole, dtype=torch.float32, device_map="cpu").float().eval()
    )
    model = opened(whole, "vanilla", num_labels=None).model
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    with torch.inference_mode():
        torch.testing.assert_close(model(input_ids=IDS).logits, theirs(input_ids=IDS).logits, rtol=1e-5, atol=1e-5)
