"""Attention over packed texts: dense for all texts of one length at once, nothing masked but what the model masks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers.models.gemma2.modeling_gemma2 import Gemma2Attention
from transformers.models.mistral.modeling_mistral import MistralAttention

from core.inference.passes.packing import Group, Packing


@dataclass(frozen=True)
class Row:
    """Packed texts on their way: what every layer needs.

    Attributes:
        cos, sin: of the rotary embedding, (N, 1, head width).
    """

    packing: Packing
    cos: Tensor
    sin: Tensor


class Attention:
    """Self-attention within each text, with grouped queries, window and capped scores where the family has them."""

    def __init__(self, module: Any, causal: bool) -> None:
        self._module = module
        self._causal = causal
        self._window = _window(module)
        self._cap: float | None = getattr(module, "attn_logit_softcapping", None)

    def __call__(self, x: Tensor, row: Row, read: Tensor | None) -> Tensor:
        """(N, D) -> (N, D), or (B, D) with the queries of the positions `read` alone."""
        module, shape = self._module, (x.shape[0], -1, self._module.head_dim)
        keys = _rotate(module.k_proj(x).view(shape), row.cos, row.sin)
        values = module.v_proj(x).view(shape)
        if read is None:
            queries = _rotate(module.q_proj(x).view(shape), row.cos, row.sin)
        else:
            queries = _rotate(module.q_proj(x[read]).view(len(read), *shape[1:]), row.cos[read], row.sin[read])
        found = []
        for group in row.packing.groups:
            asked = queries[group.tokens if read is None else group.texts]
            queried, known, held = (_heads(t, group) for t in (asked, keys[group.tokens], values[group.tokens]))
            mixed = self._mix(queried, known, held, row.packing)
            found.append(mixed.transpose(1, 2).reshape(asked.shape[0], -1))
        output: Tensor = module.o_proj(found[0] if len(found) == 1 else torch.cat(found))
        return output

    def _mix(self, queries: Tensor, keys: Tensor, values: Tensor, packing: Packing) -> Tensor:
        """Queries (n, H, T or 1, d), keys and values (n, G, T, d) -> (n, H, T or 1, d)."""
        length, scale = keys.shape[2], self._module.scaling
        whole = queries.shape[2] == length
        if self._cap is None and self._causal and whole and (self._window is None or length <= self._window):
            return functional.scaled_dot_product_attention(
                queries, keys, values, is_causal=True, scale=scale, enable_gqa=True
            )
        mask = packing.visible(length, self._causal, self._window)
        mask = mask if mask is None or whole else mask[-1:]
        if self._cap is not None:
            return _capped(queries, keys, values, mask, scale, self._cap)
        return functional.scaled_dot_product_attention(
            queries, keys, values, attn_mask=mask, scale=scale, enable_gqa=True
        )


def _window(module: Any) -> int | None:
    """How far back a layer sees: Gemma2 says so layer by layer, Mistral for all; a stray field of Llama's is unused."""
    owner = {Gemma2Attention: module, MistralAttention: module.config}.get(type(module))
    return getattr(owner, "sliding_window", None)


def _capped(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None, scale: float, cap: float) -> Tensor:
    """Attention with scores held within +-cap by a tanh (Gemma 2), which torch's own does not have."""
    times = queries.shape[1] // keys.shape[1]
    keys, values = keys.repeat_interleave(times, dim=1), values.repeat_interleave(times, dim=1)
    scores = (queries @ keys.transpose(2, 3)).mul_(scale / cap).tanh_().mul_(cap)
    if mask is not None:
        scores.masked_fill_(~mask, -torch.inf)
    return scores.softmax(dim=-1) @ values


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary embedding (Su et al. 2021) of (N, H, d), whose halves are rotated against each other."""
    half = x.shape[-1] // 2
    first, second = x[..., :half], x[..., half:]
    rotated = x * cos
    rotated[..., :half].addcmul_(second, sin[..., :half], value=-1)
    rotated[..., half:].addcmul_(first, sin[..., half:])
    return rotated


def _heads(x: Tensor, group: Group) -> Tensor:
    """(n T, H, d) -> (n, H, T, d); T is 1 where one position of each text asks."""
    return x.view(group.count, -1, *x.shape[1:]).transpose(1, 2)
