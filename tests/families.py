"""A tiny config of every family of transformers: sizes are set under whatever names each has."""

from __future__ import annotations

import inspect
from typing import Any

from transformers import CONFIG_MAPPING, PreTrainedConfig

VOCABULARY, LAYERS = 320, 2
#: Under whatever name a family has a size, and what it is set to.
SIZES: dict[str, Any] = {
    **dict.fromkeys(
        ("hidden_size", "d_model", "n_embd", "emb_dim", "dim", "embed_dim", "model_dim", "word_embed_proj_dim"), 32
    ),
    **dict.fromkeys(
        ("intermediate_size", "ffn_dim", "n_inner", "d_inner", "d_ff", "hidden_dim", "encoder_ffn_dim"), 48
    ),
    **dict.fromkeys(("decoder_ffn_dim", "moe_intermediate_size", "shared_expert_intermediate_size", "dff"), 48),
    **dict.fromkeys(("num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers", "decoder_layers"), 2),
    **dict.fromkeys(("num_attention_heads", "n_head", "n_heads", "num_heads", "attention_heads"), 4),
    **dict.fromkeys(("num_key_value_heads", "decoder_attention_heads", "n_head_kv", "num_kv_heads"), 4),
    **dict.fromkeys(("head_dim", "d_head", "d_kv", "v_head_dim", "qk_nope_head_dim", "qk_rope_head_dim"), 8),
    **dict.fromkeys(("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length"), 256),
    **dict.fromkeys(("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts"), 4),
    **dict.fromkeys(("num_experts_per_tok", "moe_topk", "top_k_experts", "moe_k"), 2),
    **dict.fromkeys(("embedding_size", "q_lora_rank", "kv_lora_rank"), 16),
    **dict.fromkeys(
        ("chunk_size", "mamba_chunk_size", "mamba_d_state", "linear_conv_kernel_dim", "attention_window"), 4
    ),
    "vocab_size": VOCABULARY,
    "type_vocab_size": 2,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}


#: What single families need besides, to be this small.
_TEXT = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "vocab_size": 320,
}
_TEXT |= {"num_key_value_heads": 4, "head_dim": 8, "max_position_embeddings": 256}
_VISION = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1, "num_attention_heads": 4}
_HYBRID = {
    "layer_types": ["linear_attention", "full_attention"],
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 2,
}
_HYBRID |= {"linear_key_head_dim": 8, "linear_value_head_dim": 8}
ALSO: dict[str, dict[str, Any]] = {
    "axk1": {"n_group": 1, "topk_group": 1, "qk_head_dim": 16, "head_dim": 8, "mlp_layer_types": ["dense", "sparse"]},
    "cohere_compass_text": {"rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 10000.0}}},
    "gemma3": {"text_config": _TEXT, "vision_config": {**_VISION, "image_size": 28, "patch_size": 14}},
    "gpt_neo": {"attention_types": [[["global", "local"], 1]]},
    "gptj": {"rotary_dim": 4},
    "jamba": {"attn_layer_period": 2, "attn_layer_offset": 1, "mamba_expand": 2, "mamba_dt_rank": 4},
    "layoutlmv3": {"coordinate_size": 6, "shape_size": 4},
    "lilt": {"hidden_size": 48, "channel_shrink_ratio": 4},
    "luke": {"entity_vocab_size": 10, "entity_emb_size": 16},
    "mistral4": {"qk_head_dim": 16, "head_dim": 16},
    "modernvbert": {
        "text_config": {**_TEXT, "pad_token_id": 0, "vocab_size": 320},
        "vision_config": {**_VISION, "image_size": 28, "patch_size": 14},
    },
    "perceiver": {"num_latents": 4, "d_latents": 32, "num_self_attention_heads": 2, "num_cross_attention_heads": 2},
    "qwen3_5": {"text_config": {**_TEXT, **_HYBRID}, "vision_config": {"depth": 1, "hidden_size": 32, "num_heads": 2}},
    "qwen3_5_text": _HYBRID,
    "qwen3_next": _HYBRID,
    "reformer": {"axial_pos_embds_dim": [16, 16], "axial_pos_shape": [16, 16], "attention_head_size": 8},
    "roc_bert": {"pronunciation_vocab_size": 10, "shape_vocab_size": 10},
    "squeezebert": {"embedding_size": 32},
    "ultravbert": {"text_config": _TEXT, "vision_config": _VISION},
    "xmod": {"default_language": "en_XX"},
    "zamba": {
        "layers_block_type": ["hybrid", "linear_attention", "hybrid"],
        "num_hidden_layers": 3,
        "attention_hidden_size": 64,
        "attention_head_dim": 16,
    },
    "zamba2": {"layers_block_type": ["linear_attention", "hybrid"], "mamba_ngroups": 1, "mamba_headdim": 8},
}


def tiny_config(name: str, **fields: Any) -> PreTrainedConfig:
    """Two layers, 32 wide; `fields` go before all."""
    cls = CONFIG_MAPPING[name]
    names = {*inspect.signature(cls.__init__).parameters, *vars(cls()), *getattr(cls, "attribute_map", {})}
    sizes = {key: value for key, value in SIZES.items() if key in names and key not in cls.attribute_map}
    return cls(**{**sizes, **ALSO.get(name, {}), **fields})
