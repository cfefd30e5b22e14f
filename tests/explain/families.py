"""A tiny random classifier of every family of transformers: sizes set under the names that each has for them."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from transformers import CONFIG_MAPPING, MODEL_MAPPING, PreTrainedConfig

from core.model.classifier import PooledClassifier, classifier_class

#: Under whatever name a family has a size, and what it is set to.
SIZES: dict[str, Any] = {
    **dict.fromkeys(("hidden_size", "d_model", "n_embd", "emb_dim", "dim", "embed_dim", "word_embed_proj_dim"), 32),
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
    **dict.fromkeys(("chunk_size", "mamba_chunk_size", "mamba_d_state", "attention_window"), 4),
    "rotary_dim": 8,
    "vocab_size": 320,
    "type_vocab_size": 2,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
#: What cannot be set by name.
OWN: dict[str, dict[str, Any]] = {
    "gpt_neo": {"attention_types": [[["global", "local"], 1]]},
    "reformer": {"axial_pos_embds_dim": (16, 16), "axial_pos_shape": (16, 16), "attn_layers": ["local", "lsh"]},
    "squeezebert": {"embedding_size": 32},
    "funnel": {"block_sizes": [1, 1], "num_hidden_layers": None},
    "opt": {"ffn_dim": 48},
}
#: Parameters above which a family's own defaults were not reached by any name: it holds more than a text model.
MOST = 3_000_000


def families() -> list[str]:
    """Model types with a bare model in transformers."""
    return sorted(name for name in CONFIG_MAPPING if CONFIG_MAPPING[name] in MODEL_MAPPING)


def tiny_config(name: str) -> PreTrainedConfig:
    """Two layers, 32 wide."""
    kind: Any = CONFIG_MAPPING[name]
    known = {*inspect.signature(kind.__init__).parameters, *vars(kind())} - {*kind.attribute_map}
    sizes = {key: value for key, value in SIZES.items() if key in known} | OWN.get(name, {})
    stated: dict[str, Any] = {key: value for key, value in sizes.items() if value is not None}
    config: PreTrainedConfig = kind(**stated, num_labels=4)
    return config


def tiny_classifier(name: str) -> PooledClassifier | None:
    """With weights wide enough that outputs differ; None for a family that reads no text, or does not open."""
    try:
        config = tiny_config(name)
        kind = classifier_class(type(config))
        with torch.device("meta"):
            shell = kind(config)
    except Exception:  # a vision or audio model, sizes that do not go together, an encoder-decoder
        return None
    reads_text = "input_ids" in inspect.signature(type(shell.backbone).forward).parameters
    if not reads_text or sum(p.numel() for p in shell.parameters()) > MOST:
        return None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model: PooledClassifier = kind(config).eval().requires_grad_(False)
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.data.normal_(0, 0.2)
    return model
