"""Attention over packed texts, by a compiled kernel that takes the texts apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.engine.backends.torch.linear import Linear
from core.engine.backends.torch.packed_kernels import Scoring, Texts, attend
from core.model.families import family_of

#: Tokens that are more than any text has.
_ALL = 2**40


class Attention:
    """Self-attention within each text, with grouped queries, window and capped scores where the family has them."""

    def __init__(self, module: Any, causal: bool) -> None:
        self._queries, self._keys, self._values, self._output = (
            Linear(part) for part in (module.q_proj, module.k_proj, module.v_proj, module.o_proj)
        )
        scale, cap = module.scaling, getattr(module, "attn_logit_softcapping", None) or 0.0
        self._scoring = Scoring(np.float32(scale), np.float32(cap), *_reach(module, causal))

    def __call__(self, x: Tensor, texts: Texts, read: Tensor | None) -> Tensor:
        """(N, D) -> (N, D), or (B, D) with the queries of the positions `read` (B,) alone, one of each text."""
        queries = self._queries(x if read is None else x[read])
        query_ends = texts.ends if read is None else np.arange(1, len(texts.ends) + 1)
        mixed = torch.empty(queries.shape)
        q, k, v, out = (tensor.numpy() for tensor in (queries, self._keys(x), self._values(x), mixed))
        attend(q, k, v, texts._replace(query_ends=query_ends), self._scoring, out)
        return self._output(mixed)


def _reach(module: Any, causal: bool) -> tuple[int, int]:
    """How many tokens a token sees before and behind itself.

    A causal window of w is a token and the w - 1 before it, a bidirectional one w tokens on either side, as in
    transformers' masks. Gemma2 says it layer by layer, Mistral for all; a stray field of Llama's is unused.
    """
    family = family_of(module.config)
    owner = {"layer": module, "config": module.config}.get(family.window or "") if family else None
    window = getattr(owner, "sliding_window", None)
    if causal:
        return (_ALL if window is None else window - 1), 0
    return (_ALL, _ALL) if window is None else (window, window)
