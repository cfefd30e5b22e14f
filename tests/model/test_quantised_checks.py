"""What the health report says of a quantised base."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig, LlamaForSequenceClassification

from core.config.quantisation import NAMED
from core.model.quantised_checks import quantisation_checks, quantisation_name
from core.results import CheckStatus
from tests.model.conftest import LABELS, opened
from tests.tiny import save_tiny_classifier


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_classifier(tmp_path_factory.mktemp("checks") / "model", "llama", LABELS)


@pytest.mark.parametrize("name", NAMED)
def test_how_it_is_held_and_how_precise_it_is(folder: Path, name: str) -> None:
    model = opened(folder, quantisation=name).model
    assert quantisation_name(model) == name
    checks = quantisation_checks(model)
    if name == "none":
        assert checks == []
        return
    assert checks[0].status is CheckStatus.NOTE
    # The tiny model is 32 wide, and bitsandbytes' kernel for CPUs needs whole blocks of 64.
    assert [check.status for check in checks[1:]] == [CheckStatus.WARNING] * (name != "int8")
    assert f"14 linear layers of the backbone are held as {name};" in checks[0].message
    assert "pooler and head are whole, in float32" in checks[0].message
    assert ("rounded to float16, and then to 8 bits" in checks[0].message) == (name == "int8")
    assert ("computed in float32" in checks[0].message) == (name != "int8")


def test_whole_blocks_are_read_right_and_others_are_not(tmp_path: Path) -> None:
    """What the warning says of bitsandbytes is so: its error is several times that of rounding to four bits."""
    from bitsandbytes.functional import dequantize_4bit, quantize_4bit

    torch.manual_seed(0)
    for width, is_right in ((64, True), (192, True), (32, False), (96, False)):
        weight = torch.randn(64, width)
        error = float((dequantize_4bit(*quantize_4bit(weight, quant_type="nf4")) - weight).norm() / weight.norm())
        assert (error < 0.12) == is_right, "bitsandbytes has changed: see `misread_layers`"
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 1, "num_attention_heads": 2}
    LlamaForSequenceClassification(LlamaConfig(**sizes, vocab_size=64, pad_token_id=0)).save_pretrained(tmp_path)
    (check,) = quantisation_checks(opened(tmp_path, num_labels=None, quantisation="nf4").model)
    assert check.status is CheckStatus.NOTE


def test_a_head_in_codes_is_refused(folder: Path) -> None:
    from bitsandbytes.nn.modules import Linear4bit

    model = opened(folder, quantisation="nf4").model
    model.score = Linear4bit(32, 4)
    (check,) = quantisation_checks(model)
    assert check.status is CheckStatus.REFUSED
    assert "'score'" in check.message
