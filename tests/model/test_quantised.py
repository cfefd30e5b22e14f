"""Weights in few bits: what they stand for, what they take, and that a first pass changes nothing of it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel
from torch import nn
from transformers import (
    AutoModelForSequenceClassification,
    LlamaConfig,
    LlamaForSequenceClassification,
)

from core.config import AdapterConfig
from core.config.quantisation import NAMED
from core.model.adapters.attach import load_adapter
from core.model.open import OpenedClassifier
from core.model.quantised import (
    depends_on_company,
    held_bytes,
    is_quantised,
    is_quantised_layer,
    library_method,
    outside_backbone,
    parameter_count,
    quantised_layers,
    rounding,
    whole_weight,
)
from core.model.share import shared_copy, sibling
from tests.model.conftest import LABELS, opened, write_adapter
from tests.model.test_quantised_load import library_config
from tests.tiny import save_tiny_classifier

IDS = torch.arange(3, 40)[None]
NAMES = [name for name in NAMED if name != "none"]
FOUR_BITS = [name for name in NAMES if name != "int8"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_classifier(tmp_path_factory.mktemp("quantised") / "model", "llama", LABELS)


@pytest.fixture(scope="module")
def adapters(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("adapters")
    base = opened(folder)
    write_adapter(base, root / "one")
    write_adapter(base, root / "two", AdapterConfig(r=2, use_dora=True, target_modules=("q_proj", "down_proj")))
    return root / "one", root / "two"


@pytest.fixture(params=NAMES)
def quantised(request: pytest.FixtureRequest, folder: Path) -> OpenedClassifier:
    return opened(folder, quantisation=request.param)


def logits(model: nn.Module) -> torch.Tensor:
    with torch.inference_mode():
        result: torch.Tensor = model(input_ids=IDS).logits
        return result


def by_peft(folder: Path, adapter: Path, name: str, *, packed: bool) -> torch.Tensor:
    """What PEFT answers on a base that is quantised afresh; `packed` leaves bitsandbytes as it comes."""
    base = AutoModelForSequenceClassification.from_pretrained(
        folder, dtype=torch.float32, device_map="cpu", quantization_config=library_config(name)
    )
    if not packed:
        for module in base.modules():
            if hasattr(module, "support_avx512bf16_for_cpu"):
                module.support_avx512bf16_for_cpu = False
    return logits(PeftModel.from_pretrained(base, adapter).eval())


@pytest.mark.parametrize("name", NAMES)
def test_adapters_attached_to_a_base_that_has_run(folder: Path, adapters: tuple[Path, Path], name: str) -> None:
    base = opened(folder, quantisation=name)
    logits(base.model)
    for adapter in (*adapters, adapters[0]):
        attached = load_adapter(base, adapter).model
        mine, theirs = logits(attached), by_peft(folder, adapter, name, packed=False)
        torch.testing.assert_close(mine, theirs, atol=1e-5, rtol=1e-5)
        attached.state_dict()
        copy.deepcopy(attached)
        assert torch.equal(logits(attached), mine), "asking for its state changed what it says"


@pytest.mark.parametrize("name", NAMES)
def test_near_to_the_kernel_that_rounds(tmp_path: Path, name: str) -> None:
    """bitsandbytes' own kernel of AVX-512 rounds inputs and scales to bfloat16, where the processor has it."""
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = LlamaConfig(**sizes, vocab_size=64, pad_token_id=0, num_labels=len(LABELS), initializer_range=0.1)
    LlamaForSequenceClassification(config).save_pretrained(tmp_path / "model")
    base = opened(tmp_path / "model", quantisation=name)
    write_adapter(opened(tmp_path / "model"), tmp_path / "adapter")
    mine = logits(load_adapter(base, tmp_path / "adapter").model)
    rough = by_peft(tmp_path / "model", tmp_path / "adapter", name, packed=True)
    torch.testing.assert_close(mine, rough, atol=0.1 * float(mine.abs().max()), rtol=0)


def test_a_pass_and_a_sibling_take_no_memory_for_weights(quantised: OpenedClassifier) -> None:
    def places(model: nn.Module) -> set[int]:
        return {p.untyped_storage().data_ptr() for n, p in model.named_parameters() if not n.startswith("score")}

    before = places(quantised.model)
    other = sibling(quantised.model, num_labels=2)
    for model in (quantised.model, other, shared_copy(other)):
        logits(model)
        assert places(model) == before


def test_gradients_reach_what_is_below_codes(quantised: OpenedClassifier) -> None:
    logits(quantised.model)
    embedded = quantised.model.backbone.get_input_embeddings()(IDS).detach().requires_grad_()
    quantised.model(inputs_embeds=embedded).logits.sum().backward()
    assert embedded.grad is not None
    assert embedded.grad.isfinite().all()
    assert embedded.grad.any()


def test_what_codes_stand_for_is_what_the_layer_computes(quantised: OpenedClassifier) -> None:
    exact = {"int8": 2e-2}.get(NAMES[0], 1e-5) if rounding(quantised.model) is torch.float32 else 2e-2
    for _, layer in list(quantised_layers(quantised.model))[:4]:
        module: Any = layer
        with torch.inference_mode():
            seen = module(torch.eye(module.in_features)).T
        weight = whole_weight(layer)
        assert weight.shape == (module.out_features, module.in_features)
        torch.testing.assert_close(weight.float(), seen, atol=exact * float(seen.abs().max()), rtol=0)


def test_counts_and_bytes(quantised: OpenedClassifier, folder: Path) -> None:
    whole = opened(folder).model
    assert parameter_count(quantised.model) == sum(p.numel() for p in whole.parameters()) == parameter_count(whole)
    assert held_bytes(whole) == sum(p.numel() * p.element_size() for p in whole.parameters())
    assert held_bytes(quantised.model) < 0.7 * held_bytes(whole)
    assert is_quantised(quantised.model)
    assert library_method(quantised.model) == "bitsandbytes"
    assert not is_quantised(whole)
    assert library_method(whole) is None
    assert rounding(whole) is None
    before = held_bytes(quantised.model)
    logits(quantised.model)
    assert held_bytes(quantised.model) == before


def test_a_wrapper_of_peft_is_no_quantised_layer_itself(folder: Path) -> None:
    base = opened(folder, quantisation="nf4")
    names = {name for name, _ in quantised_layers(base.model)}
    from peft import get_peft_model

    attached = get_peft_model(sibling(base.model), LoraConfig(r=2, target_modules=["q_proj"]))
    assert len(list(quantised_layers(attached))) == len(names)
    assert not is_quantised_layer(attached.get_base_model().backbone.layers[0].self_attn.q_proj)


def test_only_eight_bits_with_outliers_depend_on_company(folder: Path) -> None:
    found = {name: depends_on_company(opened(folder, quantisation=name).model) for name in NAMED}
    assert found == {name: name == "int8" for name in NAMED}
    fields = {"method": "bitsandbytes", "bits": 8, "outlier_threshold": 0}
    assert not depends_on_company(opened(folder, quantisation=fields).model)


def test_a_head_in_codes_is_seen(folder: Path) -> None:
    from bitsandbytes.nn.modules import Linear4bit

    model = opened(folder, quantisation="nf4").model
    model.score = Linear4bit(32, 4)
    assert outside_backbone(model) == ["score"]
