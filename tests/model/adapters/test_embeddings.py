"""Embeddings that an adapter brings: LoRA on them, and a vocabulary that grew, against PEFT on the same files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification, LlamaConfig, LlamaForCausalLM

from core.model.adapters.attach import load_adapter
from tests.families import VOCABULARY, tiny_config
from tests.model.heads.test_stock import K, assert_equal, logits, opened, peft_adapter, randomised

pytestmark = pytest.mark.filterwarnings("ignore:Setting `save_embedding_layers`")


def base(folder: Path) -> Any:
    torch.manual_seed(0)
    config = tiny_config("llama")
    assert isinstance(config, LlamaConfig)
    randomised(LlamaForCausalLM(config)).save_pretrained(folder)
    return AutoModelForSequenceClassification.from_pretrained(folder, num_labels=K, dtype=torch.float32)


@pytest.mark.parametrize(
    "options",
    [
        {"target_modules": ["q_proj", "embed_tokens"]},
        {"target_modules": ["q_proj"], "modules_to_save": ["embed_tokens"]},
        {"target_modules": ["q_proj"], "trainable_token_indices": [3, 20]},
    ],
    ids=repr,
)
@pytest.mark.parametrize("grown", [0, 5])
def test_they_answer_as_in_peft(options: dict[str, Any], grown: int, tmp_path: Path) -> None:
    model = base(tmp_path / "base")
    if grown:
        model.resize_token_embeddings(VOCABULARY + grown)
    theirs = peft_adapter(model, tmp_path / "adapter", **options)
    theirs.save_pretrained(str(tmp_path / "adapter"), save_embedding_layers=True)
    held = opened(tmp_path / "base")
    table = held.model.get_input_embeddings().weight.clone()
    ours = load_adapter(held, tmp_path / "adapter")
    assert_equal(logits(ours.model), logits(theirs))
    assert torch.equal(held.model.get_input_embeddings().weight, table)
    if grown:
        new = torch.tensor([[1, VOCABULARY + grown - 1, 7]])
        with torch.inference_mode():
            assert_equal(ours.model(input_ids=new).logits, theirs(input_ids=new).logits)


def test_an_adapter_without_them_shares_the_bases(tmp_path: Path) -> None:
    peft_adapter(base(tmp_path / "base"), tmp_path / "adapter", target_modules=["q_proj"])
    held = opened(tmp_path / "base")
    attached: PeftModel = load_adapter(held, tmp_path / "adapter").model
    pointer = held.model.get_input_embeddings().weight.data_ptr()
    assert attached.get_base_model().get_input_embeddings().weight.data_ptr() == pointer
