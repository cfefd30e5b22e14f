"""Adapters against PEFT itself: its own loading and its own merge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from core.config import AdapterConfig
from core.model.adapters.attach import load_adapter
from core.model.share import sibling
from core.results import CheckStatus
from tests.model.conftest import LABELS, opened, write_adapter

IDS = torch.arange(3, 40)[None]

KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "rslora": {"use_rslora": True},
    "dora": {"use_dora": True},
    "pissa": {"init_lora_weights": "pissa"},
    "gaussian": {"init_lora_weights": "gaussian", "task_type": "SEQ_CLS"},
    "bias all": {"bias": "all"},
    "bias lora": {"bias": "lora_only"},
    "patterns": {"rank_pattern": {"q_proj": 2, r"layers\.1\..*v_proj": 6}, "alpha_pattern": {"q_proj": 3}},
    "one layer": {"layers_to_transform": [1]},
    "all linear": {"target_modules": "all-linear"},
    "pattern": {"target_modules": r".*\.(q_proj|down_proj)"},
    "saved": {"modules_to_save": ["embed_tokens"]},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("pooler", "head"), [("attention", "vanilla"), ("gem", "sequential")])
def test_saved_and_loaded_it_gives_the_same_logits(
    tiny_folders: dict[str, Path], tmp_path: Path, kind: str, pooler: str, head: str
) -> None:
    base = opened(tiny_folders["llama"])
    untouched = base.model(IDS).logits
    saved = write_adapter(base, tmp_path / "a", AdapterConfig(r=4, **KINDS[kind]), pooler_type=pooler, head_type=head)
    loaded = load_adapter(base, tmp_path / "a")
    with torch.inference_mode():
        wanted = saved(input_ids=IDS).logits
        torch.testing.assert_close(loaded.model(input_ids=IDS).logits, wanted, rtol=0, atol=2e-6)
    assert loaded.labels == LABELS
    assert loaded.health.worst is not CheckStatus.REFUSED
    assert torch.equal(base.model(IDS).logits, untouched)


@pytest.mark.parametrize("kind", ["plain", "rslora", "dora", "patterns"])
def test_equals_pefts_own_loading_and_merge(tiny_folders: dict[str, Path], tmp_path: Path, kind: str) -> None:
    base = opened(tiny_folders["mistral"], "mistral")
    write_adapter(base, tmp_path / "a", AdapterConfig(r=4, **KINDS[kind]), pooler_type="mean")
    ours = load_adapter(base, tmp_path / "a").model
    plain = sibling(base.model, pooler_type="mean", num_labels=len(LABELS))
    theirs = PeftModel.from_pretrained(plain, tmp_path / "a").eval()
    with torch.inference_mode():
        found = ours(input_ids=IDS).logits
        torch.testing.assert_close(theirs(input_ids=IDS).logits, found, rtol=0, atol=1e-6)
        merged = theirs.merge_and_unload()(input_ids=IDS).logits
    assert (merged - found).abs().max() <= 1e-5 * found.abs().max()


def test_two_adapters_live_on_one_base_at_the_same_time(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    base = opened(tiny_folders["gemma2"], "gemma2-bidirectional")
    first = write_adapter(base, tmp_path / "a", pooler_type="mean")
    second = write_adapter(base, tmp_path / "b", AdapterConfig(r=2), pooler_type="gem", head_type="sequential")
    loaded = [load_adapter(base, tmp_path / name).model for name in "ab"]
    with torch.inference_mode():
        for saved, again in zip((first, second), loaded, strict=True):
            torch.testing.assert_close(saved(input_ids=IDS).logits, again(input_ids=IDS).logits, rtol=0, atol=1e-6)
    weights = [dict(m.named_parameters()) for m in loaded]
    shared = [n for n in weights[0] if n.endswith("base_layer.weight") and n in weights[1]]
    assert shared
    assert all(weights[0][n].data_ptr() == weights[1][n].data_ptr() for n in shared)


def test_a_causal_lm_adapter_loads_and_its_missing_head_is_said(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForCausalLM

    model = LlamaForCausalLM.from_pretrained(tiny_folders["llama"])
    adapted = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", r=4, target_modules=["q_proj", "v_proj"]))
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            parameter.data.normal_(0, 0.3)
    adapted.save_pretrained(tmp_path / "lm")
    base = opened(tiny_folders["llama"])
    loaded = load_adapter(base, tmp_path / "lm")
    by_name = {c.name: c for c in loaded.health.checks}
    assert by_name["Pooler and head"].status is CheckStatus.WARNING
    assert "without a classification head: the head is random" in by_name["Pooler and head"].message
    assert by_name["Kind"].status is CheckStatus.NOTE
    with torch.inference_mode():
        wanted = adapted.base_model.model.model(IDS).last_hidden_state[:, -1] @ base.model.score.weight.T
        torch.testing.assert_close(loaded.model(input_ids=IDS).logits, wanted, rtol=1e-5, atol=1e-5)


def test_an_adapter_of_the_bare_backbone_finds_its_place(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaModel

    adapted = get_peft_model(
        LlamaModel.from_pretrained(tiny_folders["llama"]), LoraConfig(r=4, target_modules=["q_proj"])
    )
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            parameter.data.normal_(0, 0.3)
    adapted.save_pretrained(tmp_path / "bare")
    loaded = load_adapter(opened(tiny_folders["llama"]), tmp_path / "bare")
    assert "Names" in {c.name for c in loaded.health.checks}
    with torch.inference_mode():
        torch.testing.assert_close(
            loaded.model.base_model.model.model(IDS).last_hidden_state,
            adapted(IDS).last_hidden_state,
            rtol=1e-5,
            atol=1e-5,
        )


def test_a_stock_peft_classifier_loads_with_equal_logits(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    """What most people have: PEFT on transformers' own classifier, no card of ours."""
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaForSequenceClassification

    theirs = LlamaForSequenceClassification.from_pretrained(tiny_folders["llama"], num_labels=4)
    adapted = get_peft_model(theirs, LoraConfig(task_type="SEQ_CLS", r=4, target_modules=["q_proj", "o_proj"])).eval()
    for parameter in adapted.parameters():
        if parameter.requires_grad:
            parameter.data.normal_(0, 0.3)
    adapted.save_pretrained(tmp_path / "stock")
    loaded = load_adapter(opened(tiny_folders["llama"], num_labels=2), tmp_path / "stock")
    assert loaded.labels == ("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3")
    with torch.inference_mode():
        wanted = adapted(input_ids=IDS).logits
        found = loaded.model(input_ids=IDS).logits
    assert (found - wanted).abs().max() <= 1e-5 * wanted.abs().max()


def test_a_trainable_adapter_can_be_trained_further(tiny_folders: dict[str, Path], llama_adapter: Path) -> None:
    base = opened(tiny_folders["llama"])
    model = load_adapter(base, llama_adapter, is_trainable=True).model.train()
    trainable = {n for n, p in model.named_parameters() if p.requires_grad}
    assert {"lora_A", "lora_B", "pooler", "score"} <= {part for n in trainable for part in n.split(".")}
    model(input_ids=IDS, labels=torch.tensor([1])).loss.backward()
    assert all(p.grad is not None for p in model.parameters() if p.requires_grad)
    frozen = load_adapter(base, llama_adapter).model
    assert not any(p.requires_grad for n, p in frozen.named_parameters() if "lora" in n)
