"""A tiny random classifier of every family of transformers that ours opens: sizes set under the names each has."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import nn
from transformers import CONFIG_MAPPING, MODEL_MAPPING, PreTrainedConfig

from core.errors import AppError
from core.model.classifier import PooledClassifier, classifier_class

VOCABULARY, LAYERS = 320, 2
#: Under whatever name a family has a size, and what it is set to.
SIZES: dict[str, Any] = {
    **dict.fromkeys(("hidden_size", "d_model", "n_embd", "emb_dim", "dim", "embed_dim", "model_dim", "word_embed_proj_dim"), 32),
    **dict.fromkeys(("intermediate_size", "ffn_dim", "n_inner", "d_inner", "d_ff", "hidden_dim", "encoder_ffn_dim"), 48),
    **dict.fromkeys(("decoder_ffn_dim", "moe_intermediate_size", "shared_expert_intermediate_size", "dff"), 48),
    **dict.fromkeys(("num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers", "decoder_layers"), 2),
    **dict.fromkeys(("num_attention_heads", "n_head", "n_heads", "num_heads", "attention_heads"), 4),
    **dict.fromkeys(("num_key_value_heads", "decoder_attention_heads", "n_head_kv", "num_kv_heads"), 4),
    **dict.fromkeys(("head_dim", "d_head", "d_kv", "v_head_dim", "qk_nope_head_dim", "qk_rope_head_dim"), 8),
    **dict.fromkeys(("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length"), 256),
    **dict.fromkeys(("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts"), 4),
    **dict.fromkeys(("num_experts_per_tok", "moe_topk", "top_k_experts", "moe_k"), 2),
    **dict.fromkeys(("embedding_size", "q_lora_rank", "kv_lora_rank"), 16),
    **dict.fromkeys(("chunk_size", "mamba_chunk_size", "mamba_d_state", "linear_conv_kernel_dim", "attention_window"), 4),
    "vocab_size": VOCABULARY,
    "type_vocab_size": 2,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}


def families() -> list[str]:
    """Model types with a bare model in transformers."""
    return sorted(name for name in CONFIG_MAPPING if CONFIG_MAPPING[name] in MODEL_MAPPING)


def tiny_config(name: str) -> PreTrainedConfig:
    """Two layers, 32 wide."""
    cls = CONFIG_MAPPING[name]
    names = {*inspect.signature(cls.__init__).parameters, *vars(cls()), *getattr(cls, "attribute_map", {})}
    sizes = {key: value for key, value in SIZES.items() if key in names and key not in cls.attribute_map}
    return cls(**sizes)
