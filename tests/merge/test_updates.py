"""PEFT's merge, a weight at a time, against its merge of a whole model."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification

from core.merge.updates import Updates
from tests.merge.conftest import LABELS, stock_adapter
from tests.merge.test_run import KINDS
from tests.tiny import save_tiny_classifier

MORE: dict[str, dict[str, Any]] = {
    "embeddings": {"r": 3, "target_modules": ["embed_tokens", "k_proj"]},
    "trainable tokens": {"r": 3, "target_modules": ["k_proj"], "trainable_token_indices": [3, 5]},
}


@pytest.mark.filterwarnings("ignore:Setting `save_embedding_layers`")
@pytest.mark.parametrize("kind", KINDS | MORE)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("at_once", [False, True])
def test_each_weight_is_what_pefts_whole_merge_makes_of_it(
    tmp_path: Path, kind: str, dtype: str, at_once: bool
) -> None:
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    adapter = stock_adapter(base, tmp_path / "adapter", **(KINDS | MORE)[kind])
    model: Any = AutoModelForSequenceClassification.from_pretrained(base, dtype=getattr(torch, dtype))
    attached = PeftModel.from_pretrained(model, adapter)
    expected: Any = copy.deepcopy(attached).merge_and_unload()
    updates = Updates(attached, at_once=at_once)
    unloaded = updates.unload(attached)
    later = [name for name, p in unloaded.named_parameters() if p in updates]
    assert bool(later) is not at_once
    assert updates.count > 1
    for name, parameter in unloaded.named_parameters():
        before = parameter.detach().clone()
        for _ in range(2):  # as often as it is asked
            made = updates.merged(parameter) if parameter in updates else parameter
            assert torch.equal(made, expected.get_parameter(name)), name
        assert torch.equal(parameter, before)
        assert name not in later or not torch.equal(made, before)


def test_a_weight_that_two_layers_share_is_merged_whole(tmp_path: Path) -> None:
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    adapter = stock_adapter(base, tmp_path / "adapter", r=2, target_modules=["q_proj"])
    model: Any = AutoModelForSequenceClassification.from_pretrained(base)
    layers = model.model.layers
    layers[1].self_attn.q_proj.weight = layers[0].self_attn.q_proj.weight
    attached = PeftModel.from_pretrained(model, adapter)
    expected: Any = copy.deepcopy(attached).merge_and_unload()
    updates = Updates(attached, at_once=False)
    unloaded: Any = updates.unload(attached)
    assert not any(p in updates for p in unloaded.parameters())
    for name, parameter in unloaded.named_parameters():
        assert torch.equal(parameter, expected.get_parameter(name)), name
