"""The mask that is measured is the one that a model has, whatever its name says."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import MODEL_MAPPING

from core.model.mask import measured_causal
from tests.families import tiny_config
from tests.model.heads.test_stock import randomised

CAUSAL = ("gpt2", "opt", "bloom", "gpt_neox", "mixtral", "qwen2_moe", "clip_text_model", "mamba", "falcon", "llama")
BOTH_WAYS = ("bert", "modernbert", "bert-generation", "xlnet", "albert", "deberta-v2", "fnet", "distilbert", "electra")


@pytest.mark.parametrize(("name", "causal"), [*((n, True) for n in CAUSAL), *((n, False) for n in BOTH_WAYS)])
def test_it_is_the_one_that_the_model_has(name: str, causal: bool) -> None:
    torch.manual_seed(0)
    config = tiny_config(name)
    kind: Any = MODEL_MAPPING[type(config)]
    model = randomised(kind(config))
    assert measured_causal(model) == causal
    ids = torch.tensor([[5, 9, 6, 11, 12, 13, 14, 15]])
    with torch.inference_mode():
        one, two = (model(input_ids=torch.where(ids == 6, other, ids)).last_hidden_state[0, 0] for other in (6, 8))
    assert ((one - two).abs().max() <= 1e-3 * one.abs().max()) == causal
    assert not any(module._forward_hooks for module in model.modules())


def test_without_numbers_it_is_what_the_config_says() -> None:
    config = tiny_config("gpt2")
    kind: Any = MODEL_MAPPING[type(config)]
    model = kind(config)
    with torch.no_grad():
        for tensor in model.parameters():
            tensor.fill_(float("nan"))
    assert measured_causal(model)
    assert measured_causal(kind(config).to("meta"))
