"""A tiny config of every text architecture of transformers that can be made by shrinking what it has by default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from transformers import CONFIG_MAPPING, MODEL_MAPPING, PreTrainedConfig

WIDTH, TOKENS = 32, 24
#: What configs call their sizes; a config gets those that it has.
SIZES: dict[str, Any] = {
    **dict.fromkeys(("hidden_size", "d_model", "n_embd", "dim", "emb_dim"), WIDTH),
    **dict.fromkeys(("intermediate_size", "ffn_dim", "d_ff", "n_inner", "d_inner", "dim_ffn"), 2 * WIDTH),
    **dict.fromkeys(("num_hidden_layers", "n_layer", "n_layers", "num_layers", "num_encoder_layers"), 2),
    **dict.fromkeys(("num_attention_heads", "n_head", "n_heads", "num_heads"), 4),
    **dict.fromkeys(("head_dim", "d_kv", "d_head", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim"), 8),
    **dict.fromkeys(("max_position_embeddings", "n_positions"), 140),
    **dict.fromkeys(("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"), 4),
    **dict.fromkeys(("first_k_dense_replace", "n_group", "topk_group", "n_shared_experts"), 1),
    "vocab_size": 64,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "num_key_value_heads": 2,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 16,
    "embedding_size": 16,
    "rotary_dim": 8,
    "kv_lora_rank": 8,
    "q_lora_rank": 16,
    "mamba_n_heads": 8,
    "mamba_d_head": 8,
    "state_size": 4,
}
#: Fields without which some configs can be made after all: derived ones, and those of lists a layer.
ODD = (
    (),
    ("head_dim",),
    ("num_hidden_layers", "n_layers", "num_layers"),
    ("head_dim", "num_key_value_heads"),
    ("max_position_embeddings",),
    ("layer_types",),
    ("intermediate_size", "head_dim", "num_heads"),
)
#: What a few need besides, or instead.
OWN: dict[str, dict[str, Any]] = {
    "dbrx": {"attn_config": {"rope_theta": 1e4, "kv_n_heads": 2}, "ffn_config": {"moe_num_experts": 4}},
    "funnel": {"block_sizes": [1, 1], "d_model": WIDTH, "d_head": 8, "n_head": 4},
    "gpt_neo": {"attention_types": [[["global", "local"], 1]]},
    "longformer": {"attention_window": [8, 8]},
    "mamba2": {"num_heads": 8, "head_dim": 8, "n_groups": 1},
    "nystromformer": {"num_landmarks": 4, "segment_means_seq_len": TOKENS},
    "squeezebert": {"embedding_size": WIDTH},
    "xlnet": {"n_layer": 2, "d_model": WIDTH, "n_head": 4, "d_inner": 64},
}


def text_configs() -> Iterator[tuple[str, type[PreTrainedConfig]]]:
    """Every architecture that has a backbone and reads text alone, by its name."""
    for kind in MODEL_MAPPING:
        try:
            plain: Any = kind()
            alone = plain.get_text_config() is plain and not getattr(plain, "is_encoder_decoder", False)
        except Exception:  # what its defaults lack is not our question
            continue
        if alone and hasattr(plain, "vocab_size"):
            yield str(kind.model_type), kind


def tiny_config(name: str) -> PreTrainedConfig | None:
    """Two layers, 32 wide; None where shrinking gives no config that its model takes."""
    kind = CONFIG_MAPPING[name]
    plain: Any = kind()
    for without in ODD:
        try:
            sizes = {key: value for key, value in SIZES.items() if hasattr(plain, key) and key not in without}
            if len(getattr(plain, "layer_types", None) or ()) > 2 and "layer_types" not in without:
                sizes["layer_types"] = plain.layer_types[:2]
            config = kind(**{**sizes, **OWN.get(name, {})})
            config._attn_implementation = "eager"
            with torch.device("meta"):
                model: Any = model_class(config)(config)
        except Exception:  # sizes that do not go together: the next way
            continue
        if sum(p.numel() for p in model.parameters()) < 5_000_000:
            return config
    return None


def model_class(config: PreTrainedConfig) -> Any:
    """transformers' backbone of a config."""
    held: Any = MODEL_MAPPING[type(config)]
    return held[0] if isinstance(held, tuple) else held
