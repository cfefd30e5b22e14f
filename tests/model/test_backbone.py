"""The bare backbone of a family, and what its forward is given."""

from __future__ import annotations

import pytest
import torch
from transformers import BertConfig, BertModel, GPT2Config, LlamaConfig, LlamaModel, PreTrainedConfig, T5Config

from core.errors import CheckpointError
from core.model.backbone import backbone_class, bare_backbone, forward_parameters, positions, takes_positions


def test_each_family_has_its_own_class() -> None:
    assert backbone_class(LlamaConfig) is LlamaModel
    assert backbone_class(BertConfig) is BertModel


def test_what_is_no_text_model_is_refused() -> None:
    class Unknown(PreTrainedConfig):
        model_type = "unknown"

    with pytest.raises(CheckpointError, match="no text model for 'unknown'"):
        backbone_class(Unknown)
    with pytest.raises(CheckpointError, match="'t5' is an encoder-decoder"):
        bare_backbone(T5Config(vocab_size=50, d_model=16, num_layers=1, num_heads=2))


def test_berts_own_pooling_layer_is_left_out() -> None:
    config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    assert bare_backbone(config).pooler is None


@pytest.mark.parametrize("config", [LlamaConfig, GPT2Config, BertConfig])
def test_positions_are_given_to_those_who_take_them(config: type[PreTrainedConfig]) -> None:
    backbone = backbone_class(config)
    assert takes_positions(backbone) == ("position_ids" in forward_parameters(backbone))
    assert "input_ids" in forward_parameters(backbone)


def test_positions_are_counted_from_the_mask_under_left_padding_only() -> None:
    right, left = torch.tensor([[1, 1, 0], [1, 1, 1]]), torch.tensor([[0, 1, 1], [1, 1, 1]])
    assert positions(right, 0) is None
    assert positions(left, 2).tolist() == [[2, 2, 3], [2, 3, 4]]
    assert positions(right.to("meta"), 0).shape == (2, 3), "a mask without values gets positions"
