"""Codes read out, layer by layer, into layers of the class they were made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import GPT2Config, GPT2ForSequenceClassification

from core.errors import CheckpointError
from core.model.dequantise import dequantise
from core.model.open import OpenedClassifier
from core.model.quantised import is_quantised, rounding
from tests.model.conftest import opened
from tests.model.test_quantised import folder, logits, quantised

__all__ = ["folder", "quantised"]


def test_dequantised_layers_say_the_same_and_are_plain(quantised: OpenedClassifier) -> None:
    before, bound = logits(quantised.model), 1e-5 if rounding(quantised.model) is torch.float32 else 5e-2
    dequantise(quantised.model)
    assert not is_quantised(quantised.model)
    assert not hasattr(quantised.model.config, "quantization_config")
    assert all(type(p) is nn.Parameter and p.dtype == torch.float32 for p in quantised.model.parameters())
    torch.testing.assert_close(logits(quantised.model), before, atol=bound * float(before.abs().max()), rtol=0)


def test_layers_that_keep_in_by_out_are_dequantised_as_they_were(tmp_path: Path) -> None:
    sizes = {"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 64, "num_labels": 3, "pad_token_id": 0}
    GPT2ForSequenceClassification(GPT2Config(**sizes)).save_pretrained(tmp_path)
    made = opened(tmp_path, "vanilla", num_labels=None, quantisation="nf4")
    before = logits(made.model)
    dequantise(made.model)
    torch.testing.assert_close(logits(made.model), before, atol=1e-5, rtol=1e-5)
    whole = opened(tmp_path, "vanilla", num_labels=None).model.state_dict()
    assert {n: p.shape for n, p in made.model.state_dict().items()} == {n: p.shape for n, p in whole.items()}


def test_a_method_that_cannot_be_read_out_is_refused(folder: Path) -> None:
    model: Any = opened(folder).model

    class Method:
        quant_method = "vptq"

    class Quantizer:
        quantization_config = Method()

        def dequantize(self, *_: object, **__: object) -> None:
            raise NotImplementedError("vptq has no implementation of `dequantize`")

    model.hf_quantizer = Quantizer()
    with pytest.raises(CheckpointError, match="quantised by vptq cannot be read out here"):
        dequantise(model)
