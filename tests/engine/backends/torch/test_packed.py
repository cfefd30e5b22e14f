"""Packed texts get what the model itself says of each alone; the oracle is transformers' forward pass."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from peft import IA3Config, LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, LlamaConfig, Qwen3Config, Qwen3ForSequenceClassification

from core.config import AdapterConfig
from core.config.components import POOLERS as BY_NAME
from core.engine.backends.torch import PaddedPass, bulk_pass
from core.engine.backends.torch.packed import PackedPass, pack
from core.model.families import FAMILIES as ROWS
from core.model.families import Family
from core.model.share import sibling
from tests.model.conftest import opened, write_adapter
from tests.tiny import make_tiny_tokenizer, save_tiny_classifier

FAMILIES = ("llama", "gemma2", "mistral")
POOLERS: dict[str, dict[str, Any]] = {
    **{name: {"pooler_type": name} for name in BY_NAME},
    "logits": {"pooler_type": "context", "pooler_config": {"pre_head_pooling": False}},
}
#: One token, shorter and longer than the window of 8, several of one length.
LENGTHS = (40, 23, 23, 9, 8, 8, 7, 1, 1)


def rows_of(lengths: Any) -> list[list[int]]:
    chance = torch.Generator().manual_seed(sum(lengths))
    return [torch.randint(3, 300, (length,), generator=chance).tolist() for length in lengths]


def check_each_alone(packed: PackedPass, model: Any, rows: list[list[int]]) -> None:
    outcome = packed(rows)
    assert outcome.logits.shape[0] == len(rows)
    for i, row in enumerate(rows):
        with torch.inference_mode():
            alone = model(input_ids=torch.tensor([row]))
        assert (outcome.logits[i] - alone.logits[0]).abs().max() <= 1e-5 * alone.logits.abs().max()
        if alone.pooling_weights is None:
            assert outcome.weights is None
        else:
            assert outcome.weights is not None
            assert outcome.weights[i] == pytest.approx(alone.pooling_weights[0].tolist(), abs=1e-6)


@pytest.fixture(scope="module")
def models(tiny_folders: dict[str, Path]) -> dict[tuple[str, str], Any]:
    return {
        (family, mask): opened(tiny_folders[family], f"{family}{mask}").model
        for family, mask in product(FAMILIES, ("", "-bidirectional"))
    }


@pytest.fixture(scope="module")
def passes(models: dict[tuple[str, str], Any]) -> dict[str, PackedPass | None]:
    """The pass of each family, made once for all examples."""
    return {family: pack(models[family, ""]) for family in FAMILIES}


@pytest.mark.parametrize("head", ["vanilla", "sequential"])
@pytest.mark.parametrize("pooler", POOLERS)
@pytest.mark.parametrize("mask", ["", "-bidirectional"])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_mask_pooler_and_head(
    models: dict[tuple[str, str], Any], family: str, mask: str, pooler: str, head: str
) -> None:
    torch.manual_seed(3)
    model = sibling(models[family, mask], head_type=head, **POOLERS[pooler]).eval()
    packed = pack(model)
    assert packed is not None
    check_each_alone(packed, model, rows_of(LENGTHS))


@settings(max_examples=25, deadline=None)
@given(lengths=st.lists(st.integers(1, 60), min_size=1, max_size=12))
def test_any_lengths_in_any_order(
    models: dict[tuple[str, str], Any], passes: dict[str, PackedPass | None], lengths: list[int]
) -> None:
    for family, packed in passes.items():
        assert packed is not None
        check_each_alone(packed, models[family, ""], rows_of(lengths))


@pytest.mark.parametrize("family", FAMILIES)
def test_stock_classifiers_of_transformers_say_the_same(family: str, tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / family, family, ("arrival", "fee", "limit", "refund"))
    packed = pack(opened(folder, family).model)
    stock = AutoModelForSequenceClassification.from_pretrained(folder)
    rows = rows_of(LENGTHS)
    assert packed is not None
    for row, logits in zip(rows, packed(rows).logits, strict=True):
        with torch.inference_mode():
            expected = stock(input_ids=torch.tensor([row])).logits[0]
        assert (logits - expected).abs().max() <= 1e-5 * expected.abs().max()


@pytest.mark.parametrize("pooler", ["context", "mean"])
def test_an_adapter_takes_part_and_a_change_of_its_scale_too(
    tiny_folders: dict[str, Path], tmp_path: Path, pooler: str
) -> None:
    config = AdapterConfig(target_modules=["q_proj", "v_proj", "o_proj", "gate_proj", "down_proj"])
    model: Any = write_adapter(opened(tiny_folders["llama"]), tmp_path / "a", config, pooler_type=pooler)
    packed = pack(model)
    assert packed is not None
    rows = rows_of(LENGTHS)
    before = packed(rows).logits
    check_each_alone(packed, model, rows)
    for module in model.modules():
        if hasattr(module, "set_scale"):
            module.set_scale("default", 0.5)
    check_each_alone(packed, model, rows)
    assert (packed(rows).logits - before).abs().max() > 1e-3


@pytest.mark.parametrize(("pooler", "wide"), [("context", False), ("mean", True)])
def test_last_token_pooling_runs_the_last_layer_at_the_tokens_that_are_read(
    models: dict[tuple[str, str], Any], pooler: str, wide: bool
) -> None:
    model = sibling(models["llama", ""], pooler_type=pooler).eval()
    shapes: list[int] = []
    for layer in model.backbone.layers:
        layer.mlp.gate_proj.register_forward_hook(lambda _m, args, _o: shapes.append(len(args[0])))
    packed = pack(model)
    assert packed is not None
    packed(rows_of(LENGTHS))
    assert shapes == [sum(LENGTHS), sum(LENGTHS) if wide else len(LENGTHS)]


@pytest.mark.parametrize("packed", [None, True], ids=["a plain row", "a row that says too much"])
def test_a_new_family_whose_attention_norms_its_queries_goes_its_own_way(
    packed: bool | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Qwen 3: layer, MLP and norms as Llama's, and two norms inside the attention."""
    says = {} if packed is None else {"packed": packed}
    monkeypatch.setitem(ROWS, "qwen3", Family("qwen3", "Qwen3", **says))  # type: ignore[arg-type]
    sizes: dict[str, Any] = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "vocab_size": 320}
    heads: dict[str, Any] = {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "num_labels": 4}
    torch.manual_seed(2)
    config = Qwen3Config(**sizes, **heads, pad_token_id=0, initializer_range=0.2)
    stock = Qwen3ForSequenceClassification(config).eval()
    for layer in stock.model.layers:
        torch.nn.init.normal_(layer.self_attn.q_norm.weight, 1.0, 0.5)
    stock.save_pretrained(tmp_path)
    make_tiny_tokenizer().save_pretrained(tmp_path)
    model = opened(tmp_path, "vanilla").model
    assert bulk_pass(model, "cpu") is None
    rows = rows_of(LENGTHS)
    for row, logits in zip(rows, PaddedPass(model, "cpu")(rows).logits, strict=True):
        with torch.inference_mode():
            torch.testing.assert_close(logits, stock(torch.tensor([row])).logits[0], rtol=1e-4, atol=1e-5)


