"""What a backward pass keeps, against what torch's own hooks count."""

from __future__ import annotations

from typing import Any, Literal

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import Tensor
from transformers import AutoConfig, AutoModel, LlamaConfig, LlamaForSequenceClassification

from core.model.activations import kept_bytes

Wanted = Literal["input", "adapter", "weights"]

#: hidden, inner, layers, heads, groups, tokens: three shapes of a gated decoder.
SIZES = [(128, 256, 3, 4, 4, 24), (256, 896, 2, 8, 2, 40), (192, 512, 4, 6, 3, 96)]


def counted(model: Any, backbone: Any, tokens: int, *, padded: bool = False) -> int:
    """Bytes of the storages that a pass over one text keeps, without weights."""
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept: dict[int, Any] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage  # held, so that no other takes its place
        return tensor

    ids = torch.arange(3, 3 + tokens)[None] % 90
    with torch.no_grad():
        point = backbone.get_input_embeddings()(ids)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        mask = (torch.arange(tokens) > 2)[None].long() if padded else None
        backbone(inputs_embeds=point.requires_grad_(True), attention_mask=mask, use_cache=False)
    return sum(storage.nbytes() for storage in kept.values())


@pytest.mark.parametrize("wanted", ["input", "adapter", "weights"])
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
@pytest.mark.parametrize(
    ("sizes", "padded"), [(SIZES[0], False), (SIZES[1], True), (SIZES[2], False), (SIZES[2], True)]
)
def test_of_a_gated_decoder_within_a_tenth(
    sizes: tuple[int, ...], dtype: torch.dtype, attention: str, wanted: Wanted, padded: bool
) -> None:
    hidden, inner, layers, heads, groups, tokens = sizes
    config = LlamaConfig(
        hidden_size=hidden,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=groups,
        vocab_size=100,
        pad_token_id=0,
        attn_implementation=attention,
    )
    model: Any = LlamaForSequenceClassification(config).to(dtype).eval().requires_grad_(wanted == "weights")
    backbone = model.model
    if wanted == "adapter":
        names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "down_proj"]
        model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=4, target_modules=names)).eval()
    estimate = kept_bytes(backbone, tokens, weights_trained=wanted == "weights", padded=padded)
    assert estimate == pytest.approx(counted(model, backbone, tokens, padded=padded), rel=0.1)


@pytest.mark.parametrize("family", ["mistral", "gemma2", "qwen3", "bert"])
def test_of_other_families_not_too_little(family: str) -> None:
    sizes = {"hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 2, "num_attention_heads": 8}
    config = AutoConfig.for_model(family, **sizes, num_key_value_heads=4, head_dim=32, vocab_size=100, pad_token_id=0)
    config._attn_implementation = "eager" if family == "gemma2" else "sdpa"
    backbone = AutoModel.from_config(config).eval().requires_grad_(False)
    assert 0.9 <= kept_bytes(backbone, 48, padded=True) / counted(backbone, backbone, 48, padded=True) <= 2
