"""A reward head in a file of its own beside an adapter."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaForCausalLM

from core.model.adapters.attach import load_adapter
from tests.families import tiny_config
from tests.model.heads.test_stock import TEXTS, assert_equal, logits, opened, peft_adapter, randomised


@pytest.mark.parametrize("prefix", ["v_head.", ""])
def test_its_score_is_that_of_the_last_token(prefix: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    randomised(LlamaForCausalLM(tiny_config("llama"))).save_pretrained(tmp_path / "base")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "base", dtype=torch.float32)
    theirs = peft_adapter(model, tmp_path / "adapter", target_modules=["q_proj"], task_type="CAUSAL_LM")
    weight, bias = torch.randn(1, 32), torch.randn(1)
    head = {f"{prefix}summary.weight": weight, f"{prefix}summary.bias": bias}
    save_file(head, tmp_path / "adapter" / "value_head.safetensors")
    ours = load_adapter(opened(tmp_path / "base"), tmp_path / "adapter")
    with torch.inference_mode():
        outputs = [theirs(input_ids=torch.tensor([ids]), output_hidden_states=True) for ids in TEXTS]
    states = torch.cat([output.hidden_states[-1][:, -1] for output in outputs])
    assert_equal(logits(ours.model), states @ weight.T + bias)
    assert not ours.untrained
    assert ours.model.get_base_model().config.problem_type == "regression"