def test_what_it_does_not_know_goes_the_models_own_way(tiny_folders: dict[str, Path]) -> None:
    llama: Any = opened(tiny_folders["llama"]).model
    assert isinstance(bulk_pass(llama, "cpu"), PackedPass)
    assert bulk_pass(llama, "cuda") is None
    assert bulk_pass(opened(tiny_folders["bert"], "vanilla").model, "cpu") is None
    foreign: Any = opened(tiny_folders["llama"]).model
    foreign.backbone.layers[1].mlp.__class__ = type("OtherMLP", (type(llama.backbone.layers[1].mlp),), {})
    assert pack(foreign) is None
    partial: Any = opened(tiny_folders["llama"]).model
    partial.backbone.rotary_emb.inv_freq = partial.backbone.rotary_emb.inv_freq[:2]
    assert pack(partial) is None
    for family in FAMILIES:  # a norm that an adapter saves whole is another module
        for place in ("layers.0.post_attention_layernorm", "model.norm"):
            saved = LoraConfig(target_modules=["q_proj"], modules_to_save=[place])
            assert pack(get_peft_model(opened(tiny_folders[family], f"{family}").model, saved)) is None
    ia3: Any = get_peft_model(
        opened(tiny_folders["llama"]).model, IA3Config(target_modules=["k_proj"], feedforward_modules=[])
    )
    assert pack(ia3) is None
    assert pack(llama.to(torch.bfloat16)) is None


def test_a_stray_window_of_a_llama_has_no_effect_as_in_transformers(models: dict[tuple[str, str], Any]) -> None:
    model = sibling(models["llama", ""]).eval()
    assert isinstance(model.backbone.config, LlamaConfig)
    packed = pack(model)
    assert packed is not None
    before = packed(rows_of(LENGTHS)).logits
    model.backbone.config.sliding_window = 4
    again = pack(model)
    assert again is not None
    torch.testing.assert_close(again(rows_of(LENGTHS)).logits, before, rtol=0, atol=0)
