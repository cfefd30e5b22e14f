"""A decoder's layers over packed texts: transformers' arithmetic for Llama, Mistral and Gemma2, in fewer steps.

Linear layers are read from the modules they are, an adapter's parts included (linear.py); the steps between them are
compiled (packed_kernels.py). Everything is (N, ...): tokens of all texts, one row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from transformers.activations import GELUTanh, SiLUActivation
from transformers.models.gemma2 import modeling_gemma2

from core.engine.backends.torch.linear import Linear
from core.engine.backends.torch.packed_attention import Attention
from core.engine.backends.torch.packed_kernels import Texts, gate, rms_norm
from core.model.families import family_of, transformer_layers
from core.model.text_length import depends_on_length

#: Of a backbone that we know: its layer, attention, MLP and norm. Any other class computes something else.
_PARTS = ("DecoderLayer", "Attention", "MLP", "RMSNorm")

#: What `Attention` computes of an attention; a child besides (a norm of queries) would be left out without a word.
_ATTENTION_PARTS = frozenset({"q_proj", "k_proj", "v_proj", "o_proj", "rotary_emb"})

#: Activations that `packed_kernels.gate` computes.
_GATES = (nn.SiLU, SiLUActivation, GELUTanh)


def is_known(backbone: nn.Module) -> bool:
    """Whether layers and norms are of exactly the classes whose arithmetic this file repeats.

    Attention has no other parts than those that are computed here. Heads are rotated as a whole, by frequencies that
    do not depend on the longest text.
    """
    stack: Any = backbone
    family = family_of(stack.config)
    if family is None or not family.packed or type(backbone) is not family.part("Model"):
        return False
    *parts, norm = (family.part(name) for name in _PARTS)
    layers: Any = transformer_layers(stack)
    norms = [module for layer in layers for name, module in layer.named_children() if name.endswith("norm")]
    return (
        all([type(x), type(x.self_attn), type(x.mlp)] == parts for x in layers)
        and all({name for name, _ in x.self_attn.named_children()} <= _ATTENTION_PARTS for x in layers)
        and all(type(module) is norm for module in (*norms, final_norm(stack)))
        and all(2 * stack.rotary_emb.inv_freq.numel() == layer.self_attn.head_dim for layer in layers)
        and not depends_on_length(backbone)
    )


def final_norm(backbone: Any) -> nn.Module:
    """Between the last layer and the pooler, of a family with a row."""
    family = family_of(backbone.config)
    assert family is not None
    return cast(nn.Module, getattr(backbone, family.final_norm))


class Norm:
    """x w / rms(x), with 1 + w in Gemma2 (Zhang and Sennrich 2019)."""

    def __init__(self, module: nn.Module) -> None:
        self._module: Any = module
        self._from_one = isinstance(module, modeling_gemma2.Gemma2RMSNorm)
        self._eps = np.float32(getattr(module, "eps" if self._from_one else "variance_epsilon"))

    def __call__(self, x: Tensor) -> Tensor:
        """(N, D) -> (N, D), a new tensor."""
        weight = self._module.weight.detach()
        normalised = torch.empty_like(x)
        rms_norm(x.numpy(), (1.0 + weight if self._from_one else weight).numpy(), self._eps, normalised.numpy())
        return normalised


class Layer:
    """One transformer layer."""

    def __init__(self, module: Any, causal: bool) -> None:
        self._attention = Attention(module.self_attn, causal)
        self._gate, self._up, self._down = (
            Linear(part) for part in (module.mlp.gate_proj, module.mlp.up_proj, module.mlp.down_proj)
        )
        self._act = module.mlp.act_fn
        norms = [Norm(module.input_layernorm), Norm(module.post_attention_layernorm)]
        self._after: tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]] = (_unchanged, _unchanged)
        if hasattr(module, "pre_feedforward_layernorm"):  # Gemma2 has norms behind both parts, too
            self._after = norms[1], Norm(module.post_feedforward_layernorm)
            norms[1] = Norm(module.pre_feedforward_layernorm)
        self._before = norms

    def __call__(self, x: Tensor, texts: Texts, read: Tensor | None = None) -> Tensor:
        """(N, D) -> (N, D), or (B, D) at the positions `read` (B,), the last of each text. Overwrites x."""
        mixed = self._after[0](self._attention(self._before[0](x), texts, read))
        x = x.add_(mixed) if read is None else mixed.add_(x[read])
        return x.add_(self._after[1](self._gated(self._before[1](x))))

    def _gated(self, x: Tensor) -> Tensor:
        """down(act(gate(x)) * up(x))."""
        gates, values = self._gate(x), self._up(x)
        if isinstance(self._act, _GATES):
            gate(gates.numpy(), values.numpy(), isinstance(self._act, GELUTanh))
        else:
            gates = self._act(gates).mul_(values)
        return self._down(gates)


def _unchanged(x: Tensor) -> Tensor:
    return x
