"""What the pooler weighed: its own weights, and every pooler on the same hidden states."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.config.components import POOLERS, PoolerType, pooler_title
from core.explain.probe import Probe, at_least_float32
from core.model.pooled_config import parts_of
from core.model.poolers import Pooler, build_pooler
from core.results import PoolerVerdict, Pooling


def pooling(probe: Probe, states: Tensor, mask: Tensor | None = None) -> Pooling:
    """What the trained pooler weighed; states (1, T, D), mask as in `measure`."""
    return measure(parts_of(probe.classifier.config)[0], probe.pooler, states, mask)


def measure(name: PoolerType, pooler: Pooler, states: Tensor, mask: Tensor | None = None) -> Pooling:
    """The weights of any pooler on states (1, T, D), all of them real tokens.

    `mask` (1, T) says what it may take (`Probe.read_mask`), None all of it.
    """
    mask = torch.ones(states.shape[:2], dtype=torch.bool, device=states.device) if mask is None else mask
    tokens, mask = mask.shape[1], mask[:, : states.shape[1]]
    with torch.inference_mode():
        shares = at_least_float32(pooler.influence(states, mask))
        weights = nn.functional.pad(shares, (0, tokens - shares.shape[1]))[0].double().cpu().numpy()
        clamped = pooler.clamped(states, mask)
    return Pooling(
        pooler=name,
        weights=weights,
        meaning=pooler.meaning,
        clamped=None if clamped is None else clamped[0].double().cpu().numpy(),
        title=pooler_title(name),
        says=pooler.says,
    )


def compare_poolers(probe: Probe, states: Tensor, mask: Tensor | None = None) -> list[PoolerVerdict]:
    """All of them on the same states, each through the trained head. Only the trained one was trained with it.

    An attention pooler that was not trained starts from a fixed seed, as a new one would.
    """
    trained = parts_of(probe.classifier.config)[0]
    result = []
    for name in POOLERS:
        pooler = probe.pooler if name == trained else _fresh(probe, name)
        result.append(_verdict(probe, name, pooler, states, mask, trained=name == trained))
    return result


def _verdict(
    probe: Probe, name: PoolerType, pooler: Pooler, states: Tensor, mask: Tensor | None, *, trained: bool
) -> PoolerVerdict:
    """`mask` is that of the trained pooler; the others take every token."""
    own = mask if trained else None
    ones = torch.ones(states.shape[:2], dtype=torch.bool, device=states.device)
    read = ones if own is None else own[:, : states.shape[1]]
    with torch.inference_mode():
        if trained:
            logits = at_least_float32(probe.classifier.classify(states, read)[0])[0].cpu()
        else:
            logits = at_least_float32(probe.head(pooler(states, read).vectors))[0].cpu()
    shares = probe.probabilities(logits).double().numpy()
    values = logits.double().numpy()
    return PoolerVerdict(measure(name, pooler, states, own), trained, probe.verdict(logits), shares, values)


def _fresh(probe: Probe, name: PoolerType) -> Pooler:
    """A pooler with start values, on the candidate's device and in its dtype."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        pooler = build_pooler(name, {}, probe.classifier.config.get_text_config().hidden_size)
    reference = next(probe.classifier.parameters())
    return pooler.to(device=probe.device, dtype=reference.dtype).requires_grad_(False)
