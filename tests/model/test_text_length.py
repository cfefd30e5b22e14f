"""What of a model looks at the longest text of a batch, and what is told of texts that a family cannot read."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    BertModel,
    Gemma3TextConfig,
    Gemma3TextModel,
    LlamaConfig,
    LlamaModel,
)

from core.engine.backends.torch import PaddedPass
from core.errors import CheckpointError
from core.model.text_length import depends_on_length
from tests.explain.adapted import probing
from tests.families import tiny_config
from tests.model.conftest import as_it_is

SIZES = {"vocab_size": 20, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
LONG = {
    "rope_type": "longrope",
    "factor": 4.0,
    "rope_theta": 1e4,
    "original_max_position_embeddings": 16,
    "short_factor": [1.0] * 4,
    "long_factor": [4.0] * 4,
}


@pytest.mark.parametrize(
    ("rope", "expected"),
    [
        ({"rope_type": "default", "rope_theta": 1e4}, False),
        ({"rope_type": "linear", "factor": 2.0, "rope_theta": 1e4}, False),
        ({"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}, True),
        (LONG, True),
    ],
)
def test_llama(rope: dict[str, Any], expected: bool) -> None:
    model = LlamaModel(LlamaConfig(**SIZES, max_position_embeddings=64, rope_parameters=rope))
    assert depends_on_length(nn.Sequential(model)) is expected


def test_kinds_layer_by_layer_and_none_at_all() -> None:
    gemma = Gemma3TextModel(Gemma3TextConfig(**SIZES, num_key_value_heads=1, head_dim=8))
    assert not depends_on_length(gemma)
    gemma.rotary_emb.rope_type["full_attention"] = "dynamic"
    assert depends_on_length(gemma)
    assert not depends_on_length(BertModel(BertConfig(**SIZES)))


def stock(folder: Path, name: str, **fields: Any) -> Any:
    """transformers' own classifier, which is saved in the folder."""
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_config(tiny_config(name, num_labels=3, **fields)).eval()
    for weight in model.parameters():
        if weight.ndim > 1:
            weight.data.normal_(0, 0.2)
    model.save_pretrained(folder)
    return model


def tokens(*lengths: int) -> list[list[int]]:
    made = torch.Generator().manual_seed(1)
    return [torch.randint(3, 300, (length,), generator=made).tolist() for length in lengths]


def test_a_text_has_the_logits_of_a_fresh_model_in_any_company(tmp_path: Path) -> None:
    """BigBird reads texts of up to 28 tokens here by full attention, and longer ones in blocks."""
    stock(tmp_path, "big_bird", block_size=4, num_random_blocks=1)
    rows = tokens(40, 9, 28, 29, 33, 9)
    with torch.inference_mode():
        fresh = [AutoModelForSequenceClassification.from_pretrained(tmp_path).eval() for _ in rows]
        expected = [model(input_ids=torch.tensor([row])).logits[0] for model, row in zip(fresh, rows, strict=True)]
    model = as_it_is(tmp_path).model.eval()
    forward_pass = PaddedPass(model, "cpu")
    for order in list(permutations(range(len(rows))))[::97]:
        texts = [rows[i] for i in order]
        for batch in forward_pass.plan([len(row) for row in texts], 1024, 1):
            logits = forward_pass([texts[i] for i in batch]).logits
            torch.testing.assert_close(logits, torch.stack([expected[order[i]] for i in batch]), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(probing(model).logits(rows), torch.stack(expected), rtol=1e-5, atol=1e-5)


def test_a_text_that_is_too_short_is_refused_in_words(tmp_path: Path) -> None:
    theirs = stock(tmp_path, "funnel", block_sizes=[1, 1])
    forward_pass = PaddedPass(as_it_is(tmp_path).model.eval(), "cpu")
    for row in tokens(*range(1, 8)):
        try:
            with torch.inference_mode():
                expected = theirs(input_ids=torch.tensor([row])).logits
        except (RuntimeError, IndexError):
            with pytest.raises(CheckpointError, match=rf"cannot read a text of {len(row)} tokens") as refused:
                forward_pass([row])
            assert "longer" in refused.value.fix
        else:
            torch.testing.assert_close(forward_pass([row]).logits, expected, rtol=1e-5, atol=1e-5)
