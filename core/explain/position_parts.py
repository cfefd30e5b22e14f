"""The logit of every class, split over the tokens: exact for a linear head, a stated linearisation otherwise."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.explain.probe import Probe, at_least_float32
from core.results import PositionParts


def position_parts(probe: Probe, states: Tensor, mask: Tensor | None = None) -> PositionParts:
    """Split every class's logit over the tokens; states (1, T, D) as the pooler sees them.

    With a linear head W and the pooler's own split v = sum_t s_t of the pooled vector, the logit is
    sum_t W s_t: exact. Another head is taken as linear around v: J = d head / d v, and sum_t J s_t. A pooler behind the
    head splits the logits of all positions itself: exact.

    `mask` (1, T) says what the pooler may take (`Probe.read_mask`), None all of it. An architecture that hands out
    fewer states than tokens gives nothing to the tokens behind them.
    """
    mask = torch.ones(states.shape[:2], dtype=torch.bool, device=states.device) if mask is None else mask
    tokens, mask = mask.shape[1], mask[:, : states.shape[1]]
    if probe.classifier.pools_logits:
        return _of_logits(probe, states, mask, tokens)
    with torch.inference_mode():
        parts = at_least_float32(probe.pooler.split(states, mask))[0]
        vector = probe.pooler(states, mask).vectors[0]
        logits = at_least_float32(probe.head(vector.unsqueeze(0)))[0]
    slopes, exact = _slopes(probe.head, vector)
    values = slopes.to(parts.dtype) @ parts.T
    head = "times the head's weights" if exact else "times the slope of the head at the pooled vector"
    return PositionParts(
        labels=probe.labels,
        values=_padded(values, tokens),
        logits=logits.double().cpu().numpy(),
        exact=exact,
        method=f"{probe.pooler.split_says}, {head}",
    )


def _of_logits(probe: Probe, states: Tensor, mask: Tensor, tokens: int) -> PositionParts:
    """The split of a pooler that stands behind the head."""
    with torch.inference_mode():
        by_token = probe.head(states)
        parts = at_least_float32(probe.pooler.split(by_token, mask))[0]
        logits = at_least_float32(probe.pooler(by_token, mask).vectors)[0]
    return PositionParts(
        labels=probe.labels,
        values=_padded(parts.T, tokens),
        logits=logits.double().cpu().numpy(),
        exact=True,
        method=f"{probe.pooler.split_says}, of the head's logits at every position",
    )


def _padded(values: Tensor, tokens: int) -> NDArray[np.float64]:
    """(K, T') -> (K, T)."""
    return nn.functional.pad(values, (0, tokens - values.shape[1])).double().cpu().numpy()


def _slopes(head: nn.Module, vector: Tensor) -> tuple[Tensor, bool]:
    """(K, D): the head's weights when it is linear without bias, else its Jacobian at the vector (D,)."""
    if type(head) is nn.Linear and head.bias is None:
        return cast(Tensor, head.weight), True
    point = vector.detach().clone()
    jacobian = torch.func.jacrev(lambda v: head(v.unsqueeze(0))[0])(point)
    return cast(Tensor, jacobian).detach(), False
