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
    heads = _stated(config, "num_attention_heads")
    width = _stated(config, "hidden_size")
    backbone: nn.Module = root.backbone if isinstance(root, PooledClassifier) else root
    once = _numbers(root.score) if isinstance(root, PooledClassifier) and not root.pools_logits else 0
    matrices = [module for path, module in _matrices(backbone) if any(part.isdigit() for part in path.split("."))]
    return Sizes(
        hidden_size=width,
        heads=heads,
        kv_heads=_stated(config, "num_key_value_heads") or heads,
        head_dim=_stated(config, "head_dim") or width // max(heads, 1),
        vocabulary=_stated(config, "vocab_size"),
        positions=_stated(config, "max_position_embeddings"),
        windows=_windows(config),
        cached=bool(heads) and is_causal(root.config),
        token_matrix=_numbers(root) - once,
        text_matrix=once,
        layer_matrix=sum(m.weight.numel() for m in matrices),
        layer_rows=sum(m.weight.shape[isinstance(m, Conv1D)] for m in matrices),
        dense=bool(heads) and _is_dense(config),
    )


def _stated(config: PreTrainedConfig, name: str) -> int:
    """A number of a config; 0 where it states none, or another for each layer, which some refuse to give as one."""
    try:
        value = getattr(config, name, None)
    except (ValueError, RuntimeError):
        return 0
    return value if isinstance(value, int) and value > 0 else 0


def _windows(config: PreTrainedConfig) -> tuple[int | None, ...]:
    """As `layer_windows`; none where a config counts its layers in another way (blocks of Funnel)."""
    return layer_windows(config) if _stated(config, "num_hidden_layers") else ()


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
