"""The numbers of a model that memory and FLOPs follow from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from peft.utils import ModulesToSaveWrapper
from torch import nn
from transformers import PreTrainedConfig
from transformers.pytorch_utils import Conv1D

from core.model.classifier import PooledClassifier
from core.model.families import is_causal, layer_windows
from core.model.peft_wrappers import unwrap_peft
from core.results import Sizes

_EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts", "num_experts_per_tok")
_ATTENTION = {"full_attention", "sliding_attention"}


def sizes_of(model: nn.Module) -> Sizes:
    """Of a classifier (with its adapter), a backbone, or a model with a language-model head."""
    root: Any = unwrap_peft(model)
    config = root.config.get_text_config()
    heads = getattr(config, "num_attention_heads", None) or 0
    backbone: nn.Module = root.backbone if isinstance(root, PooledClassifier) else root
    once = _numbers(root.score) if isinstance(root, PooledClassifier) and not root.pools_logits else 0
    matrices = [module for path, module in _matrices(backbone) if any(part.isdigit() for part in path.split("."))]
    return Sizes(
        hidden_size=config.hidden_size,
        heads=heads,
        kv_heads=getattr(config, "num_key_value_heads", None) or heads,
        head_dim=getattr(config, "head_dim", None) or config.hidden_size // max(heads, 1),
        vocabulary=getattr(config, "vocab_size", None) or 0,
        positions=getattr(config, "max_position_embeddings", None) or 0,
        windows=layer_windows(config),
        cached=bool(heads) and is_causal(root.config),
        token_matrix=_numbers(root) - once,
        text_matrix=once,
        layer_matrix=sum(m.weight.numel() for m in matrices),
        layer_rows=sum(m.weight.shape[isinstance(m, Conv1D)] for m in matrices),
        dense=bool(heads) and _is_dense(config),
    )


def _numbers(root: nn.Module) -> int:
    """In all matrices that a pass multiplies with."""
    return sum(module.weight.numel() for _, module in _matrices(root, adapter=True))


def _matrices(module: Any, path: str = "", *, adapter: bool = False) -> Iterator[tuple[str, Any]]:
    """Linear layers by path; never those that PEFT keeps aside, and an adapter's only when asked."""
    if isinstance(module, ModulesToSaveWrapper):
        for name in module.active_adapters:
            yield from _matrices(module.modules_to_save[name], path, adapter=adapter)
        return
    if isinstance(module, nn.Linear | Conv1D):
        yield path, module
    for name, child in module.named_children():
        if adapter or not name.startswith("lora_"):
            yield from _matrices(child, f"{path}.{name}", adapter=adapter)


def _is_dense(config: PreTrainedConfig) -> bool:
    kinds = set(getattr(config, "layer_types", None) or ())
    return kinds <= _ATTENTION and not any(getattr(config, name, None) for name in _EXPERTS)
